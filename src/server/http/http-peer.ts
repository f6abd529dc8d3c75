// One connection that speaks HTTP: its state, and its deadlines.
import type { Clock } from "../../util/clock.ts";
import type { HttpConnection } from "../connections/connection-host.ts";

/** How long a head may take to arrive from its first byte on, in milliseconds. */
const HEAD_MS = 10_000;
/** How long nothing may move: a connection without a request, a body, an answer that is not read. In milliseconds. */
const IDLE_MS = 30_000;
/** How long a closed connection may take to send what is queued and to see the peer's end, in milliseconds. */
const LINGER_MS = 2_000;

/** "late": a head takes too long; "over": nothing happens any more; "gone": the time to end has passed. */
export type Verdict = "late" | "over" | "gone" | "fine";

export class HttpPeer {
  readonly connection: HttpConnection;
  readonly #clock: Clock;
  /** Requests that are being answered. */
  #requestCount = 0;
  /** When the head that is awaited has begun to arrive. */
  #headSinceMs: number | undefined;
  #movedMs: number;
  #movedBytes = 0;
  #closedMs: number | undefined;
  /** Bytes that were read and belong to no request so far; below 0 when a body that was announced has not arrived. */
  #unasked = 0;

  /** The first byte of a head is there. The clock must never jump. */
  constructor(connection: HttpConnection, clock: Clock) {
    this.connection = connection;
    this.#clock = clock;
    this.#headSinceMs = this.#movedMs = clock.now();
  }

  /** Whether no request is being answered. */
  get isIdle(): boolean {
    return this.#requestCount === 0;
  }

  get isClosing(): boolean {
    return this.#closedMs !== undefined;
  }

  /** Bytes that were read and belong to no request so far: a head that is not complete, blanks. */
  get unaskedBytes(): number {
    return Math.max(0, this.#unasked);
  }

  /** So many bytes were read, and parsed. */
  received(byteCount: number): void {
    this.#unasked += byteCount;
  }

  /**
   * A head has arrived, that of a request of so many bytes with its body. Returns the bytes that were read for it before,
   * which may be more: the parser skips blanks.
   */
  began(byteCount: number): number {
    const readBefore = this.unaskedBytes;
    this.#requestCount += 1;
    this.#headSinceMs = undefined;
    this.#unasked = Math.min(0, this.#unasked) - byteCount;
    return readBefore;
  }

  /** It is answered. */
  ended(): void {
    this.#requestCount -= 1;
    this.#movedMs = this.#clock.now();
    this.#movedBytes = this.#bytes;
  }

  /** Its state by now. */
  verdict(): Verdict {
    const nowMs = this.#clock.now();
    if (this.#closedMs !== undefined) return nowMs - this.#closedMs >= LINGER_MS ? "gone" : "fine";
    if (this.#bytes !== this.#movedBytes) {
      if (this.isIdle) this.#headSinceMs ??= nowMs;
      this.#movedMs = nowMs;
      this.#movedBytes = this.#bytes;
    }
    if (this.#headSinceMs !== undefined && nowMs - this.#headSinceMs >= HEAD_MS) return "late";
    return nowMs - this.#movedMs >= IDLE_MS ? "over" : "fine";
  }

  /** Sends what is queued, and ends. */
  close(): void {
    if (this.#closedMs !== undefined) return;
    this.#closedMs = this.#clock.now();
    this.connection.socket.end();
    this.connection.socket.resume(); // the peer's end must be seen
  }

  get #bytes(): number {
    const { bytesRead, bytesWritten } = this.connection.socket;
    return bytesRead + bytesWritten;
  }
}
