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
