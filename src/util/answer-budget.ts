// Budget of answered bytes per second. Answers are never refused: what is over is waited for before the next request.
import type { Clock } from "./clock.ts";

export class AnswerBudget {
  readonly #ratePerSec: number;
  readonly #burstBytes: number;
  readonly #clock: Clock;
  /** Answered and not yet made up for by the time, at `#atMs`. */
  #bytes = 0;
  #atMs: number;

  /** A rate greater than 0. The clock should never jump. */
  constructor(ratePerSec: number, burstBytes: number, clock: Clock) {
    this.#ratePerSec = ratePerSec;
    this.#burstBytes = burstBytes;
    this.#clock = clock;
    this.#atMs = clock.now();
  }

  /** Counts an answer that goes out whatever its size. */
  spend(byteCount: number): void {
    this.#settle();
    this.#bytes += byteCount;
  }

  /** Milliseconds until the next request may be carried out; 0 for at once. */
  get waitMs(): number {
    this.#settle();
    return Math.max(0, Math.ceil(((this.#bytes - this.#burstBytes) / this.#ratePerSec) * 1000));
  }

  /** True when nothing is missing: then it can be thrown away and made again when needed. */
  isFull(): boolean {
    this.#settle();
    return this.#bytes === 0;
  }

  #settle(): void {
    const nowMs = this.#clock.now();
    this.#bytes = Math.max(0, this.#bytes - (Math.max(0, nowMs - this.#atMs) / 1000) * this.#ratePerSec);
    this.#atMs = nowMs;
  }
}
