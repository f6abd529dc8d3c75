// Preferences of the user on this machine, kept in a file; never a password.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DEFAULT_TEXT_PX, MAX_TEXT_PX, MIN_TEXT_PX } from "../kit/text-size.ts";

export interface ServerChoice {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export interface WindowPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

export interface Choices {
  readonly theme: "light" | "dark" | "system";
  readonly textPx: number;
  readonly notifies: boolean;
  /** The text of messages is part of notifications. */
  readonly notifiesText: boolean;
  /** Closing the window leaves the program in the tray, where there is one. */
  readonly staysInTray: boolean;
  /** The user was told so once. */
  readonly knowsTray: boolean;
  /** The latest used first. */
  readonly servers: readonly ServerChoice[];
  /** SHA-256 of certificates that the user trusts, by "host:port". */
  readonly trusted: Readonly<Record<string, string>>;
  /** "host:port/username" of the account to be resumed at the next start. */
  readonly account: (ServerChoice & { readonly username: string }) | undefined;
  readonly window: WindowPlace | undefined;
  /** The chat that was shown last. */
  readonly lastChat: string | undefined;
  /** Emoji that were used last, the latest first. */
  readonly emoji: readonly string[];
}

const DEFAULTS: Choices = {
  theme: "system",
  textPx: DEFAULT_TEXT_PX,
  notifies: true,
  notifiesText: true,
  staysInTray: true,
  knowsTray: false,
  servers: [],
  trusted: {},
  account: undefined,
  window: undefined,
  lastChat: undefined,
  emoji: [],
};

const MAX_SERVERS = 8;
/** Three rows of the window of emoji. */
const MAX_EMOJI = 27;

export class Preferences {
  readonly #file: string;
  #choices: Choices;

  /** Reads the file; what is not there or not right has its default. */
  constructor(file: string) {
    this.#file = file;
    this.#choices = parse(readJson(file));
  }

  get(): Choices {
    return this.#choices;
  }

  /** Changes some and writes the file. Throws when it cannot be written. */
  set(changes: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...changes };
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#choices, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Puts a server first among the recent ones. */
  noteServer(server: ServerChoice): void {
    const { host, port, tls } = server;
    const others = this.#choices.servers.filter((one) => one.host !== host || one.port !== port);
    this.set({ servers: [{ host, port, tls }, ...others].slice(0, MAX_SERVERS) });
  }

  /** Puts an emoji first among those used last. */
  noteEmoji(emoji: string): void {
    this.set({ emoji: [emoji, ...this.#choices.emoji.filter((one) => one !== emoji)].slice(0, MAX_EMOJI) });
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function parse(value: unknown): Choices {
  const fields = fieldsOf(value) ?? {};
  const { theme, textPx, notifies, notifiesText, servers, trusted, account } = fields;
  const size = typeof textPx === "number" && textPx >= MIN_TEXT_PX && textPx <= MAX_TEXT_PX ? textPx : DEFAULTS.textPx;
  return {
    theme: theme === "light" || theme === "dark" || theme === "system" ? theme : DEFAULTS.theme,
    textPx: size,
    notifies: typeof notifies === "boolean" ? notifies : DEFAULTS.notifies,
    notifiesText: typeof notifiesText === "boolean" ? notifiesText : DEFAULTS.notifiesText,
    staysInTray: typeof fields["staysInTray"] === "boolean" ? fields["staysInTray"] : DEFAULTS.staysInTray,
    knowsTray: fields["knowsTray"] === true,
    servers: Array.isArray(servers) ? servers.map(serverOf).filter((one) => one !== undefined) : [],
    trusted: Object.fromEntries(Object.entries(fieldsOf(trusted) ?? {}).filter(isTextEntry)),
    account: accountOf(account),
    window: placeOf(fields["window"]),
    lastChat: typeof fields["lastChat"] === "string" ? fields["lastChat"] : undefined,
    emoji: textsOf(fields["emoji"]).slice(0, MAX_EMOJI),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}

function serverOf(value: unknown): ServerChoice | undefined {
  const { host, port, tls } = fieldsOf(value) ?? {};
  return typeof host === "string" && typeof port === "number" ? { host, port, tls: tls === true } : undefined;
}

function accountOf(value: unknown): Choices["account"] {
  const server = serverOf(value);
  const username = fieldsOf(value)?.["username"];
  return server && typeof username === "string" ? { ...server, username } : undefined;
}

function placeOf(value: unknown): WindowPlace | undefined {
  const { x, y, width, height, isMaximized } = fieldsOf(value) ?? {};
  const numbers = [x, y, width, height].filter((one) => typeof one === "number");
  const [left = 0, top = 0, wide = 0, high = 0] = numbers;
  if (numbers.length !== 4 || wide < 200 || high < 200) return undefined;
  return { x: left, y: top, width: wide, height: high, isMaximized: isMaximized === true };
}
