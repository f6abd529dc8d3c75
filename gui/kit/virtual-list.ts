// A list of any length that has widgets only for the rows in view; rows may differ in height.
import { Orientation, QScrollArea, QScrollBar, QWidget, ScrollBarPolicy, WidgetEventTypes } from "@nodegui/nodegui";
import { guard } from "./guard.ts";
import { RowHeights, type Anchor, type Row } from "./row-heights.ts";

/** The widgets of one row in view. They are used again for other rows of the same kind. */
export interface RowWidgets<R extends Row> {
  /** Fills the widgets and puts them into the row's place, in the coordinates of the list's content. */
  show(row: R, place: RowPlace): void;
  hide(): void;
}

export interface RowPlace {
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How a list draws its rows. */
export interface RowRenderer<R extends Row> {
  /** Rows of the same kind share widgets. */
  kindOf(row: R): string;
  /** A guess, used until the row comes near the view; cheap. */
  estimatePx(row: R, widthPx: number): number;
  measurePx(row: R, widthPx: number): number;
  create(kind: string, parent: QWidget): RowWidgets<R>;
}

export interface VirtualListOptions<R extends Row> {
  readonly renderer: RowRenderer<R>;
  /** Free space above the first and below the last row. */
  readonly marginPx?: number;
  /** True: while the end is in view it stays in view, and few rows lie at the bottom. For conversations. */
  readonly sticksToEnd?: boolean;
  /** True: few rows lie at the top, also in a list that sticks to its end. For logs. */
  readonly beginsAtTop?: boolean;
  readonly name: string;
}

interface LiveRow<R extends Row> {
  readonly kind: string;
  readonly widgets: RowWidgets<R>;
  row: R;
  topPx: number;
}

/** Rows this far outside the view have widgets, so that small steps need none. */
const OVERSCAN_PX = 200;
/** So near to the end counts as being there. */
const END_SLACK_PX = 6;
const STEP_PX = 40;
/** Corrections of estimated heights settle after two or three; more would be a fault of the renderer. */
const MAX_PASSES = 8;

export class VirtualList<R extends Row> {
  readonly area = new QScrollArea();
  /** Called after the view has moved or its rows have changed. */
  onView: (() => void) | undefined;
  readonly #content = new QWidget();
  readonly #bar = new QScrollBar();
  readonly #viewport: QWidget;
  readonly #options: VirtualListOptions<R>;
  readonly #heights: RowHeights<R>;
  readonly #live = new Map<string, LiveRow<R>>();
  readonly #pool = new Map<string, RowWidgets<R>[]>();
  #widthPx = 0;
  /** True while the list itself moves the scroll bar. */
  #settling = false;
  #contentPx = 0;
  #createdCount = 0;

  constructor(options: VirtualListOptions<R>) {
    this.#options = options;
    this.#heights = new RowHeights((row) => options.renderer.estimatePx(row, this.#widthPx), options.marginPx ?? 0);
    this.area.setWidgetResizable(false);
    this.area.setHorizontalScrollBarPolicy(ScrollBarPolicy.ScrollBarAlwaysOff);
    this.area.setVerticalScrollBarPolicy(ScrollBarPolicy.ScrollBarAsNeeded);
    this.#content.setObjectName(options.name);
    this.area.setWidget(this.#content);
    // Qt's own scroll bar sends no signals to JavaScript.
    this.#bar.setOrientation(Orientation.Vertical);
    this.area.setVerticalScrollBar(this.#bar);
    this.#bar.setSingleStep(STEP_PX);
    this.#viewport = this.area.viewport();
    this.#bar.addEventListener(
      "valueChanged",
      guard(() => this.#onScroll()),
    );
    this.area.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#onResize()),
      { afterDefault: true },
    );
  }

  get rows(): readonly R[] {
    return this.#heights.rows;
  }

  /** The parent of the rows' widgets. */
  get content(): QWidget {
    return this.#content;
  }

  get scrollPx(): number {
    return this.#bar.value();
  }

  get widthPx(): number {
    return this.#widthPx;
  }

  /** The last row's end is in view. */
  get isAtEnd(): boolean {
    return this.#bar.value() >= this.#maxScrollPx() - END_SLACK_PX;
  }

  /** Distance from the view to the first row's beginning and to the last row's end. */
  get beyondPx(): { readonly above: number; readonly below: number } {
    const above = this.#bar.value();
    return { above, below: this.#maxScrollPx() - above };
  }

  /** How many sets of row widgets exist, in view or waiting. */
  get createdCount(): number {
    return this.#createdCount;
  }

  /** The first and the last row that can be seen. */
  get visibleRange(): { readonly first: number; readonly last: number } {
    const top = this.#bar.value();
    return {
      first: this.#heights.indexAt(top - this.#padPx()),
      last: this.#heights.indexAt(top + this.#viewport.height() - 1 - this.#padPx()),
    };
  }

  indexOf(key: string): number {
    return this.#heights.indexOf(key);
  }

  /**
   * Shows other rows. The rows in view stay where they were: the end, if it was there and the list sticks to it, otherwise the first
   * row in view that is still there.
   */
  setRows(rows: readonly R[]): void {
    const stays = this.#place();
    this.#heights.setRows(rows);
    this.#settle(stays);
  }

  scrollToEnd(): void {
    this.#settle("end");
  }

  scrollToStart(): void {
    this.#settle("start");
  }

  /** Brings a row into the upper third of the view; false when there is none with that key. */
  scrollToKey(key: string): boolean {
    const index = this.#heights.indexOf(key);
    if (index < 0) return false;
    this.#settle({ key, offsetPx: -Math.round(this.#viewport.height() / 3) });
    return true;
  }

  /** Moves as little as needed for the row to be seen whole. */
  ensureVisible(key: string): void {
    const index = this.#heights.indexOf(key);
    if (index < 0) return;
    const top = this.#heights.topPx(index);
    const height = this.#heights.heightPx(index);
    const view = this.#viewport.height();
    if (top < this.scrollPx) this.#settle({ key, offsetPx: 0 });
    else if (top + height > this.scrollPx + view) this.#settle({ key, offsetPx: height - view });
  }

  /** Where a row is, from the upper edge of the view; undefined when there is none with that key. */
  placeOf(key: string): { readonly topPx: number; readonly heightPx: number } | undefined {
    const index = this.#heights.indexOf(key);
    if (index < 0) return undefined;
    const topPx = this.#heights.topPx(index) + this.#padPx() - this.scrollPx;
    return { topPx: Math.round(topPx), heightPx: this.#heights.heightPx(index) };
  }

  scrollBy(distancePx: number): void {
    this.#bar.setValue(this.#bar.value() + distancePx);
  }

  /** Draws and measures every row again, for example since colours or the text size have changed. */
  refresh(): void {
    const stays = this.#place();
    this.#heights.forgetMeasurements();
    this.#releaseAll();
    this.#settle(stays);
  }

  /** Draws the rows in view again: how they look has changed, and their heights have not. */
  redraw(): void {
    for (const live of this.#live.values()) live.topPx = Number.NaN;
    this.#draw();
  }

  /** The key of the row at a height of the content, as in a mouse event there. */
  keyAt(contentYPx: number): string | undefined {
    return this.rows[this.#heights.indexAt(contentYPx - this.#padPx())]?.key;
  }

  #place(): Anchor | "end" | "start" {
    if (this.#options.sticksToEnd === true && this.isAtEnd) return "end";
    return this.#heights.anchorAt(this.#bar.value()) ?? (this.#options.sticksToEnd === true ? "end" : "start");
  }

  #maxScrollPx(): number {
    return Math.max(0, this.#contentPx - this.#viewport.height());
  }

  /** Free space above the rows when they do not fill a list that sticks to its end. */
  #padPx(): number {
    if (this.#options.sticksToEnd !== true || this.#options.beginsAtTop === true) return 0;
    return Math.max(0, this.#viewport.height() - this.#heights.totalPx);
  }

  #onScroll(): void {
    if (this.#settling) return;
    // Rows that come into view are measured now; so that nothing jumps, what is in the middle stays where it is.
    const middle = this.#bar.value() + Math.round(this.#viewport.height() / 2);
    const anchor = this.#heights.anchorAt(middle);
    if (this.#measureAround(this.#bar.value()) && anchor && !this.isAtEnd) {
      this.#resizeContent();
      this.#moveTo(this.#topOf(anchor) - Math.round(this.#viewport.height() / 2));
    }
    this.#draw();
    this.onView?.();
  }

  #onResize(): void {
    const width = this.#roomPx();
    if (width === this.#widthPx) {
      this.#settle(this.#options.sticksToEnd === true && this.#wasAtEnd ? "end" : this.#place());
      return;
    }
    const stays = this.#wasAtEnd && this.#options.sticksToEnd === true ? "end" : this.#place();
    this.#setWidth(width);
    this.#settle(stays);
  }

  /** The width for rows beside the scroll bar. Qt shows and hides the bar later than the content needs it, and tells nobody. */
  #roomPx(): number {
    const whole = this.#viewport.width() + (this.#bar.isVisible() ? this.#bar.width() : 0);
    return Math.ceil(this.#heights.totalPx) > this.#viewport.height() ? whole - this.#bar.sizeHint().width() : whole;
  }

  #setWidth(widthPx: number): void {
    this.#widthPx = widthPx;
    this.#heights.forgetMeasurements();
    this.#releaseAll();
  }

  /** Whether the end was in view when the list was drawn last; a resize by Qt moves the scroll bar before we hear of it. */
  #wasAtEnd = true;

  #topOf(anchor: Anchor): number {
    const index = this.#heights.indexOf(anchor.key);
    return index < 0 ? 0 : this.#heights.topPx(index) + anchor.offsetPx;
  }

  /** Brings the place into view, measuring what is seen there until nothing changes any more. */
  #settle(stays: Anchor | "end" | "start"): void {
    if (this.#widthPx === 0) return; // not shown yet; the first resize comes back here
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      this.#resizeContent();
      if (this.#roomPx() !== this.#widthPx) {
        this.#setWidth(this.#roomPx());
        this.#resizeContent();
      }
      const wanted = stays === "end" ? this.#maxScrollPx() : stays === "start" ? 0 : this.#topOf(stays);
      this.#moveTo(wanted);
      if (!this.#measureAround(this.#clamp(wanted))) break;
    }
    this.#draw();
    this.onView?.();
  }

  #clamp(scrollPx: number): number {
    return Math.max(0, Math.min(this.#maxScrollPx(), Math.round(scrollPx)));
  }

  #resizeContent(): void {
    this.#contentPx = Math.max(Math.ceil(this.#heights.totalPx), this.#viewport.height());
    this.#settling = true;
    this.#content.resize(this.#widthPx, this.#contentPx);
    this.#settling = false;
  }

  #moveTo(scrollPx: number): void {
    this.#settling = true;
    this.#bar.setValue(this.#clamp(scrollPx));
    this.#settling = false;
  }

  /** Measures the rows in and around the view; true when a height has changed. */
  #measureAround(scrollPx: number): boolean {
    const { renderer } = this.#options;
    const first = this.#heights.indexAt(scrollPx - OVERSCAN_PX);
    const endPx = scrollPx + this.#viewport.height() + OVERSCAN_PX;
    let changed = false;
    let yPx = this.#heights.topPx(Math.max(0, first));
    for (let index = Math.max(0, first); index < this.rows.length && yPx < endPx; index += 1) {
      const row = this.rows[index];
      if (row && !this.#heights.isMeasured(index)) {
        const before = this.#heights.heightPx(index);
        const height = renderer.measurePx(row, this.#widthPx);
        this.#heights.setHeight(index, height);
        changed ||= height !== before;
      }
      yPx += this.#heights.heightPx(index);
    }
    return changed;
  }

  #draw(): void {
    this.#wasAtEnd = this.isAtEnd;
    const scrollPx = this.#bar.value();
    const first = Math.max(0, this.#heights.indexAt(scrollPx - OVERSCAN_PX));
    const last = this.#heights.indexAt(scrollPx + this.#viewport.height() + OVERSCAN_PX);
    const wanted = new Map<string, number>();
    for (let index = first; index <= last; index += 1) {
      const row = this.rows[index];
      if (row) wanted.set(row.key, index);
    }
    for (const [key, live] of this.#live) {
      const row = this.rows[wanted.get(key) ?? -1];
      if (!row || this.#options.renderer.kindOf(row) !== live.kind) this.#release(key, live);
    }
    for (const [key, index] of wanted) this.#drawRow(key, index);
  }

  #drawRow(key: string, index: number): void {
    const row = this.rows[index];
    if (!row) return;
    const topPx = this.#heights.topPx(index) + this.#padPx();
    const live = this.#live.get(key);
    if (live && live.row === row && live.topPx === topPx) return;
    const kind = live?.kind ?? this.#options.renderer.kindOf(row);
    const widgets = live?.widgets ?? this.#take(kind);
    widgets.show(row, { topPx, widthPx: this.#widthPx, heightPx: this.#heights.heightPx(index) });
    this.#live.set(key, { kind, widgets, row, topPx });
  }

  #take(kind: string): RowWidgets<R> {
    const pooled = this.#pool.get(kind)?.pop();
    if (pooled) return pooled;
    this.#createdCount += 1;
    return this.#options.renderer.create(kind, this.#content);
  }

  #release(key: string, live: LiveRow<R>): void {
    live.widgets.hide();
    this.#live.delete(key);
    const pool = this.#pool.get(live.kind) ?? [];
    pool.push(live.widgets);
    this.#pool.set(live.kind, pool);
  }

  #releaseAll(): void {
    for (const [key, live] of this.#live) this.#release(key, live);
  }
}
