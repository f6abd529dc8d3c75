// The settings of `messenger chat`, from its command line and the environment.
import { isAbsolute, join, resolve } from "node:path";
import { DEFAULT_PORT } from "../protocol/limits.ts";
import { homeFolder } from "./home-folder.ts";
import { UserError } from "../util/user-error.ts";

/** Where a client connects to, as whom, and what it keeps. */
export interface ChatConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** SHA-256 of the only certificate that is accepted; undefined: what the system's authorities vouch for. */
  readonly fingerprint: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** For registering at a server that asks for a code. */
  readonly invitation: string | undefined;
  /** Folder for sessions, unsent messages and history; undefined keeps nothing. */
  readonly folder: string | undefined;
  readonly drainTimeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_DRAIN_TIMEOUT_SEC = 30;
const MAX_DRAIN_TIMEOUT_SEC = 86_400;

/**
 * Settings from the values of the command line by long name; undefined stands for what was not given. The password
 * comes from MESSENGER_PASSWORD only, so that it is in no list of processes; the invitation code from
 * MESSENGER_INVITATION unless it is on the command line.
 * @throws UserError that names the option whose value cannot be used.
 */
export function loadChatConfig(
  args: Readonly<Record<string, unknown>>,
  environment: Environment = process.env,
): ChatConfig {
  const server = textOf(args, "server");
  const address = { host: textOf(args, "address") ?? DEFAULT_HOST, port: textOf(args, "port") ?? String(DEFAULT_PORT) };
  const { host, port } = server === undefined ? address : parseServer(server);
  const fingerprint = textOf(args, "fingerprint");
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/i.test(fingerprint.replaceAll(":", ""))) {
    throw new UserError("--fingerprint: must be 64 hexadecimal digits, with or without colons");
  }
  const folder = (): string => resolve(textOf(args, "data") ?? join(clientFolder(environment), "chat"));
  const drainTimeout = textOf(args, "drain-timeout") ?? String(DEFAULT_DRAIN_TIMEOUT_SEC);
  return {
    host,
    port: wholeNumber("port", port, 1, 65_535),
    tls: args["tls"] === true || fingerprint !== undefined,
    fingerprint,
    username: textOf(args, "username"),
    password: environment["MESSENGER_PASSWORD"],
    invitation: textOf(args, "invitation") ?? (environment["MESSENGER_INVITATION"] || undefined),
    folder: args["keep"] === false ? undefined : folder(),
    drainTimeoutMs: wholeNumber("drain-timeout", drainTimeout, 0, MAX_DRAIN_TIMEOUT_SEC) * 1000,
  };
}

/** Where clients keep what belongs to the user who runs them, by the customs of the system; absolute. */
export function clientFolder(environment: Environment, platform: NodeJS.Platform = process.platform): string {
  const absolute = (path: string | undefined): string | undefined => (path && isAbsolute(path) ? path : undefined);
  if (platform === "win32") return join(absolute(environment["APPDATA"]) ?? homeFolder(), "Messenger client");
  if (platform === "darwin") return join(homeFolder(), "Library", "Application Support", "Messenger client");
  return join(absolute(environment["XDG_DATA_HOME"]) ?? join(homeFolder(), ".local", "share"), "messenger-client");
}

function textOf(args: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const text = args[name];
  if (typeof text !== "string") return undefined;
  if (text === "") throw new UserError(`--${name}: must not be empty`);
  return text;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < min || value > max) throw new UserError(`--${name}: must be a whole number from ${min} to ${max}`);
  return value;
}

function parseServer(server: string): { readonly host: string; readonly port: string } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || port === undefined) {
    throw new UserError("--server: must be HOST:PORT, or [ADDRESS]:PORT for IPv6");
  }
  return { host, port };
}
