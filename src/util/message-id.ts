// Message ids that grow with time: a store adds them at the end of its index instead of writing all over it.
import { randomBytes } from "node:crypto";

/** Digits of the time in base 36: enough until the year 5188. */
const TIME_DIGITS = 9;
const RANDOM_BYTES = 12;

/** Random bytes are taken from the system for so many ids at once: asking costs more than making an id. */
const IDS_PER_POOL = 256;

let pool = Buffer.alloc(0);
let used = 0;
let lastMs = 0;
let lastDigits = "";

/** A new id of 25 characters: Unix milliseconds, then 96 random bits. */
export function newMessageId(nowMs: number = Date.now()): string {
  if (used === pool.length) {
    pool = randomBytes(RANDOM_BYTES * IDS_PER_POOL);
    used = 0;
  }
  used += RANDOM_BYTES;
  if (nowMs !== lastMs) {
    lastMs = nowMs;
    lastDigits = nowMs.toString(36).padStart(TIME_DIGITS, "0");
  }
  return lastDigits + pool.toString("base64url", used - RANDOM_BYTES, used);
}
