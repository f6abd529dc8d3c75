// Addresses that connections come from: how many there are of each, and how much they may ask together.
import type { Clock } from "../../util/clock.ts";
import { addressKey, isLoopback } from "../../util/address.ts";
import { Allowance, type RateLimits } from "./allowance.ts";

/** Addresses that are remembered after their last connection; beyond it the oldest are forgotten. */
const MAX_LEFT = 100_000;

interface Entry {
  count: number;
  readonly allowance: Allowance;
}

/** An address stays known after its last connection until its allowance is full: coming again gives no more of it. */
export class PeerAddresses {
  readonly #limits: RateLimits;
  readonly #clock: Clock;
  readonly #present = new Map<string, Entry>();
  /** In the order in which they left. */
  readonly #left = new Map<string, Entry>();

  /** The clock should never jump. */
  constructor(limits: RateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#present.size + this.#left.size;
  }

  /** Connections from there now. */
  countOf(address: string): number {
    return this.#present.get(addressKey(address))?.count ?? 0;
  }

  /** Notes a connection; returns what all from there may ask together, which for loopback is anything. */
  enter(address: string): Allowance | undefined {
    const key = addressKey(address);
    const entry = this.#present.get(key) ?? this.#left.get(key) ?? this.#newEntry();
    this.#left.delete(key);
    this.#present.set(key, entry);
    entry.count += 1;
    return isLoopback(address) ? undefined : entry.allowance;
  }

  /** Notes the end of a connection. */
  leave(address: string): void {
    const key = addressKey(address);
    const entry = this.#present.get(key);
    if (entry === undefined || --entry.count > 0) return;
    this.#present.delete(key);
    if (!entry.allowance.isFull()) this.#left.set(key, entry);
    this.#forget();
  }

  #newEntry(): Entry {
    return { count: 0, allowance: new Allowance(this.#limits, this.#clock) };
  }

  /** Looks at the oldest only: each that leaves makes room for itself. */
  #forget(): void {
    let checks = 2;
    for (const [key, { allowance }] of this.#left) {
      const isOver = this.#left.size > MAX_LEFT;
      if (!isOver && (checks-- === 0 || !allowance.isFull())) return;
      this.#left.delete(key);
    }
  }
}
