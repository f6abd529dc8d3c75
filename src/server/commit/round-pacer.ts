// When requests are carried out and when the next commit begins. What a task, a commit and a fan-out cost hardly depends
// on how many messages are in them, so under load it pays to let messages gather; a lone message never waits.
import type { Clock } from "../../util/clock.ts";

/**
 * After a commit the next round waits for this share of what the last fan-out took, so that the fan-out leaves the
 * processor some time: the tasks and commits of a round need it.
 */
const GAP_PER_FANOUT = 0.7;
/**
 * It waits for not more than this, in milliseconds. What waiting saves is more the more messages come: with few of them
 * it is latency alone, since a batch joins the fan-out wherever it is.
 */
const BASE_GAP_MS = 5;
const GAP_MS_PER_MESSAGE = 0.1;
const MAX_GAP_MS = 25;
/** When so many requests wait there is no gap: more of them make a round hardly cheaper. */
const ENOUGH_REQUESTS = 500;
/** Requests that one turn lets through: with more a round falls out of the processor's caches and costs more. */
const TURN_REQUESTS = 1024;
/** After few messages the rest has its turn after so many milliseconds: there may be nothing to commit. */
const NEXT_TURN_MS = 2;
/** When a batch had so many messages, requests wait for the next one's commit, so that they become few tasks. */
const MANY_MESSAGES = 32;
/** But for so long at most, in milliseconds: a slow store must not hold up those that only read. */
const MAX_HOLD_MS = 25;
/**
 * How long a commit waits for requests that are being carried out, in milliseconds, after few and after many messages: a
 * slow one must not hold it up, but what misses a commit under load waits for a whole round.
 */
const MAX_GATHER_MS = 2;
const MAX_GATHER_MANY_MS = 15;

/** A connection whose requests wait for their turn. */
export interface RequestSource {
  /** How many of those that have been read and wait its next task would carry out. */
  readonly requestCount: number;
}

interface Waiting {
  readonly source: RequestSource;
  readonly resolve: () => void;
}

/**
 * A round under load: the requests that have gathered are carried out, their messages are committed together, and while
 * they go out to everybody the next ones gather.
 */
export class RoundPacer {
  readonly #clock: Clock;
  /** Tasks under way of the present generation, and of the one before it; older ones have been waited for. */
  #youngCount = 0;
  #oldCount = 0;
  #generation = 0;
  #onGathered: (() => void) | undefined;
  /** Until when the next commit waits, and until when requests do. */
  #notBeforeMs = 0;
  #holdUntilMs = 0;
  #fanoutMs = 0;
  #lastMessageCount = 0;
  /** Oldest first. */
  readonly #waiting: Waiting[] = [];
  #onGapOver: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** A round begins with the next immediate. */
  #isNear = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when a connection's next task may begin: the round before it is committed, its gap is over, and those that
   * have waited for longer have had their turn. Undefined: at once.
   */
  turn(source: RequestSource): Promise<void> | undefined {
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

  /** What has arrived is read between this and the next immediate. */
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
      if (turnCount > 0 && requestCount > TURN_REQUESTS) break;
      turnCount += 1;
    }
    for (const { resolve } of this.#waiting.splice(0, turnCount)) resolve();
    // The tasks of this turn have begun by then, so that the commit waits for them.
    if (this.#onGapOver !== undefined) setImmediate(this.#onGapOver);
    this.#onGapOver = undefined;
    const restMs = this.#lastMessageCount >= MANY_MESSAGES ? MAX_HOLD_MS : NEXT_TURN_MS;
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

  /** To be called after each fan-out with the time it took. */
  fanoutTook(durationMs: number): void {
    this.#fanoutMs = durationMs;
  }

  /** To be called when a commit begins. */
  committing(): void {
    if (this.#lastMessageCount >= MANY_MESSAGES) this.#holdUntilMs = this.#clock.now() + MAX_HOLD_MS;
  }

  /** To be called after each commit with the number of its messages. */
  committed(messageCount: number): void {
    this.#lastMessageCount = messageCount;
    const waitingCount = this.#waiting.reduce((sum, { source }) => sum + source.requestCount, 0);
    const usefulMs = BASE_GAP_MS + messageCount * GAP_MS_PER_MESSAGE;
    const gapMs = Math.min(this.#fanoutMs * GAP_PER_FANOUT, usefulMs, MAX_GAP_MS);
    this.#notBeforeMs = this.#clock.now() + (waitingCount >= ENOUGH_REQUESTS ? 0 : gapMs);
    this.#holdUntilMs = this.#notBeforeMs;
    this.#schedule();
  }

  /** Resolves when the next commit may begin: the gap is over, and the tasks now under way have brought their writes. */
  async nextRound(): Promise<void> {
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
    const maxMs = this.#lastMessageCount >= MANY_MESSAGES ? MAX_GATHER_MANY_MS : MAX_GATHER_MS;
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
