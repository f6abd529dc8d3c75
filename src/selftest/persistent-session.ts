// A session of a selftest that is dialled again while the server is away or the connection is cut.
import { Connection } from "../client/connection.ts";
import type { DisconnectedError } from "../client/errors.ts";
import { PASSWORD } from "./cast.ts";

/** Between two tries to come back, in milliseconds: soon, since the selftest wants load while things break. */
const RETRY_MS = 30;
/** How long a request may take before its connection counts as dead. */
const ANSWER_TIMEOUT_MS = 20_000;

/** Handler of the sessions, one after the other. */
export interface SessionHandler {
  /** To be called as soon as there is a connection, before the login: events may come with its answer. */
  begin(connection: Connection): void;
  /** The login is done. A rejection ends the connection, and another takes its place. */
  loggedIn(connection: Connection): Promise<void>;
}

export class PersistentSession {
  readonly #port: number;
  readonly #username: string;
  readonly #handler: SessionHandler;
  readonly #running: Promise<void>;
  #connection: Connection | undefined;
  #isEnded = false;
  #sessionCount = 0;

  constructor(port: number, username: string, handler: SessionHandler) {
    this.#port = port;
    this.#username = username;
    this.#handler = handler;
    this.#running = this.#run();
  }

  /** How many logins have been done. */
  get sessionCount(): number {
    return this.#sessionCount;
  }

  /** Logs out for good. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#connection?.close("the selftest is over");
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isEnded) {
      await this.#session();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** One connection from its first to its last moment. */
  async #session(): Promise<void> {
    const options = { host: "127.0.0.1", port: this.#port, requestTimeoutMs: ANSWER_TIMEOUT_MS };
    const connection = await Connection.open(options).catch(() => undefined);
    if (connection === undefined) return;
    this.#connection = connection;
    const closed = new Promise<DisconnectedError | undefined>((resolve) => {
      connection.events.on("closed", resolve);
      if (connection.closedBecause !== undefined) resolve(undefined);
    });
    if (this.#isEnded) connection.close("the selftest is over");
    this.#handler.begin(connection);
    connection.releaseEvents();
    try {
      await connection.request("login", { username: this.#username, password: PASSWORD, features: ["changes"] });
      this.#sessionCount += 1;
      await this.#handler.loggedIn(connection);
    } catch (error) {
      connection.close(String(error));
    }
    await closed;
  }
}
