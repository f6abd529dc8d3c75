// Counts of attempts by key, within a minute that begins with the first of them.
import type { Clock } from "../../util/clock.ts";

/** The time over which attempts are counted, in milliseconds (docs/protocol.md: "within a minute"). */
const WINDOW_MS = 60_000;
/** Keys that are remembered; beyond it the oldest are forgotten, so that made-up names cannot fill the memory. */
const MAX_KEYS = 100_000;
/** Length of a key that counts: longer than the key of any username, and no peer can fill the memory with long ones. */
const MAX_KEY_UNITS = 128;

interface Window {
  count: number;
  readonly endMs: number;
}

export class AttemptLimiter {
  readonly #maxCount: number;
  readonly #clock: Clock;
  /** In the order of their beginnings, which is that of their ends. */
  readonly #windows = new Map<string, Window>();

  /** Allows `maxCount` attempts; 0 means any number. The clock should never jump. */
  constructor(maxCount: number, clock: Clock) {
    this.#maxCount = maxCount;
    this.#clock = clock;
  }

  /** Counts an attempt. */
  count(key: string): void {
    this.#forgetEnded();
    const window = this.#window(key);
    if (window !== undefined) window.count += 1;
    else this.#windows.set(key.slice(0, MAX_KEY_UNITS), { count: 1, endMs: this.#clock.now() + WINDOW_MS });
  }

  /** 0 while another attempt is allowed, otherwise whole seconds (at least 1) until the minute is over. */
  retryAfter(key: string): number {
    const window = this.#window(key);
    const leftMs = (window?.endMs ?? 0) - this.#clock.now();
    if (window === undefined || leftMs <= 0 || this.#maxCount === 0 || window.count < this.#maxCount) return 0;
    return Math.ceil(leftMs / 1000);
  }

  /** Attempts within the key's present minute. */
  countOf(key: string): number {
    const window = this.#windows.get(key);
    return window !== undefined && window.endMs > this.#clock.now() ? window.count : 0;
  }

  /** How many attempts are still allowed. */
  left(key: string): number {
    if (this.#maxCount === 0) return Infinity;
    const window = this.#window(key);
    const counted = window === undefined || window.endMs <= this.#clock.now() ? 0 : window.count;
    return Math.max(0, this.#maxCount - counted);
  }

  #window(key: string): Window | undefined {
    return this.#windows.get(key.slice(0, MAX_KEY_UNITS));
  }

  #forgetEnded(): void {
    const nowMs = this.#clock.now();
    for (const [key, { endMs }] of this.#windows) {
      if (endMs > nowMs && this.#windows.size < MAX_KEYS) return;
      this.#windows.delete(key);
    }
  }
}
