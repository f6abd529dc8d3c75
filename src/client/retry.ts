// Delay before a failed fetch is tried again.
import { backoffDelayMs } from "../util/backoff.ts";
import { RequestError } from "./errors.ts";

const RETRY = { baseMs: 500, capMs: 10_000 };

/** Milliseconds; at least as long as the server asks for. `attempts` counts those that have failed in a row. */
export function retryDelayMs(error: unknown, attempts: number): number {
  const askedMs = error instanceof RequestError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(askedMs, backoffDelayMs(attempts, RETRY));
}
