// Health of the store, by the outcome of the last batches and by a question to it.
import type { Clock } from "../../util/clock.ts";
import type { WriteState } from "../commit/group-commit.ts";

/** An answer is good for so long, in milliseconds, however many ask. */
const KEPT_MS = 1_000;
/** A store that has not answered by then cannot be used, in milliseconds. */
const ANSWER_MS = 2_000;
/** A batch that is under way for longer has met a store that cannot be used, in milliseconds. */
const STALLED_MS = 5_000;
/** So long after a batch that was refused writes are taken to be refused still, in milliseconds. */
const REFUSED_MS = 10_000;

export class StoreHealth {
  readonly #ask: () => Promise<unknown>;
  readonly #writes: () => WriteState;
  readonly #clock: Clock;
  #asked: { readonly atMs: number; readonly answer: Promise<boolean> } | undefined;
  /** The last question while it is not answered: a store that hangs is not asked again and again. */
  #pending: Promise<boolean> | undefined;

  /** `ask` reads something small; it rejects when it cannot. The clock must never jump. */
  constructor(ask: () => Promise<unknown>, writes: () => WriteState, clock: Clock) {
    this.#ask = ask;
    this.#writes = writes;
    this.#clock = clock;
  }

  /** Never rejects; takes 2 s at most. */
  async isUsable(): Promise<boolean> {
    const nowMs = this.#clock.now();
    const { refusedAtMs, batchSinceMs } = this.#writes();
    if (refusedAtMs !== undefined && nowMs - refusedAtMs < REFUSED_MS) return false;
    if (batchSinceMs !== undefined && nowMs - batchSinceMs > STALLED_MS) return false;
    if (this.#asked === undefined || nowMs - this.#asked.atMs >= KEPT_MS) {
      this.#asked = { atMs: nowMs, answer: this.#answersInTime() };
    }
    return this.#asked.answer;
  }

  async #answersInTime(): Promise<boolean> {
    this.#pending ??= this.#answers();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ANSWER_MS)));
    return Promise.race([this.#pending, late]).finally(() => clearTimeout(timer));
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#ask();
      return true;
    } catch {
      return false; // why is in the log of what serves requests
    } finally {
      this.#pending = undefined;
    }
  }
}
