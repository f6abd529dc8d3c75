// A histogram of times with fixed bounds, as Prometheus has them: counting costs a few comparisons.

/** Upper bounds, in seconds: from what a disk needs to what a person would call broken. */
export const TIME_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export class TimeHistogram {
  /** One for each bound, and one for what is above them all. */
  readonly #counts = new Array<number>(TIME_BOUNDS.length + 1).fill(0);
  #sumMs = 0;

  add(ms: number): void {
    const index = TIME_BOUNDS.findIndex((bound) => ms <= bound * 1000);
    const place = index === -1 ? TIME_BOUNDS.length : index;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sumMs += ms;
  }

  /** In seconds. */
  get sum(): number {
    return this.#sumMs / 1000;
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** How many were at most as long as each bound, and all of them. */
  cumulative(): { readonly bound: string; readonly count: number }[] {
    let sum = 0;
    return this.#counts.map((count, index) => ({ bound: String(TIME_BOUNDS[index] ?? "+Inf"), count: (sum += count) }));
  }
}
