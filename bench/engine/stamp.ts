// The stamp in a load message's text: who sent it, its number, and when; found again in whatever wraps the text.

/**
 * `~b`, sender (5 digits), number of the message among the sender's (10), time in microseconds of the monotonic clock
 * (16), `~`. Plain ASCII, so every chat protocol carries it unescaped. native/stamp.hpp has the same form.
 */
export const STAMP_BYTES = 34;

const MARK = Buffer.from("~b");
const SENDER_AT = 2;
const NUMBER_AT = 7;
const TIME_AT = 17;
const TILDE = 0x7e;
const DIGIT_ZERO = 0x30;

export interface Stamp {
  sender: number;
  number: number;
  timeUs: number;
}

/** Microseconds of CLOCK_MONOTONIC, whole: the same clock in every process of the machine. */
export function monotonicUs(): number {
  return ORIGIN_US + Math.round(performance.now() * 1000);
}

const ORIGIN_US = hrtimeUs() - Math.round(performance.now() * 1000);

function hrtimeUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

/** A text of `bytes` ASCII characters that begins with a stamp of zeros; at least STAMP_BYTES long. */
export function stampedText(bytes: number): string {
  const filler = "the quick brown fox jumps over the lazy dog and comes home late ";
  const padding = Math.max(0, bytes - STAMP_BYTES);
  return "~b" + "0".repeat(31) + "~" + filler.repeat(Math.ceil(padding / filler.length)).slice(0, padding);
}

/** Writes a stamp over the one at `offset`. */
export function writeStamp(buffer: Buffer, offset: number, stamp: Stamp): void {
  writeDigits(buffer, offset + SENDER_AT, 5, stamp.sender);
  writeDigits(buffer, offset + NUMBER_AT, 10, stamp.number);
  writeDigits(buffer, offset + TIME_AT, 16, stamp.timeUs);
}

/** Reads the first stamp between `start` and `end` into `stamp`; false when there is none. */
export function readStamp(buffer: Buffer, start: number, end: number, stamp: Stamp): boolean {
  const found = buffer.subarray(start, end).indexOf(MARK);
  const at = start + found;
  if (found === -1 || at + STAMP_BYTES > end || buffer[at + STAMP_BYTES - 1] !== TILDE) return false;
  stamp.sender = readDigits(buffer, at + SENDER_AT, 5);
  stamp.number = readDigits(buffer, at + NUMBER_AT, 10);
  stamp.timeUs = readDigits(buffer, at + TIME_AT, 16);
  return true;
}

function writeDigits(buffer: Buffer, offset: number, count: number, value: number): void {
  let rest = value;
  for (let index = offset + count - 1; index >= offset; index -= 1) {
    const next = Math.floor(rest / 10);
    buffer[index] = DIGIT_ZERO + (rest - next * 10);
    rest = next;
  }
}

function readDigits(buffer: Buffer, offset: number, count: number): number {
  let value = 0;
  for (let index = offset; index < offset + count; index += 1) value = value * 10 + ((buffer[index] ?? 0) - DIGIT_ZERO);
  return value;
}
