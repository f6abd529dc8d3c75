// Allowance of a connection: token buckets of requests, their bytes and those of the answers, its own and its address's.
import type { Clock } from "../../util/clock.ts";
import { TokenBucket } from "../../util/token-bucket.ts";
import { AnswerBudget } from "../../util/answer-budget.ts";

/** On average and at once; a rate of 0 means without limit. */
export interface RateLimits {
  readonly requestRatePerSec: number;
  readonly requestBurstCount: number;
  readonly byteRatePerSec: number;
  readonly byteBurstCount: number;
  /** Bytes of the answers; without limit where left out. */
  readonly answerRatePerSec?: number;
  readonly answerBurstCount?: number;
}

export class Allowance {
  readonly #requests: TokenBucket | undefined;
  readonly #bytes: TokenBucket | undefined;
  readonly #answers: AnswerBudget | undefined;
  readonly #shared: Allowance | undefined;

  /** All that is taken is taken of `shared` too. The clock should never jump. */
  constructor(limits: RateLimits, clock: Clock, shared?: Allowance) {
    this.#requests = bucketOf(limits.requestRatePerSec, limits.requestBurstCount, clock);
    this.#bytes = bucketOf(limits.byteRatePerSec, limits.byteBurstCount, clock);
    const { answerRatePerSec = 0, answerBurstCount = 0 } = limits;
    if (answerRatePerSec > 0) this.#answers = new AnswerBudget(answerRatePerSec, answerBurstCount, clock);
    this.#shared = shared?.isUnlimited === true ? undefined : shared;
  }

  /** True when nothing is counted, so nobody need ask. */
  get isUnlimited(): boolean {
    const isOwn = this.#requests !== undefined || this.#bytes !== undefined || this.#answers !== undefined;
    return !isOwn && this.#shared === undefined;
  }

  /** Takes a request of so many bytes: 0 when it may be; otherwise nothing is taken, and seconds until it may. */
  take(byteCount: number): number {
    const seconds = this.#secondsUntil(byteCount);
    if (seconds === 0) this.#spend(1, byteCount);
    return seconds;
  }

  /** Takes bytes that came and ask for nothing (blank frames); false when the connection had not as many left. */
  waste(byteCount: number): boolean {
    const hasEnough = (this.#bytes?.secondsUntil(byteCount) ?? 0) === 0;
    this.#spend(0, byteCount);
    return hasEnough;
  }

  /** Counts bytes that were answered. */
  answered(byteCount: number): void {
    this.#answers?.spend(byteCount);
    if (this.#shared !== undefined) this.#shared.answered(byteCount);
  }

  /** Milliseconds until the next request may be carried out, by what was answered; 0 for at once. */
  get answerWaitMs(): number {
    const ownMs = this.#answers?.waitMs ?? 0;
    return this.#shared === undefined ? ownMs : Math.max(ownMs, this.#shared.answerWaitMs);
  }

  /** True when nothing is missing: then it can be thrown away and made again when needed. */
  isFull(): boolean {
    const areFull = (this.#requests?.isFull() ?? true) && (this.#bytes?.isFull() ?? true);
    return areFull && (this.#answers?.isFull() ?? true);
  }

  #secondsUntil(byteCount: number): number {
    const own = Math.max(this.#requests?.secondsUntil(1) ?? 0, this.#bytes?.secondsUntil(byteCount) ?? 0);
    return this.#shared === undefined ? own : Math.max(own, this.#shared.#secondsUntil(byteCount));
  }

  #spend(requestCount: number, byteCount: number): void {
    this.#requests?.spend(requestCount);
    this.#bytes?.spend(byteCount);
    if (this.#shared !== undefined) this.#shared.#spend(requestCount, byteCount);
  }
}

function bucketOf(ratePerSec: number, burstCount: number, clock: Clock): TokenBucket | undefined {
  return ratePerSec > 0 ? new TokenBucket({ ratePerSec, burstCount }, clock) : undefined;
}
