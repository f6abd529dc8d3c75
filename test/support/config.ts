// The settings of servers under test: the defaults, with a free port, cheap passwords, one request thread and no FTP.
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";

/** Settings for a server whose files are in `data`; no environment variable counts. */
export function testConfig(data: string, overrides: Partial<Config> = {}): Config {
  const options = {
    data,
    port: "0",
    ftp: "false",
    "ftp-port": "0",
    "bcrypt-cost": "4",
    workers: "1",
    "log-keep-days": "1",
  };
  return { ...loadConfig(options, {}), ...overrides };
}
