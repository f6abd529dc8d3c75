// Message ids that grow with time: a store adds them at the end of its index instead of writing all over it.
import { randomBytes } from "node:crypto";

/** Digits of the time in base 36: enough until the year 5188. */
const TIME_DIGITS = 9;
const RANDOM_BYTES = 12;

/** A new id of 25 characters: Unix milliseconds, then 96 random bits. */
export function newMessageId(nowMs: number = Date.now()): string {
  return nowMs.toString(36).padStart(TIME_DIGITS, "0") + randomBytes(RANDOM_BYTES).toString("base64url");
}
