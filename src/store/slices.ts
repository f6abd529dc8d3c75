// Slices of long lists: so many rows are looked at in one go, whatever is found in them, and the next slice goes on there.

/** Rows that one slice looks at. */
export const SLICE_ROWS = 1_000;

/** Question to a list that is read in slices, in the order of its keys. */
export interface ListQuery {
  /** Part of what is looked for, in the form in which the list compares it; nothing in it is a pattern. Empty for all. */
  readonly contains: string;
  /** Key after which the slice begins; "" for the first. */
  readonly after: string;
  /** So many are found at the most. */
  readonly limit: number;
}

/** Result of a slice. */
export interface Slice<T> {
  readonly found: T[];
  /** Key after which the next slice begins; undefined at the end. */
  readonly next: string | undefined;
}

interface SliceOptions<R, T> {
  readonly limit: number;
  /** Rows that were asked for: fewer are the last ones of the list. */
  readonly rowCount?: number;
  readonly keyOf: (row: R) => string;
  /** The entry that a row is in the list; undefined for one that is not wanted. */
  readonly choose: (row: R) => T | undefined;
}

/** Takes from the rows, which are in the order of their keys, those that are wanted. */
export function sliceOf<R, T>(rows: Iterable<R>, options: SliceOptions<R, T>): Slice<T> {
  const { limit, rowCount = SLICE_ROWS, keyOf, choose } = options;
  const found: T[] = [];
  let count = 0;
  let last: string | undefined;
  for (const row of rows) {
    const one = choose(row);
    if (one !== undefined && found.length === limit) return { found, next: last };
    if (one !== undefined) found.push(one);
    count += 1;
    last = keyOf(row);
  }
  return { found, next: count < rowCount ? undefined : last };
}
