// Counter of the refusals (429) that a peer does not heed, until it waits as long as it was told.
import type { Clock } from "../../util/clock.ts";

export class RefusalCounter {
  readonly #maxCount: number;
  readonly #clock: Clock;
  #count = 0;
  #notBeforeMs = 0;

  /** 0 allows any number. The clock should never jump. */
  constructor(maxCount: number, clock: Clock) {
    this.#maxCount = maxCount;
    this.#clock = clock;
  }

  /**
   * Counts refusals of what arrived at `receivedMs`; they told to wait for so many seconds. Those before are forgotten
   * when the peer had waited. Returns true when the peer has been patiently told often enough.
   */
  add(count: number, retryAfter: number, receivedMs: number): boolean {
    if (receivedMs >= this.#notBeforeMs) this.#count = 0;
    this.#count += count;
    this.#notBeforeMs = this.#clock.now() + retryAfter * 1000;
    return this.#maxCount > 0 && this.#count > this.#maxCount;
  }
}
