// Log of the store's outages: that it refuses writes, why, and when it is over; once each, not once per batch.
import type { Logger } from "../log/logger.ts";
import { monotonicClock, type Clock } from "../util/clock.ts";

/** How often it is said again while it lasts, in milliseconds. */
const AGAIN_MS = 60_000;

/** One for the thread that writes. */
export class StoreOutageLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  #sinceMs: number | undefined;
  #saidMs = 0;
  /** The last reason: another reason is said at once. */
  #reason = "";
  #refusedCount = 0;

  constructor(log: Logger, clock: Clock = monotonicClock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** To be told of each batch of so many writes that was not stored. */
  refused(error: Error, writeCount: number): void {
    const nowMs = this.#clock.now();
    this.#sinceMs ??= nowMs;
    this.#refusedCount += writeCount;
    if (error.message === this.#reason && nowMs - this.#saidMs < AGAIN_MS) return;
    this.#saidMs = nowMs;
    this.#reason = error.message;
    const fields = { error, refusedWrites: this.#refusedCount, seconds: Math.round((nowMs - this.#sinceMs) / 1000) };
    this.#log.error("the store refuses writes, which are answered with 503", fields);
  }

  /** To be told of each batch that was stored. */
  stored(): void {
    if (this.#sinceMs === undefined) return;
    const seconds = Math.round((this.#clock.now() - this.#sinceMs) / 1000);
    this.#log.info("the store takes writes again", { refusedWrites: this.#refusedCount, seconds });
    this.#sinceMs = undefined;
    this.#reason = "";
    this.#refusedCount = 0;
  }
}
