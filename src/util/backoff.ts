// Delay before the next attempt.

export interface BackoffOptions {
  /** Longest wait before the first retry. */
  readonly baseMs: number;
  /** Longest wait of all. */
  readonly capMs: number;
}

/**
 * Milliseconds to wait before retry number `attempt` (0 is the first): evenly spread between 0 and the doubled wait
 * ("full jitter"), so that a thousand clients that were cut off together do not come back together.
 * `random` gives numbers from 0 (inclusive) to 1 (exclusive).
 */
export function backoffDelayMs(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  return random() * Math.min(options.capMs, options.baseMs * 2 ** attempt);
}
