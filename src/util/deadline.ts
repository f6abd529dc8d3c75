// Deadlines for what others have to do in time. The time in which this process stood still is not theirs.

/** A timer that is so late has not been kept by a busy process but by one that was stopped, in milliseconds. */
const STOOD_STILL_MS = 1_000;
/** Time within which the others' doings meanwhile are read, in milliseconds. */
const GRACE_MS = 5_000;

export class Deadline {
  readonly #onOver: () => void;
  readonly #delayMs: number;
  #timer: NodeJS.Timeout;

  /** Calls `onOver` once when `delayMs` are over, unless `clear` is called before. */
  constructor(onOver: () => void, delayMs: number) {
    this.#onOver = onOver;
    this.#delayMs = delayMs;
    this.#timer = this.#begin(delayMs);
  }

  /** Any number of times, also afterwards. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #begin(delayMs: number): NodeJS.Timeout {
    const dueMs = performance.now() + delayMs;
    return setTimeout(() => {
      // Timers come before sockets: what has arrived while all stood still is not yet read.
      if (performance.now() - dueMs < STOOD_STILL_MS) this.#onOver();
      else this.#timer = this.#begin(Math.min(this.#delayMs, GRACE_MS));
    }, delayMs);
  }
}
