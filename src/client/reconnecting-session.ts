// A session that logs in again after every loss of its connection.
import type { LoginResult } from "../protocol/actions.ts";
import { Code } from "../protocol/codes.ts";
import { backoffDelayMs, type BackoffOptions } from "../util/backoff.ts";
import { Emitter } from "../util/emitter.ts";
import type { SavedSession, TokenStore } from "./account.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { DialOptions } from "./dial.ts";
import { DisconnectedError, RequestError, UntrustedServerError } from "./errors.ts";
import { withAllContacts } from "./login-contacts.ts";

export type SessionState =
  /** Nobody is logged in and nothing is tried: a password is needed. `reason` is for people. */
  | { readonly kind: "signed-out"; readonly reason: string }
  /** Waits before the next attempt; without `retryAtMs` (server not trusted, closed) there is none until `retryNow`. */
  | { readonly kind: "offline"; readonly problem: string; readonly retryAtMs: number | undefined }
  | { readonly kind: "connecting" }
  | { readonly kind: "online" };

export interface ReconnectingSessionEvents {
  state: SessionState;
  /** A connection that has just logged in. Its events have not begun yet: listen now. */
  online: { readonly connection: Connection; readonly login: LoginResult };
  /** The connection announced by the last `online` has ended. */
  lost: DisconnectedError;
  /** The token cannot be kept on this machine. */
  trouble: string;
}

export type SessionOptions = DialOptions & ConnectionOptions & { readonly backoff?: BackoffOptions | undefined };

/** Features that this client understands beside version 1; a server that does not know a word ignores it. */
const FEATURES = ["changes", "groups", "deflate"];

export const RECONNECT: BackoffOptions = { baseMs: 1000, capMs: 30_000 };

/** Credentials of a login: a password once, or the token of the session before. */
type Credentials = { readonly username: string; readonly password: string } | { readonly token: string };

export class ReconnectingSession {
  readonly events = new Emitter<ReconnectingSessionEvents>();
  readonly #options: SessionOptions;
  readonly #tokens: TokenStore;
  #state: SessionState = { kind: "signed-out", reason: "not logged in" };
  #session: SavedSession | undefined;
  #connection: Connection | undefined;
  #attempts = 0;
  /** The server's reason for closing the last connection, until an attempt fails for another reason. */
  #endedBecause: string | undefined;
  /** Ends the attempt or the wait that is under way. */
  #attempt = new AbortController();
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SessionOptions, tokens: TokenStore) {
    this.#options = options;
    this.#tokens = tokens;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The connection while the state is online. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Takes up the saved session, trying until it works. False when there is none. */
  async resume(): Promise<boolean> {
    this.#session = await this.#tokens.load();
    if (!this.#session || this.#closed) return false;
    this.retryNow();
    return true;
  }

  /** One attempt with a password; rejects when it fails (401: wrong name or password). Afterwards it stays online. */
  async login(username: string, password: string): Promise<void> {
    this.#session = undefined;
    this.#halt("logging in");
    const connecting = this.#connect({ username, password });
    const attempt = this.#attempt.signal;
    try {
      await connecting;
    } catch (error) {
      if (!attempt.aborted) this.#enter({ kind: "signed-out", reason: messageOf(error) });
      throw error;
    }
  }

  /** Forgets the session here; the caller has told the server, if it could. */
  async signOut(reason: string): Promise<void> {
    this.#session = undefined;
    this.#halt(reason);
    await this.#tokens.clear().catch((error: unknown) => {
      this.events.emit("trouble", `the session kept on this machine cannot be removed: ${messageOf(error)}`);
    });
    this.#enter({ kind: "signed-out", reason });
  }

  /** Tries again at once, if it is waiting. */
  retryNow(): void {
    if (this.#closed || !this.#session || this.#connection || this.#state.kind === "connecting") return;
    void this.#reconnect(this.#session);
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#halt(reason);
    this.#enter({ kind: "offline", problem: reason, retryAtMs: undefined });
  }

  #enter(state: SessionState): void {
    this.#state = state;
    this.events.emit("state", state);
  }

  /** Stops whatever is under way. */
  #halt(reason: string): void {
    clearTimeout(this.#retryTimer);
    this.#attempt.abort();
    this.#connection?.close(reason);
  }

  async #reconnect(session: SavedSession): Promise<void> {
    const connecting = this.#connect({ token: session.token });
    const attempt = this.#attempt.signal;
    try {
      await connecting;
    } catch (error) {
      if (!attempt.aborted) await this.#onFailure(error);
    }
  }

  async #onFailure(error: unknown): Promise<void> {
    const isRefused = error instanceof RequestError && error.code === Code.Unauthorized;
    if (isRefused)
      return this.signOut(`${this.#endedBecause ?? "the session has ended"}: the password is needed again`);
    this.#endedBecause = undefined;
    const problem = messageOf(error);
    if (error instanceof UntrustedServerError) return this.#enter({ kind: "offline", problem, retryAtMs: undefined });
    const askedMs =
      error instanceof RequestError || error instanceof DisconnectedError ? error.retryAfterMs : undefined;
    this.#wait(problem, askedMs ?? 0);
  }

  #wait(problem: string, atLeastMs: number): void {
    const delayMs = Math.max(atLeastMs, backoffDelayMs(this.#attempts, this.#options.backoff ?? RECONNECT));
    this.#attempts += 1;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.retryNow(), delayMs);
    this.#enter({ kind: "offline", problem, retryAtMs: Date.now() + delayMs });
  }

  async #connect(credentials: Credentials): Promise<void> {
    clearTimeout(this.#retryTimer);
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#enter({ kind: "connecting" });
    const connection = await Connection.open(this.#options, attempt.signal);
    const giveUp = (): void => connection.close("given up");
    attempt.signal.addEventListener("abort", giveUp, { once: true });
    try {
      const login = await connection.request("login", { ...credentials, features: FEATURES });
      await this.#keep(login);
      const whole = await withAllContacts(connection, login);
      if (attempt.signal.aborted) throw new DisconnectedError("given up");
      this.#online(connection, whole);
      connection.releaseEvents();
    } catch (error) {
      connection.close(messageOf(error));
      throw error;
    } finally {
      attempt.signal.removeEventListener("abort", giveUp);
    }
  }

  /** The first request makes the old token void, so the new one is on the disk before anything else happens. */
  async #keep(login: LoginResult): Promise<void> {
    this.#session = { userId: login.user_id, username: login.username, token: login.token };
    try {
      await this.#tokens.save(this.#session);
    } catch (error) {
      this.events.emit("trouble", `the session cannot be kept: ${messageOf(error)}`);
    }
  }

  #online(connection: Connection, login: LoginResult): void {
    if (connection.closedBecause !== undefined) throw new DisconnectedError(connection.closedBecause);
    this.#connection = connection;
    this.#attempts = 0;
    connection.events.on("closed", (error) => this.#onClosed(error));
    this.events.emit("online", { connection, login });
    this.#enter({ kind: "online" });
  }

  #onClosed(error: DisconnectedError): void {
    this.#connection = undefined;
    this.#endedBecause = error.cause instanceof RequestError ? error.message : undefined;
    this.events.emit("lost", error);
    if (!this.#closed && this.#session && this.#state.kind === "online")
      this.#wait(error.message, error.retryAfterMs ?? 0);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
