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
    const seconds = this.secondsUntil(1);
    if (seconds === 0) this.spend(1);
    return seconds;
  }

  /** 0 when so many may be taken now; otherwise whole seconds (at least 1) until they may. At most `burstCount` ever may. */
  secondsUntil(count: number): number {
    this.#refill();
    if (this.#tokens >= count) return 0;
    return Math.max(1, Math.ceil((count - this.#tokens) / this.#options.ratePerSec));
  }

  /** Takes so many, or as many as there are. */
  spend(count: number): void {
    this.#tokens = Math.max(0, this.#tokens - count);
  }

  /** True when nothing is missing: such a bucket can be thrown away and made again when needed. */
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
