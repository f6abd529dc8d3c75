// The gate before the password threads: bounds how much hashing is under way and waiting, and how often one may fail.
import { monotonicClock, type Clock } from "../../util/clock.ts";
import { FairQueue } from "../../util/fair-queue.ts";
import type { PasswordJob, PasswordRequest, PasswordResult, PasswordVerdict } from "../../actions/again.ts";
import { addressKey, isLoopback } from "../../util/address.ts";
import { AttemptLimiter } from "./attempt-limiter.ts";

/** Logins that may wait for their turn. At 4 a second (cost 12, one thread) the last waits for about 4 minutes. */
const MAX_WAITING = 1_000;
/** `retry_after` when the queue is full, in seconds. */
const QUEUE_FULL_RETRY_SECONDS = 30;

export interface PasswordGateLimits {
  readonly passwordThreads: number;
  readonly failedLoginsPerName: number;
  readonly failedLoginsPerAddress: number;
  readonly registrationsPerAddress: number;
}

/** A login, or other password work: where it comes from, and whether its answer is still wanted when the turn comes. */
export interface LoginAttempt {
  readonly address: string;
  readonly isClosed: boolean;
}

interface PendingAttempt {
  readonly request: PasswordRequest;
  readonly attempt: LoginAttempt;
  readonly resolve: (verdict: PasswordVerdict) => void;
  readonly reject: (error: unknown) => void;
}

export class PasswordGate {
  readonly #work: (job: PasswordJob) => Promise<PasswordResult>;
  readonly #threads: number;
  readonly #failuresByName: AttemptLimiter;
  readonly #failuresByAddress: AttemptLimiter;
  readonly #registrations: AttemptLimiter;
  /** Turns go round by address, then by name: who logs in again and again delays others by one turn. */
  readonly #waiting = new FairQueue<PendingAttempt>();
  /** Names being worked on: one at a time each, so that parallel guesses cannot outrun the count of failures. */
  readonly #accountsAtWork = new Set<string>();
  /** Logins being worked on, by address: never more than may still fail. */
  readonly #atWorkByAddress = new Map<string, number>();
  #atWork = 0;
  /** Logins that have failed so far. */
  failedCount = 0;

  /** `work` does the hashing, in another thread. */
  constructor(
    work: (job: PasswordJob) => Promise<PasswordResult>,
    limits: PasswordGateLimits,
    clock: Clock = monotonicClock,
  ) {
    this.#work = work;
    this.#threads = limits.passwordThreads;
    this.#failuresByName = new AttemptLimiter(limits.failedLoginsPerName, clock);
    this.#failuresByAddress = new AttemptLimiter(limits.failedLoginsPerAddress, clock);
    this.#registrations = new AttemptLimiter(limits.registrationsPerAddress, clock);
  }

  /** Does the password work when its turn comes, or refuses it. Rejects when the work itself failed. */
  admit(request: PasswordRequest, attempt: LoginAttempt): Promise<PasswordVerdict> {
    const refusal = this.#refusal(request, attempt);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const address = addressKey(attempt.address);
    if (this.#waiting.size >= MAX_WAITING && !this.#makeRoom(address)) return Promise.resolve(queueFull());
    if (request.kind === "register" && !isLoopback(attempt.address)) {
      this.#registrations.count(address);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, attempt, resolve, reject }, address, request.account);
      this.#next();
    });
  }

  /** Counts a login that failed without a password: a token that is none. */
  countFailure(address: string): void {
    this.failedCount += 1;
    this.#failuresByAddress.count(addressKey(address));
  }

  /** Failed logins of a name within its present minute. */
  failuresOf(account: string): number {
    return this.#failuresByName.countOf(account);
  }

  /** 0, or the seconds for which logins from this address are refused. */
  retryAfter(address: string): number {
    return this.#failuresByAddress.retryAfter(addressKey(address));
  }

  #refusal({ kind, account }: PasswordRequest, { address }: LoginAttempt): PasswordVerdict | undefined {
    if (kind === "register") {
      const seconds = this.#registrations.retryAfter(addressKey(address));
      return seconds === 0 ? undefined : refuse("too many registrations from your address", seconds);
    }
    const seconds = Math.max(this.#failuresByName.retryAfter(account), this.retryAfter(address));
    return seconds === 0 ? undefined : refuse("too many failed logins", seconds);
  }

  #next(): void {
    while (this.#atWork < this.#threads) {
      const waiting = this.#waiting.take((one) => this.#mayStart(one));
      if (waiting === undefined) return;
      void this.#serve(waiting);
    }
  }

  /** Takes a place from the address that has most of them; false when that has no more than this one. */
  #makeRoom(address: string): boolean {
    const displaced = this.#waiting.displaceFor(address);
    displaced?.resolve(queueFull());
    return displaced !== undefined;
  }

  /** Also true when no more may fail: then it is refused in its turn. */
  #mayStart({ request, attempt }: PendingAttempt): boolean {
    if (this.#accountsAtWork.has(request.account)) return false;
    const address = addressKey(attempt.address);
    const left = this.#failuresByAddress.left(address);
    return left === 0 || (this.#atWorkByAddress.get(address) ?? 0) < left;
  }

  async #serve({ request, attempt, resolve, reject }: PendingAttempt): Promise<void> {
    if (attempt.isClosed) return resolve(refuse("closed", 1)); // who has gone need not be worked for
    // Others may have failed meanwhile; a registration was counted when it came.
    const refusal = request.kind === "register" ? undefined : this.#refusal(request, attempt);
    if (refusal !== undefined) return resolve(refusal);
    const address = addressKey(attempt.address);
    this.#atWork += 1;
    this.#accountsAtWork.add(request.account);
    this.#atWorkByAddress.set(address, (this.#atWorkByAddress.get(address) ?? 0) + 1);
    try {
      const result = await this.#work(request.job);
      if (result.verified === false) {
        this.#failuresByName.count(request.account);
        this.countFailure(attempt.address);
      }
      resolve({ granted: true, result });
    } catch (error) {
      reject(error);
    } finally {
      this.#atWork -= 1;
      this.#accountsAtWork.delete(request.account);
      this.#leave(address);
      this.#next();
    }
  }

  #leave(address: string): void {
    const left = (this.#atWorkByAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#atWorkByAddress.set(address, left);
    else this.#atWorkByAddress.delete(address);
  }
}

function refuse(info: string, retryAfter: number): PasswordVerdict {
  return { granted: false, info, retryAfter };
}

function queueFull(): PasswordVerdict {
  return refuse("too many logins are waiting", QUEUE_FULL_RETRY_SECONDS);
}
