// Time as a dependency, so that tests need not wait.

export interface Clock {
  /** Milliseconds; what they count from is the clock's own. */
  now(): number;
}

/** Time of day, in milliseconds since 1970. It may jump: for what people and peers are told. */
export const systemClock: Clock = { now: () => Date.now() };

/** Never jumps, counts from the start of the process: for limits and durations. */
export const monotonicClock: Clock = { now: () => performance.now() };

/**
 * The time of day as it was at the start of the process (in a thread: of the thread), and what has passed since by a clock
 * that never jumps. Something is late only when it is so by this one and by the time of day: either may be wrong.
 */
export const steadyClock: Clock = { now: () => performance.timeOrigin + performance.now() };

/** Longer than between two looks at the clock while the process runs, in milliseconds. */
const MAX_STEP_MS = 2_000;

/**
 * Never jumps, and does not go on while the process stands still (stopped by a signal, a paused machine): for deadlines
 * of others, who may have kept them meanwhile. Only right where somebody looks at it every second.
 */
export class AwakeClock implements Clock {
  #lastMs = performance.now();
  #awakeMs = this.#lastMs;

  now(): number {
    const nowMs = performance.now();
    this.#awakeMs += Math.min(nowMs - this.#lastMs, MAX_STEP_MS);
    this.#lastMs = nowMs;
    return this.#awakeMs;
  }
}
