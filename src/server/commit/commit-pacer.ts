// Pacing of requests and commits. The cost of a task, a commit and a fan-out hardly depends on the number of their
// messages, so under load it pays to let messages gather; a lone message never waits.
import type { Clock } from "../../util/clock.ts";
import { COMMIT_PACING, type CommitPacing } from "../pacing.ts";

/** A connection whose requests wait for their turn. */
export interface RequestSource {
  /** How many of those that have been read and wait its next task would carry out. */
  readonly requestCount: number;
}

interface WaitingSource {
  readonly source: RequestSource;
  readonly resolve: () => void;
}

/**
 * A round under load: the requests that have gathered are carried out, their messages are committed together, and while
 * they go out to everybody the next ones gather.
 */
export class CommitPacer {
  readonly #clock: Clock;
  readonly #rule: CommitPacing;
  /** Tasks under way of the present generation, and of the one before it; older ones have been waited for. */
  #youngCount = 0;
  #oldCount = 0;
  #generation = 0;
  #onGathered: (() => void) | undefined;
  /** Until when the next commit waits, and until when requests do. */
  #notBeforeMs = 0;
  #holdUntilMs = 0;
  #deliveryMs = 0;
  #lastMessageCount = 0;
  /** Oldest first. */
  readonly #waiting: WaitingSource[] = [];
  #onGapOver: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** A round begins with the next immediate. */
  #isNear = false;

  constructor(clock: Clock, rule = COMMIT_PACING) {
    this.#clock = clock;
    this.#rule = rule;
  }

  /**
   * Resolves when a connection's next task may begin: the round before it is committed, its gap is over, and those that
   * have waited for longer have had their turn. Undefined: at once.
   */
  admit(source: RequestSource): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#clock.now() >= this.#holdUntilMs) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push({ source, resolve });
      if (this.#timer === undefined) this.#schedule(); // who comes later must not put it off
    });
  }

  #schedule(): void {
    if (this.#isNear) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0 && this.#onGapOver === undefined) return;
    this.#timer = setTimeout(() => this.#nearRound(), Math.max(0, this.#holdUntilMs - this.#clock.now()));
  }

  /** Arrived bytes are read between this and the next immediate. */
  #nearRound(): void {
    this.#isNear = true;
    setImmediate(() => this.#beginRound());
  }

  #beginRound(): void {
    this.#isNear = false;
    let requestCount = 0;
    let turnCount = 0;
    for (const { source } of this.#waiting) {
      requestCount += source.requestCount;
      if (turnCount > 0 && requestCount > this.#rule.turnRequests) break;
      turnCount += 1;
    }
    for (const { resolve } of this.#waiting.splice(0, turnCount)) resolve();
    // The tasks of this turn have begun by then, so that the commit waits for them.
    if (this.#onGapOver !== undefined) setImmediate(this.#onGapOver);
    this.#onGapOver = undefined;
    const restMs = this.#lastMessageCount >= this.#rule.manyMessages ? this.#rule.maxHoldMs : this.#rule.nextTurnMs;
    if (this.#waiting.length > 0) this.#holdUntilMs = this.#clock.now() + restMs;
    this.#schedule();
  }

  /** To be called when a task begins; the returned function when it has ended. */
  taskBegins(): () => void {
    const generation = this.#generation;
    this.#youngCount += 1;
    return () => {
      if (generation === this.#generation) this.#youngCount -= 1;
      else if (generation === this.#generation - 1 && --this.#oldCount === 0) this.#onGathered?.();
    };
  }

  /** To be called after each delivery with the time it took. */
  deliveryTook(durationMs: number): void {
    this.#deliveryMs = durationMs;
  }

  /** To be called when a commit begins. */
  committing(): void {
    if (this.#lastMessageCount >= this.#rule.manyMessages) this.#holdUntilMs = this.#clock.now() + this.#rule.maxHoldMs;
  }

  /** To be called after each commit with the number of its messages. */
  committed(messageCount: number): void {
    this.#lastMessageCount = messageCount;
    const waitingCount = this.#waiting.reduce((sum, { source }) => sum + source.requestCount, 0);
    const usefulMs = this.#rule.baseGapMs + messageCount * this.#rule.gapMsPerMessage;
    const gapMs = Math.min(this.#deliveryMs * this.#rule.gapPerDelivery, usefulMs, this.#rule.maxGapMs);
    this.#notBeforeMs = this.#clock.now() + (waitingCount >= this.#rule.enoughRequests ? 0 : gapMs);
    this.#holdUntilMs = this.#notBeforeMs;
    this.#schedule();
  }

  /** Resolves when the next commit may begin: the gap is over, and the tasks now under way have brought their writes. */
  async gather(): Promise<void> {
    if (this.#notBeforeMs > this.#clock.now()) {
      await new Promise<void>((resolve) => {
        this.#onGapOver = resolve;
        this.#schedule();
      });
    }
    if (this.#youngCount === 0) return;
    this.#oldCount = this.#youngCount;
    this.#youngCount = 0;
    this.#generation += 1;
    await this.#gathered();
  }

  async #gathered(): Promise<void> {
    const maxMs =
      this.#lastMessageCount >= this.#rule.manyMessages ? this.#rule.maxGatherManyMs : this.#rule.maxGatherMs;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.#onGathered = () => {
        clearTimeout(timer);
        setImmediate(resolve); // what the tasks brought is submitted by then
      };
    });
    this.#onGathered = undefined;
  }
}
