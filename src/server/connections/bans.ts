// Addresses that the administrator keeps out for a time. In memory: a restart lifts every ban.
import type { Clock } from "../../util/clock.ts";
import { addressKey } from "../../util/address.ts";

/** Bans at once; of more, the oldest are lifted. */
const MAX_BANS = 10_000;

export class Bans {
  /** When each ban ends on the clock, by what counts as one peer (`addressKey`). */
  readonly #untilMs = new Map<string, number>();
  readonly #clock: Clock;

  /** `clock` must not jump (`monotonicClock`): a clock that is put right must neither lift a ban nor make it longer. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(address: string, durationMs: number): void {
    const [oldest] = this.#untilMs.keys();
    if (this.#untilMs.size >= MAX_BANS && oldest !== undefined) this.#untilMs.delete(oldest);
    this.#untilMs.set(addressKey(address), this.#clock.now() + durationMs);
  }

  /** Returns false when there was none. */
  lift(address: string): boolean {
    return this.#untilMs.delete(addressKey(address));
  }

  has(address: string): boolean {
    const key = addressKey(address);
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return false;
    if (untilMs > this.#clock.now()) return true;
    this.#untilMs.delete(key);
    return false;
  }

  /** Those in force, with their ends in Unix milliseconds. */
  list(): { address: string; until_ms: number }[] {
    const nowMs = this.#clock.now();
    const toUnixMs = Date.now() - nowMs;
    return [...this.#untilMs].flatMap(([address, untilMs]) =>
      untilMs > nowMs ? [{ address, until_ms: Math.round(untilMs + toUnixMs) }] : [],
    );
  }
}
