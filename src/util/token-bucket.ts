// A limit on how often something may happen: so many per second on average, so many at once.
import type { Clock } from "./clock.ts";

export interface TokenBucketOptions {
  /** Average; greater than 0. */
  readonly ratePerSec: number;
  /** How many at once after a pause; at least 1. */
  readonly burstCount: number;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  readonly #clock: Clock;
  #tokens: number;
  #updatedMs: number;

  /** The bucket begins full. The clock should be one that never jumps (`monotonicClock`). */
  constructor(options: TokenBucketOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#tokens = options.burstCount;
    this.#updatedMs = clock.now();
  }

  /** Takes one: 0 when it may happen; otherwise nothing was taken, and whole seconds (at least 1) until it may. */
  take(): number {
    this.#refill();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#options.ratePerSec));
  }

  /** True when nothing is missing: such a bucket can be thrown away and made anew at need. */
  isFull(): boolean {
    this.#refill();
    return this.#tokens >= this.#options.burstCount;
  }

  #refill(): void {
    const nowMs = this.#clock.now();
    const elapsedMs = Math.max(0, nowMs - this.#updatedMs);
    this.#updatedMs = nowMs;
    this.#tokens = Math.min(this.#options.burstCount, this.#tokens + (elapsedMs / 1000) * this.#options.ratePerSec);
  }
}
