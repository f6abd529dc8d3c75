// Log entries that strangers can cause at will: the first at once, further ones as one a minute with their number.
import type { LogLevel } from "../protocol/log-levels.ts";
import type { Clock } from "../util/clock.ts";
import type { LogFields, Logger } from "./logger.ts";

/** The time over which acts are counted, in milliseconds. */
const WINDOW_MS = 60_000;
/** Acts that are told apart; what comes beyond them within a minute is counted together, without its fields. */
const MAX_KEYS = 1_000;

interface Window {
  readonly level: LogLevel;
  readonly text: string;
  /** Of the last act. */
  fields: LogFields;
  /** How many entries this minute may still have. */
  left: number;
  /** Acts without an entry so far. */
  count: number;
  endMs: number;
}

export class ThrottledLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  /** In the order of their ends. */
  readonly #windows = new Map<string, Window>();
  #timer: NodeJS.Timeout | undefined;

  /** `clock` must not jump (`monotonicClock`). */
  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Logs an act of somebody: `who` is an address or a user. The first `burst` within a minute are entries of their own;
   * the number of the others is told when the minute is over, as `times` with the fields of the last of them.
   */
  write(level: LogLevel, text: string, who: string, fields: LogFields, burst = 1): void {
    this.#endWindows();
    const isKnown = this.#windows.has(keyOf(text, who));
    const mayBeAdded = isKnown || this.#windows.size < MAX_KEYS;
    const key = keyOf(text, mayBeAdded ? who : "");
    const shown = mayBeAdded ? fields : { from: "many" };
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { level, text, fields: shown, left: burst, count: 0, endMs: this.#clock.now() + WINDOW_MS };
      this.#windows.set(key, window);
      this.#timer ??= setInterval(() => this.#endWindows(), WINDOW_MS / 4).unref();
    }
    window.fields = shown;
    if (window.left > 0) this.#log[level](text, shown);
    else window.count += 1;
    window.left -= 1;
  }

  /** Tells the numbers so far, and lets go of the timer. Later entries start a new count. */
  flush(): void {
    for (const window of this.#windows.values()) this.#tell(window);
    this.#windows.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #endWindows(): void {
    const nowMs = this.#clock.now();
    for (const [key, window] of this.#windows) {
      if (window.endMs > nowMs) return;
      this.#windows.delete(key);
      const isOver = window.count === 0;
      this.#tell(window);
      // A peer that goes on has one entry a minute, not one at once and one with the number.
      if (!isOver) this.#windows.set(key, { ...window, left: 0, count: 0, endMs: nowMs + WINDOW_MS });
    }
  }

  #tell({ level, text, fields, count }: Window): void {
    if (count > 0) this.#log[level](text, { ...fields, times: count });
  }
}

function keyOf(text: string, who: string): string {
  return `${text}\n${who}`;
}
