// Times of tokens by two clocks, either of which may be wrong: none is expired, or soon to be, because one has jumped.
import { TOKEN_LIFETIME_MS } from "../protocol/limits.ts";

/** The time to store a token with now, and the time before which expired ones were stored; Unix milliseconds. */
export interface TokenTimes {
  readonly storedMs: number;
  readonly expiredMs: number;
}

/** `nowMs` is the time of day, `steadyMs` the same by a clock that never jumps. */
export function tokenTimes(nowMs: number, steadyMs: number): TokenTimes {
  return {
    storedMs: Math.round(Math.max(nowMs, steadyMs)),
    expiredMs: Math.round(Math.min(nowMs, steadyMs)) - TOKEN_LIFETIME_MS,
  };
}
