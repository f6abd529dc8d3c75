// Time as a dependency, so that tests need not wait.

export interface Clock {
  /** Milliseconds; what they count from is the clock's own. */
  now(): number;
}

/** Time of day, in milliseconds since 1970. It may jump: for what people and peers are told. */
export const systemClock: Clock = { now: () => Date.now() };

/** Never jumps, counts from the start of the process: for limits and durations. */
export const monotonicClock: Clock = { now: () => performance.now() };
