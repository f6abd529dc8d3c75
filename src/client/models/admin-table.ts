// A table of any length that can be sorted by a column and filtered by a word.
import { filterForm } from "../../protocol/text.ts";

/** Sort key of a row in a column; null comes last in either direction. */
export type SortValue = string | number | null;

export interface TableOrder {
  readonly column: string;
  readonly descending: boolean;
}

export interface AdminTableOptions<T> {
  readonly columns: Readonly<Record<string, (row: T) => SortValue>>;
  /** The filter looks into these. */
  readonly words: (row: T) => readonly (string | null)[];
  readonly order: TableOrder;
}

export class AdminTable<T> {
  readonly #options: AdminTableOptions<T>;
  #all: readonly T[] = [];
  #order: TableOrder;
  #filter = "";
  #view: readonly T[] | undefined;

  constructor(options: AdminTableOptions<T>) {
    this.#options = options;
    this.#order = options.order;
  }

  get order(): TableOrder {
    return this.#order;
  }

  get totalCount(): number {
    return this.#all.length;
  }

  /** Takes other rows over; order and filter stay. */
  replace(rows: readonly T[]): void {
    this.#all = rows;
    this.#view = undefined;
  }

  /** Sorts by a column; by the same one again: the other way round. Unknown columns change nothing. */
  sortBy(column: string): void {
    if (!Object.hasOwn(this.#options.columns, column)) return;
    this.#order = { column, descending: this.#order.column === column && !this.#order.descending };
    this.#view = undefined;
  }

  set filter(text: string) {
    this.#filter = filterForm(text.trim());
    this.#view = undefined;
  }

  /** The rows that match the filter, in order; rows that are equal stay as they came. */
  get rows(): readonly T[] {
    this.#view ??= this.#arrange();
    return this.#view;
  }

  #arrange(): readonly T[] {
    const { columns, words } = this.#options;
    const { column, descending } = this.#order;
    const valueOf = columns[column];
    const wanted = this.#filter;
    const matching =
      wanted === ""
        ? this.#all
        : this.#all.filter((row) => words(row).some((word) => filterForm(word ?? "").includes(wanted)));
    if (valueOf === undefined) return matching;
    // Values once per row, not once per comparison: 10,000 rows are compared 130,000 times.
    const keyed = matching.map((row) => ({ row, key: keyOf(valueOf(row)) }));
    const direction = descending ? -1 : 1;
    keyed.sort((one, other) => compare(one.key, other.key, direction));
    return keyed.map(({ row }) => row);
  }
}

function keyOf(value: SortValue): SortValue {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function compare(one: SortValue, other: SortValue, direction: 1 | -1): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other ? -direction : direction;
}
