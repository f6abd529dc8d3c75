// When the next commit begins. What a commit costs, and a fan-out too, hardly depends on how many messages are in it, so
// under load it pays to let messages gather; a lone message never waits.
import type { Clock } from "../util/clock.ts";

/**
 * After a commit the next one waits for as long as the last fan-out took, but for not more than this, in milliseconds.
 * Without the wait the commits, and the many small tasks that come with them, take the time of the fan-out. What it saves
 * is more the more messages come: with few of them a longer wait is latency alone, since a batch joins the round
 * wherever it is.
 */
const BASE_GAP_MS = 5;
const GAP_MS_PER_MESSAGE = 0.1;
const MAX_GAP_MS = 25;
/** How long a round waits for requests that are being carried out, in milliseconds: a slow one must not hold it up. */
const MAX_GATHER_MS = 2;

export class RoundPacer {
  readonly #clock: Clock;
  /** Tasks under way of the present generation, and of those before it. */
  #youngCount = 0;
  #oldCount = 0;
  #generation = 0;
  #notBeforeMs = 0;
  #fanoutMs = 0;
  #onGathered: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called when a task begins; the returned function when it has ended. */
  taskBegins(): () => void {
    const generation = this.#generation;
    this.#youngCount += 1;
    return () => {
      if (generation === this.#generation) this.#youngCount -= 1;
      else if (--this.#oldCount === 0) this.#onGathered?.();
    };
  }

  /** To be called after each fan-out with the time it took. */
  fanoutTook(durationMs: number): void {
    this.#fanoutMs = durationMs;
  }

  /** To be called after each commit with the number of its messages. */
  committed(messageCount: number): void {
    const usefulMs = BASE_GAP_MS + messageCount * GAP_MS_PER_MESSAGE;
    this.#notBeforeMs = this.#clock.now() + Math.min(this.#fanoutMs, usefulMs, MAX_GAP_MS);
  }

  /** Resolves when the next round may begin: the gap is over, and the tasks now under way have brought their writes. */
  async nextRound(): Promise<void> {
    const gapMs = this.#notBeforeMs - this.#clock.now();
    if (gapMs > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
    if (this.#youngCount + this.#oldCount === 0) return;
    this.#oldCount += this.#youngCount;
    this.#youngCount = 0;
    this.#generation += 1;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MAX_GATHER_MS);
      this.#onGathered = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onGathered = undefined;
  }
}
