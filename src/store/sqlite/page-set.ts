// Pages of a file, a bit for each.

/** Pages that follow one another. */
export interface PageRun {
  readonly from: number;
  readonly count: number;
}

/** Pages are counted from 0. */
export class PageSet {
  #bits = new Uint8Array(1024);
  #size = 0;
  /** No page of it is before this one. */
  #first = 0;

  get size(): number {
    return this.#size;
  }

  add(page: number): void {
    const place = page >> 3;
    if (place >= this.#bits.length) {
      const bits = new Uint8Array(Math.max(this.#bits.length * 2, place + 1));
      bits.set(this.#bits);
      this.#bits = bits;
    }
    const bit = 1 << (page & 7);
    const byte = this.#bits[place] ?? 0;
    if ((byte & bit) !== 0) return;
    this.#bits[place] = byte | bit;
    this.#size += 1;
    this.#first = Math.min(this.#first, page);
  }

  /** A run as `takeRun` returns it. */
  addRun({ from, count }: PageRun): void {
    for (let page = from; page < from + count; page += 1) this.add(page);
  }

  /** All pages before this one. */
  addUpTo(end: number): void {
    this.addRun({ from: 0, count: end });
  }

  /** Takes the first pages that follow one another, so many at most; undefined when there are none. */
  takeRun(maxCount: number): PageRun | undefined {
    if (this.#size === 0) return undefined;
    let from = this.#first;
    while (!this.#has(from)) from += this.#bits[from >> 3] === 0 ? 8 - (from & 7) : 1;
    let end = from;
    while (end - from < maxCount && this.#has(end)) {
      this.#bits[end >> 3] = (this.#bits[end >> 3] ?? 0) & ~(1 << (end & 7));
      end += 1;
    }
    this.#size -= end - from;
    this.#first = this.#size === 0 ? 0 : end;
    return { from, count: end - from };
  }

  #has(page: number): boolean {
    return ((this.#bits[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }
}
