// The server's settings, as everything in it takes them: one frozen object, made once.

/** Times are in milliseconds, rates per second; 0 means "no limit" where a limit is optional. */
export interface Config {
  /** Address to listen on. */
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly panel: boolean;
  /** `sqlite:FILE` or `mongodb://…`. */
  readonly store: string;
  /** The data folder; absolute. */
  readonly data: string;
  readonly ftp: boolean;
  readonly ftpPort: number;
  /** Ports of the avatar server's data connections, both ends included; undefined takes any free ones. */
  readonly ftpPassivePorts: { readonly min: number; readonly max: number } | undefined;
  /** Both or none. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly bcryptCost: number;
  readonly logLevel: "error" | "warn" | "info" | "debug";
  readonly logKeepDays: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly handshakeTimeoutMs: number;
  readonly frameTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly outboxBytes: number;
  readonly requestRatePerSec: number;
  readonly requestBurstCount: number;
  readonly failedLoginsPerName: number;
  readonly failedLoginsPerAddress: number;
  readonly registrationsPerAddress: number;
  /** Request threads. */
  readonly workers: number;
  readonly waitForStoreMs: number;
}
