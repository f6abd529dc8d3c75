// The settings of servers under test: the defaults of the contract, with a free port, cheap passwords and no FTP.
import type { Config } from "../../src/config/config.ts";

/** Settings for a server whose files are in `data`. */
export function testConfig(data: string, overrides: Partial<Config> = {}): Config {
  return {
    address: "127.0.0.1",
    port: 0,
    panel: false,
    store: "sqlite:messenger.db",
    data,
    ftp: false,
    ftpPort: 0,
    ftpPassivePorts: undefined,
    ftpPassiveAddress: undefined,
    tlsCert: undefined,
    tlsKey: undefined,
    tls: "off",
    bcryptCost: 4,
    registration: "open",
    invitationCode: undefined,
    logLevel: "info",
    logKeepDays: 1,
    maxConnections: 10_000,
    maxConnectionsPerAddress: 100,
    handshakeTimeoutMs: 60_000,
    frameTimeoutMs: 60_000,
    idleTimeoutMs: 0,
    drainTimeoutMs: 30_000,
    outboxBytes: 1024 * 1024,
    requestRatePerSec: 1_000,
    requestBurstCount: 5_000,
    failedLoginsPerName: 10,
    failedLoginsPerAddress: 30,
    registrationsPerAddress: 10,
    workers: 1,
    waitForStoreMs: 0,
    ...overrides,
  };
}
