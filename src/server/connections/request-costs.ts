// Cost of each account's latest requests: accounts that ask for much take turns.
import type { Clock } from "../../util/clock.ts";

/** The share of one request thread that an account may have in the long run without waiting for its turn. */
const SHARE = 0.25;
/** Burst, in milliseconds of a thread. */
const BURST_MS = 100;
/** Accounts that are remembered; beyond it those that asked longest ago are forgotten. */
const MAX_ACCOUNTS = 100_000;

interface Cost {
  /** Excess over the account's share, at the time `atMs`. */
  readonly ms: number;
  readonly atMs: number;
}

export class RequestCosts {
  readonly #clock: Clock;
  /** Those that asked last at the end. */
  readonly #costs = new Map<string, Cost>();

  /** The clock should never jump. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Accounts that are remembered. */
  get size(): number {
    return this.#costs.size;
  }

  /** Whether the account's requests are to wait for their turn. */
  areHigh(account: string): boolean {
    return this.#now(this.#costs.get(account)) > BURST_MS;
  }

  /** Counts a task of so many milliseconds. */
  add(account: string, ms: number): void {
    if (ms === 0) return;
    const cost = { ms: this.#now(this.#costs.get(account)) + ms, atMs: this.#clock.now() };
    this.#costs.delete(account); // to the end
    this.#costs.set(account, cost);
    this.#forget();
  }

  #now(cost: Cost | undefined): number {
    return cost === undefined ? 0 : Math.max(0, cost.ms - (this.#clock.now() - cost.atMs) * SHARE);
  }

  /** Looks at the oldest only: each that comes makes room for itself. */
  #forget(): void {
    let looks = 2;
    for (const [account, cost] of this.#costs) {
      const isOver = this.#costs.size > MAX_ACCOUNTS;
      if (!isOver && (looks-- === 0 || this.#now(cost) > 0)) return;
      this.#costs.delete(account);
    }
  }
}
