// The latest of many entries: bounded in number and size, the oldest ones go first.

export interface RecentListOptions<T> {
  readonly maxCount: number;
  /** Bound of the sum of `sizeOf`. */
  readonly maxSize: number;
  readonly sizeOf: (entry: T) => number;
}

export class RecentList<T> {
  readonly #options: RecentListOptions<T>;
  #entries: T[] = [];
  #size = 0;

  constructor(options: RecentListOptions<T>) {
    this.#options = options;
  }

  /** Oldest first. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  add(entry: T): void {
    const { maxCount, maxSize, sizeOf } = this.#options;
    this.#entries.push(entry);
    this.#size += sizeOf(entry);
    let gone = 0;
    while (this.#entries.length - gone > maxCount || (this.#size > maxSize && this.#entries.length - gone > 1)) {
      const oldest = this.#entries[gone];
      if (oldest === undefined) break;
      this.#size -= sizeOf(oldest);
      gone += 1;
    }
    if (gone > 0) this.#entries.splice(0, gone);
  }

  clear(): void {
    this.#entries = [];
    this.#size = 0;
  }
}
