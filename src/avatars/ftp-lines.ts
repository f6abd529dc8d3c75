// The lines of a control connection: cut out of the bytes within bounds, answered one after the other.
import type { FtpCommand, FtpConnection } from "./ftp-types.ts";

/** Longest line without its end: a password of 256 bytes and some. */
const MAX_LINE_BYTES = 1024;
/** Bytes that a client may send ahead of its answers; nothing is read beyond it. */
const MAX_AHEAD_BYTES = 128 * 1024;
const NEWLINE = 0x0a;
/** Telnet's "interpret as command"; clients send two such pairs before ABOR (RFC 959, 4.1.3). */
const TELNET_COMMAND = 0xff;

export interface FtpLineHandlers {
  /** Gets a line without its end; resolves with the milliseconds until the next may be answered. Never rejects. */
  readonly answer: (line: string) => Promise<number>;
  /** ABOR has come, maybe while another line is being answered; it is answered in its turn as well. */
  readonly abort: () => void;
  /** The client breaks the bounds; nothing more is answered. */
  readonly fail: (reason: string) => void;
}

/** Reads from ftp-srv's connection in its place. */
export class FtpLines {
  readonly #connection: FtpConnection;
  readonly #handlers: FtpLineHandlers;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #partial: Buffer = Buffer.alloc(0);
  #isBusy = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: FtpConnection, handlers: FtpLineHandlers) {
    this.#connection = connection;
    this.#handlers = handlers;
    connection.commandSocket.removeAllListeners("data"); // ftp-srv's own: nobody else listens to a new connection
    this.attach();
  }

  readonly #onData = (chunk: Buffer): void => this.#push(chunk);

  /** Reads from the connection's present socket. */
  attach(): void {
    this.#connection.commandSocket.on("data", this.#onData);
  }

  /** Reads from it no more; what it holds already is for whoever takes the socket over. */
  detach(): void {
    this.#connection.commandSocket.off("data", this.#onData);
  }

  /** Reads nothing until the line in hand is answered. */
  pause(): void {
    this.#connection.commandSocket.pause();
  }

  /** Forgets what has been read and not answered: after AUTH TLS it may be another's. */
  discard(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#partial = Buffer.alloc(0);
  }

  /** No further line is answered. Any number of times. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  #push(chunk: Buffer): void {
    if (this.#closed) return;
    let bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE)) {
      this.#keep(bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    this.#partial = Buffer.from(bytes); // a copy: the chunk's memory is not held for a few bytes
    const isTooLong = bytes.length > MAX_LINE_BYTES || this.#waiting.some((line) => line.length > MAX_LINE_BYTES);
    if (isTooLong || this.#waitingBytes > MAX_AHEAD_BYTES) {
      this.close();
      return this.#handlers.fail("Too much at once");
    }
    if (this.#isBusy) this.#connection.commandSocket.pause();
    else this.#drain().catch(() => this.#handlers.fail("Internal error"));
  }

  #keep(bytes: Buffer): void {
    let start = 0;
    while (bytes[start] === TELNET_COMMAND) start += 2;
    const line = bytes.subarray(start).toString("utf8").replace(/\r$/, "");
    if (line === "") return;
    if (/^abor$/i.test(line)) this.#handlers.abort();
    this.#waiting.push(line);
    this.#waitingBytes += costOf(line);
  }

  async #drain(): Promise<void> {
    this.#isBusy = true;
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) {
      this.#waitingBytes -= costOf(line);
      const waitMs = await this.#handlers.answer(line);
      if (waitMs > 0 && !this.#closed) {
        await new Promise<void>((resolve) => {
          this.#timer = setTimeout(resolve, waitMs);
        });
      }
    }
    this.#isBusy = false;
    this.#connection.commandSocket.resume();
  }
}

function costOf(line: string): number {
  return line.length + 2;
}

/** The parts left of the first space and right of it; ftp-srv's own parser drops quotes and "-x" also from passwords. */
export function commandOf(line: string): FtpCommand {
  const space = line.indexOf(" ");
  const directive = (space === -1 ? line : line.slice(0, space)).toUpperCase();
  const rest = space === -1 ? "" : line.slice(space + 1);
  return { directive, arg: rest === "" ? null : rest, flags: [], raw: directive };
}
