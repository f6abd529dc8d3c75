// Heights of the rows of a long list, measured or estimated, and the offsets that follow. Pure, no Qt.

/** A row is recognised by its key; another object under the same key has changed and is measured again. */
export interface Row {
  readonly key: string;
}

interface Entry<R extends Row> {
  row: R;
  heightPx: number;
  measured: boolean;
}

/** A place in the list that stays where it is on the screen while heights change. */
export interface Anchor {
  readonly key: string;
  /** From the row's upper edge down to the place. */
  readonly offsetPx: number;
}

/** Heights of rows that are gone, or were never in view again, are dropped when there are more. */
const MAX_STRAY_ENTRIES = 1000;

export class RowHeights<R extends Row> {
  readonly #estimate: (row: R) => number;
  readonly #marginPx: number;
  /** Only of rows that were measured once: most rows of a long list never are. */
  readonly #entries = new Map<string, Entry<R>>();
  #rows: readonly R[] = [];
  /** Upper edges; one more than rows, the last is the end. */
  #tops = new Float64Array(1);
  /** So many rows from the first on have their right upper edge in `tops`. */
  #placedCount = 0;

  /** `estimate` guesses a height without measuring; `marginPx` is left free above the first and below the last row. */
  constructor(estimate: (row: R) => number, marginPx: number) {
    this.#estimate = estimate;
    this.#marginPx = marginPx;
  }

  get rows(): readonly R[] {
    return this.#rows;
  }

  get totalPx(): number {
    return this.#offsets()[this.#rows.length] ?? 0;
  }

  /** Takes a new list over; what is known of rows that stay is kept. */
  setRows(rows: readonly R[]): void {
    const end = Math.min(this.#placedCount, rows.length);
    let same = 0;
    while (same < end && rows[same] === this.#rows[same]) same += 1;
    this.#placedCount = same;
    this.#rows = rows;
    if (this.#entries.size > MAX_STRAY_ENTRIES + rows.length / 4) this.#sweep();
  }

  /** Forgets all measurements, for example since the width has changed; they stay as estimates. */
  forgetMeasurements(): void {
    for (const entry of this.#entries.values()) entry.measured = false;
    this.#placedCount = 0;
  }

  isMeasured(index: number): boolean {
    const row = this.#rows[index];
    const entry = row && this.#entries.get(row.key);
    return entry !== undefined && entry.measured && entry.row === row;
  }

  setHeight(index: number, heightPx: number): void {
    const row = this.#rows[index];
    if (!row) return;
    if (this.heightPx(index) !== heightPx) this.#placedCount = Math.min(this.#placedCount, index);
    this.#entries.set(row.key, { row, heightPx, measured: true });
  }

  topPx(index: number): number {
    return this.#offsets()[index] ?? 0;
  }

  heightPx(index: number): number {
    const row = this.#rows[index];
    return row ? (this.#entries.get(row.key)?.heightPx ?? this.#estimate(row)) : 0;
  }

  /** The row at a distance from the top; the first or the last one beyond the ends, -1 without rows. */
  indexAt(yPx: number): number {
    const tops = this.#offsets();
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((tops[middle] ?? 0) <= yPx) low = middle;
      else high = middle - 1;
    }
    return high;
  }

  anchorAt(yPx: number): Anchor | undefined {
    const index = this.indexAt(yPx);
    const row = this.#rows[index];
    return row && { key: row.key, offsetPx: yPx - this.topPx(index) };
  }

  /** The row with a key; -1 when there is none. Costs time in proportion to the rows. */
  indexOf(key: string): number {
    return this.#rows.findIndex((row) => row.key === key);
  }

  #sweep(): void {
    const keys = new Set(this.#rows.map(({ key }) => key));
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
  }

  #offsets(): Float64Array {
    const count = this.#rows.length;
    if (this.#placedCount > count) return this.#tops;
    if (this.#tops.length <= count) {
      const tops = new Float64Array(count * 2 + 1);
      tops.set(this.#tops);
      this.#tops = tops;
    }
    const tops = this.#tops;
    const from = Math.max(0, this.#placedCount - 1);
    let top = from === 0 ? this.#marginPx : (tops[from] ?? 0);
    for (let index = from; index < count; index += 1) {
      tops[index] = top;
      top += this.heightPx(index);
    }
    tops[count] = top + this.#marginPx;
    this.#placedCount = count + 1;
    return tops;
  }
}
