// The requests that one connection has received and that are not yet carried out, bounded by not reading on.
import type { RequestSource } from "../commit/commit-pacer.ts";
import type { Allowance } from "./allowance.ts";

/** Requests and bytes of one task; what has arrived beyond it is the next one. */
const MAX_TASK_REQUESTS = 1024;
const MAX_TASK_BYTES = 256 * 1024;
/** Bytes and requests that may wait before the socket is not read any more; one more read may come on top. */
const MAX_QUEUED_BYTES = 256 * 1024;
const MAX_QUEUED_REQUESTS = 4096;

/** Overhead of a frame, in bytes: its length, or its line's end (less; nobody counts so exactly). */
const FRAME_BYTES = 4;

/** The next requests to carry out. */
export interface RequestHead {
  readonly payloads: readonly Buffer[];
  /** Indexes of those that came over the allowance, and seconds until the next one may. */
  readonly limited: ReadonlySet<number> | undefined;
  readonly retryAfter: number;
}

export class RequestQueue implements RequestSource {
  /** The decoder puts payloads here; `received` then takes note of them. */
  readonly arrivals: Buffer[] = [];
  #payloads: Buffer[] = [];
  #bytes = 0;
  readonly #limited = new Set<Buffer>();
  readonly #allowance: Allowance | undefined;
  #retryAfter = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance.isUnlimited ? undefined : allowance;
  }

  get isEmpty(): boolean {
    return this.#payloads.length === 0;
  }

  /** Requests that the next task would carry out, as far as their bytes allow. */
  get requestCount(): number {
    return Math.min(this.#payloads.length, MAX_TASK_REQUESTS);
  }

  /** True when no more should be read for now. */
  get isFull(): boolean {
    return this.#bytes > MAX_QUEUED_BYTES || this.#payloads.length > MAX_QUEUED_REQUESTS;
  }

  /**
   * Queues the arrivals, marking those that are over the allowance. `byteCount` is how many bytes their frames and the
   * blank ones between them had; false when more of these were blank than may be.
   */
  received(byteCount: number): boolean {
    let blankBytes = byteCount;
    for (const payload of this.arrivals) {
      const retryAfter = this.#allowance?.take(payload.length + FRAME_BYTES) ?? 0;
      if (retryAfter > 0) {
        this.#limited.add(payload);
        this.#retryAfter = retryAfter;
      }
      blankBytes -= payload.length + FRAME_BYTES;
      this.#bytes += payload.length;
      this.#payloads.push(payload);
    }
    this.arrivals.length = 0;
    return this.#allowance === undefined || blankBytes <= 0 || this.#allowance.waste(blankBytes);
  }

  /** Payloads of the next task, `maxCount` at most; they stay in the queue until `remove`. */
  head(maxCount = MAX_TASK_REQUESTS): RequestHead {
    let byteCount = 0;
    let count = 0;
    const limited = new Set<number>();
    for (const payload of this.#payloads) {
      byteCount += payload.length;
      if (count > 0 && (byteCount > MAX_TASK_BYTES || count >= maxCount)) break;
      if (this.#limited.has(payload)) limited.add(count);
      count += 1;
    }
    return {
      payloads: this.#payloads.slice(0, count),
      limited: limited.size > 0 ? limited : undefined,
      retryAfter: this.#retryAfter,
    };
  }

  /** Removes the first `count` requests: they are answered, or on their way to be. */
  remove(count: number): void {
    for (const payload of this.#payloads.splice(0, count)) {
      this.#bytes -= payload.length;
      this.#limited.delete(payload);
    }
  }

  clear(): void {
    this.#payloads = [];
    this.#bytes = 0;
    this.#limited.clear();
  }
}
