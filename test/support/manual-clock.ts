// A clock that stands still until a test moves it.
import type { Clock } from "../../src/util/clock.ts";

export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Negative to go back. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
  }
}
