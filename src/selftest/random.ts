// Random numbers that a seed repeats (mulberry32): the same seed chooses the same faults in the same order.

export class SeededRandom {
  #state: number;

  /** Any whole number; its lower 32 bits count. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to but without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `min` up to but without `max`. */
  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  /** One of them, each as often as its weight says. */
  pick<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries<number>(weights) as [T, number][]; // Object.entries forgets the names
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) if ((rest -= weight) < 0) return name;
    const last = entries.at(-1);
    if (last === undefined) throw new Error("nothing to choose from");
    return last[0];
  }
}
