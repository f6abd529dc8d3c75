// The requests that one connection has received and that are not yet carried out, bounded by not reading on.
import type { Clock } from "../util/clock.ts";
import { TokenBucket } from "../util/token-bucket.ts";

/** Requests and bytes of one task; what has arrived beyond it is the next one. */
const MAX_TASK_REQUESTS = 1024;
const MAX_TASK_BYTES = 256 * 1024;
/** Bytes and requests that may wait before the socket is not read any more; one more read may come on top. */
const MAX_QUEUED_BYTES = 256 * 1024;
const MAX_QUEUED_REQUESTS = 4096;

/** How often a connection may ask; a rate of 0 means without limit. */
export interface RequestRate {
  readonly requestRatePerSec: number;
  readonly requestBurstCount: number;
}

/** The next requests to carry out. */
export interface RequestHead {
  readonly payloads: readonly Buffer[];
  /** Indexes of those that came over the rate, and seconds until the next one may. */
  readonly limited: ReadonlySet<number> | undefined;
  readonly retryAfter: number;
}

export class RequestQueue {
  /** The decoder puts payloads here; `received` then takes note of them. */
  readonly arrivals: Buffer[] = [];
  #payloads: Buffer[] = [];
  #bytes = 0;
  readonly #limited = new Set<Buffer>();
  readonly #bucket: TokenBucket | undefined;
  #retryAfter = 0;

  constructor({ requestRatePerSec: ratePerSec, requestBurstCount: burstCount }: RequestRate, clock: Clock) {
    this.#bucket = ratePerSec > 0 ? new TokenBucket({ ratePerSec, burstCount }, clock) : undefined;
  }

  get isEmpty(): boolean {
    return this.#payloads.length === 0;
  }

  /** True when no more should be read for now. */
  get isFull(): boolean {
    return this.#bytes > MAX_QUEUED_BYTES || this.#payloads.length > MAX_QUEUED_REQUESTS;
  }

  /** Queues the arrivals, marking those that are over the rate. Returns how many there were. */
  received(): number {
    const count = this.arrivals.length;
    for (const payload of this.arrivals) {
      const retryAfter = this.#bucket?.take() ?? 0;
      if (retryAfter > 0) {
        this.#limited.add(payload);
        this.#retryAfter = retryAfter;
      }
      this.#bytes += payload.length;
      this.#payloads.push(payload);
    }
    this.arrivals.length = 0;
    return count;
  }

  /** What one task carries out; it stays in the queue until `remove`. */
  head(): RequestHead {
    let byteCount = 0;
    let count = 0;
    const limited = new Set<number>();
    for (const payload of this.#payloads) {
      byteCount += payload.length;
      if (count > 0 && (byteCount > MAX_TASK_BYTES || count >= MAX_TASK_REQUESTS)) break;
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
