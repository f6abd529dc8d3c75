// Places of a table's columns: by their least widths and shares, and as wide as the user has dragged them. Pure.

export interface ColumnWidth {
  readonly minPx: number;
  /** Part of the width that is left; 0 keeps `minPx`. */
  readonly share?: number;
}

export interface CellPlace {
  readonly leftPx: number;
  readonly widthPx: number;
}

/** As far from the edge as the page's other parts. */
const EDGE_PX = 22;
export const GAP_PX = 14;
/** No column is dragged, or pressed by others, below this. */
const LEAST_PX = 36;

export class TableColumns {
  readonly #columns: readonly ColumnWidth[];
  /** By the number of the column. */
  readonly #dragged = new Map<number, number>();
  #known: { readonly forPx: number; readonly places: readonly CellPlace[] } | undefined;

  constructor(columns: readonly ColumnWidth[]) {
    this.#columns = columns;
  }

  /** In a table of this width; the same array as long as nothing changes. */
  places(tablePx: number): readonly CellPlace[] {
    if (this.#known?.forPx !== tablePx) this.#known = { forPx: tablePx, places: this.#place(tablePx) };
    return this.#known.places;
  }

  /** Gives a column another width: those at its left stay as they are, those at its right have what is left. */
  drag(index: number, widthPx: number, tablePx: number): void {
    const places = this.places(tablePx);
    const leftPx = places[index]?.leftPx ?? 0;
    const rightCount = this.#columns.length - index - 1;
    const roomPx = tablePx - leftPx - EDGE_PX - rightCount * (GAP_PX + LEAST_PX);
    places.slice(0, index).forEach((place, at) => this.#dragged.set(at, place.widthPx));
    this.#dragged.set(index, Math.round(Math.max(LEAST_PX, Math.min(widthPx, roomPx))));
    this.#known = undefined;
  }

  /** All columns are as wide as they were made. */
  reset(): void {
    this.#dragged.clear();
    this.#known = undefined;
  }

  #place(tablePx: number): readonly CellPlace[] {
    const widths = this.#widths(tablePx - GAP_PX * (this.#columns.length - 1) - 2 * EDGE_PX);
    let leftPx = EDGE_PX;
    return widths.map((width) => {
      const place = { leftPx: Math.round(leftPx), widthPx: Math.floor(width) };
      leftPx += place.widthPx + GAP_PX;
      return place;
    });
  }

  /** Where there is no room for all, all are narrower: a column that nobody can see tells nothing. */
  #widths(roomPx: number): readonly number[] {
    const free = this.#columns.filter((_, index) => !this.#dragged.has(index));
    const draggedPx = [...this.#dragged.values()].reduce((sum, width) => sum + width, 0);
    const shrink = Math.min(1, Math.max(0, roomPx - free.length * LEAST_PX) / Math.max(1, draggedPx));
    const freePx = Math.max(0, roomPx - draggedPx * shrink);
    const leastPx = free.reduce((sum, { minPx }) => sum + minPx, 0);
    const shares = free.reduce((sum, { share = 0 }) => sum + share, 0);
    const perShare = shares === 0 ? 0 : Math.max(0, freePx - leastPx) / shares;
    return this.#columns.map(({ minPx, share = 0 }, index) => {
      const dragged = this.#dragged.get(index);
      return dragged === undefined ? minPx * Math.min(1, freePx / leastPx) + share * perShare : dragged * shrink;
    });
  }
}
