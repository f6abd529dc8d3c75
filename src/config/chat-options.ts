// The options of `messenger chat`, and what they and the environment come to.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Options } from "yargs";

/** Where a client connects to, as whom, and what it keeps. */
export interface ChatConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** SHA-256 of the only certificate that is accepted; undefined: what the system's authorities vouch for. */
  readonly fingerprint: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Folder for sessions, unsent messages and history; undefined keeps nothing. */
  readonly folder: string | undefined;
  readonly drainTimeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const CHAT_OPTIONS = {
  address: { alias: "a", type: "string", default: "127.0.0.1", describe: "the server's host name or address" },
  port: { alias: "p", type: "number", default: 40000, describe: "the server's port" },
  server: { type: "string", describe: "both together, as HOST:PORT" },
  tls: { type: "boolean", default: false, describe: "use TLS" },
  fingerprint: { type: "string", describe: "accept only the certificate with this SHA-256 fingerprint (with --tls)" },
  username: { alias: "u", type: "string", describe: "log in as this user at once" },
  data: { type: "string", describe: "folder for sessions, unsent messages and history seen" },
  keep: { type: "boolean", default: true, describe: "keep these things; --no-keep keeps nothing" },
  "drain-timeout": { type: "number", default: 30, describe: "seconds that unsent messages may hold up the end" },
} as const satisfies Readonly<Record<string, Options>>;

/** Parsed command-line arguments of CHAT_OPTIONS. */
export interface ChatArguments {
  readonly address: string;
  readonly port: number;
  readonly server?: string | undefined;
  readonly tls: boolean;
  readonly fingerprint?: string | undefined;
  readonly username?: string | undefined;
  readonly data?: string | undefined;
  readonly keep: boolean;
  readonly "drain-timeout": number;
}

/**
 * Reads the password from MESSENGER_PASSWORD, so that it is in no list of processes.
 * @throws Error when an option has a value that cannot be; its message names the option.
 */
export function chatConfig(args: ChatArguments, environment: Environment): ChatConfig {
  const { host, port } = args.server === undefined ? { host: args.address, port: args.port } : parseServer(args.server);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error("--port: must be a number from 1 to 65535");
  const drainTimeoutSec = args["drain-timeout"];
  if (!(drainTimeoutSec >= 0 && drainTimeoutSec <= 86_400)) {
    throw new Error("--drain-timeout: must be from 0 to 86400 seconds");
  }
  return {
    host,
    port,
    tls: args.tls || args.fingerprint !== undefined,
    fingerprint: args.fingerprint,
    username: args.username,
    password: environment["MESSENGER_PASSWORD"],
    folder: args.keep ? resolve(args.data ?? join(clientFolder(environment), "chat")) : undefined,
    drainTimeoutMs: drainTimeoutSec * 1000,
  };
}

/** Where clients keep the things of the user who runs them, by the custom of the system. */
export function clientFolder(environment: Environment, platform = process.platform): string {
  const home = homedir();
  if (platform === "win32") return join(environment["APPDATA"] ?? join(home, "AppData", "Roaming"), "Messenger");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Messenger");
  return join(environment["XDG_DATA_HOME"] || join(home, ".local", "share"), "messenger");
}

function parseServer(server: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error("--server: must be HOST:PORT, or [ADDRESS]:PORT for IPv6");
  return { host, port: Number(port) };
}
