// Connections that ask for much, to be measured what the others notice: they look at nothing that they are answered.
import type { Socket } from "node:net";
import { dial, type ServerAddress } from "../engine/dial.ts";
import { requestFrame } from "../targets/messenger.ts";

const TOKEN = /"token":"([^"]+)"/;
const OPENING_AT_ONCE = 50;
const DEADLINE_MS = 120_000;

/** One connection; requests are answered in their order, and counted by their frames' lengths alone. */
class Presser {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #onFrame: ((payload: Buffer) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  static open(server: ServerAddress): Promise<Presser> {
    return new Promise((resolve, reject) => {
      const socket = dial(server, { onReady: () => resolve(new Presser(socket)) });
      socket.once("error", reject);
    });
  }

  /** Resolves with the response's payload; rejects when none comes. */
  ask(action: string, data: Record<string, unknown>): Promise<string> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error(`${action}: the connection has ended`));
      this.#socket.once("close", gone);
      this.#onFrame = (payload) => {
        const text = payload.toString("latin1");
        if (!text.startsWith('{"action"')) return;
        this.#socket.off("close", gone);
        resolve(text);
      };
      this.send(action, data);
    });
  }

  send(action: string, data: Record<string, unknown>): void {
    this.#socket.write(requestFrame(action, data));
  }

  /** From now on nothing is read. */
  pause(): void {
    this.#socket.pause();
  }

  /** From now on all is read and forgotten. */
  ignore(): void {
    this.#socket.removeAllListeners("data").resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readUInt32BE(0);
      if (this.#rest.length < end) return;
      const payload = this.#rest.subarray(4, end);
      this.#rest = this.#rest.subarray(end);
      this.#onFrame?.(payload);
    }
  }
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Sessions of one user. */
export class Press {
  readonly #server: ServerAddress;
  readonly #credentials: Credentials;
  readonly #pressers: Presser[] = [];
  #isStopped = false;
  /** Requests answered to those that wait for their answers. */
  askedCount = 0;

  constructor(server: ServerAddress, credentials: Credentials) {
    this.#server = server;
    this.#credentials = credentials;
  }

  async open(count: number): Promise<void> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    while (this.#pressers.length < count) {
      if (performance.now() > deadlineMs)
        throw new Error(`${this.#pressers.length} of ${count} sessions opened in time`);
      const part = Math.min(OPENING_AT_ONCE, count - this.#pressers.length);
      const opened = Array.from({ length: part }, async () => {
        const presser = await Presser.open(this.#server);
        await presser.ask("login", { ...this.#credentials });
        return presser;
      });
      this.#pressers.push(...(await Promise.all(opened)));
    }
  }

  /** Asks once, by the first session. */
  async ask(action: string, data: Record<string, unknown>): Promise<void> {
    await this.#pressers[0]?.ask(action, data);
  }

  /** Each session asks again and again, each time after the answer, until `close`. */
  askOn(action: string, data: Record<string, unknown>): void {
    for (const presser of this.#pressers) void this.#repeat(() => presser.ask(action, data));
  }

  /** Each session asks so many times and reads nothing. */
  askUnread(action: string, data: Record<string, unknown>, count: number): void {
    for (const presser of this.#pressers) {
      presser.pause();
      for (let index = 0; index < count; index += 1) presser.send(action, data);
    }
  }

  /** Each session hears what it is told, and forgets it. */
  listen(): void {
    for (const presser of this.#pressers) presser.ignore();
  }

  /** The first session logs in again and again by its newest token. */
  async relogin(): Promise<void> {
    const [presser] = this.#pressers;
    let token = TOKEN.exec((await presser?.ask("login", { ...this.#credentials })) ?? "")?.[1];
    void this.#repeat(async () => {
      token = TOKEN.exec((await presser?.ask("login", { token })) ?? "")?.[1];
      if (token === undefined) throw new Error("no token was given");
    });
  }

  /** Whole connections (over TLS: handshakes) without end, so many at a time. */
  reconnect(count: number): void {
    for (let index = 0; index < count; index += 1) {
      void this.#repeat(async () => (await Presser.open(this.#server)).close());
    }
  }

  /** Ends with `close`, which cuts what is under way. */
  async #repeat(once: () => Promise<unknown>): Promise<void> {
    try {
      for (; !this.#isStopped; this.askedCount += 1) await once();
    } catch (error) {
      if (!this.#isStopped) throw error;
    }
  }

  /** Idempotent. */
  close(): void {
    this.#isStopped = true;
    for (const presser of this.#pressers) presser.close();
  }
}
