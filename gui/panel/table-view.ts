// A table of any length with columns that can be sorted and widened; it has widgets only for the rows in view.
import {
  AlignmentFlag,
  FocusPolicy,
  QKeyEvent,
  QMouseEvent,
  QPushButton,
  QWidget,
  WidgetEventTypes,
  type QLabel,
} from "@nodegui/nodegui";
import type { TableOrder } from "../../src/client/models/admin-table.ts";
import { visible } from "../../src/util/visible-text.ts";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import { Key } from "../kit/keys.ts";
import type { Row } from "../kit/row-heights.ts";
import type { Theme } from "../kit/theme.ts";
import { setTip } from "../kit/tip.ts";
import { VirtualList, type RowPlace, type RowRenderer, type RowWidgets } from "../kit/virtual-list.ts";
import { column, label, panel, rename } from "../kit/widgets.ts";
import { ColumnGrips } from "./column-grips.ts";
import { TableColumns, type CellPlace, type ColumnWidth } from "./table-columns.ts";

export interface TableColumn<T> extends ColumnWidth {
  readonly name: string;
  readonly title: string;
  readonly alignsRight?: boolean;
  readonly text: (row: T) => string;
  readonly tone?: (row: T) => "plain" | "faint" | "good" | "bad";
}

export interface TableViewOptions<T> {
  /** As a screen reader tells it. */
  readonly title: string;
  readonly theme: Theme;
  readonly columns: readonly TableColumn<T>[];
  readonly keyOf: (row: T) => string;
  /** Shown while there are no rows. */
  readonly emptyText?: string;
  /** True: while the last row is in view, later ones come into view. */
  readonly sticksToEnd?: boolean;
  /** Called with a column's name when its heading is clicked. */
  readonly onSort?: (column: string) => void;
  readonly onSelect?: (row: T) => void;
  readonly onMenu?: (row: T) => void;
}

interface TableRow<T> extends Row {
  readonly value: T;
  readonly isSelected: boolean;
}

const HEAD_PX = 30;
const MOUSE_LEFT = 1;
const NAMES = { plain: "cell", faint: "cellFaint", good: "cellGood", bad: "cellBad" } as const;

export class TableView<T> {
  readonly widget: QWidget;
  readonly list: VirtualList<TableRow<T>>;
  readonly #options: TableViewOptions<T>;
  readonly #heads: QPushButton[];
  readonly #head: QWidget;
  readonly #empty: QLabel;
  readonly #columns: TableColumns;
  readonly #grips: ColumnGrips;
  #shownPlaces: readonly CellPlace[] = [];
  #values: readonly T[] = [];
  #selected: string | undefined;

  constructor(options: TableViewOptions<T>) {
    this.#options = options;
    this.#head = panel("tableHead");
    this.#head.setFixedHeight(HEAD_PX);
    this.#heads = options.columns.map((one) => this.#heading(one));
    this.#columns = new TableColumns(options.columns);
    const titles = options.columns.map(({ title }) => title);
    this.#grips = new ColumnGrips(this.#head, titles, {
      widthOf: (index) => this.#places[index]?.widthPx ?? 0,
      onDrag: (index, widthPx) => this.#columns.drag(index, widthPx, this.#wholePx),
      onReset: () => this.#columns.reset(),
      onChange: () => {
        this.#placeHeads();
        this.list.redraw();
      },
    });
    const renderer = new TableRowRenderer<T>(options, this.#columns, {
      select: (row) => this.#select(row),
      menu: (row) => {
        this.#select(row);
        options.onMenu?.(row.value);
      },
    });
    const sticksToEnd = options.sticksToEnd === true;
    this.list = new VirtualList({ renderer, name: "rows", sticksToEnd, beginsAtTop: true });
    this.#empty = label({ text: options.emptyText ?? "", name: "tableEmpty", align: AlignmentFlag.AlignHCenter });
    this.#empty.hide();
    this.widget = panel("rows", column({ children: [this.#head, this.#empty, { grow: this.list.area }] }));
    // A scroll bar that comes or goes changes the width of rows; headings stay above their columns.
    this.list.onView = () => this.#placeHeads();
    this.list.area.setObjectName("table");
    this.list.area.setAccessibleName(options.title);
    this.list.area.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event).key())),
    );
    this.#head.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#placeHeads()),
    );
  }

  /** The headings, in the order of columns. */
  get heads(): readonly QPushButton[] {
    return this.#heads;
  }

  get selected(): T | undefined {
    return this.#values.find((value) => this.#options.keyOf(value) === this.#selected);
  }

  get values(): readonly T[] {
    return this.#values;
  }

  setRows(values: readonly T[]): void {
    this.#values = values;
    this.#empty.setVisible(values.length === 0 && this.#options.emptyText !== undefined);
    this.list.setRows(
      values.map((value) => {
        const key = this.#options.keyOf(value);
        return { key, value, isSelected: key === this.#selected };
      }),
    );
  }

  /** Marks the heading of the column that the rows are sorted by. */
  showOrder({ column: name, descending }: TableOrder): void {
    this.#options.columns.forEach((one, index) => {
      this.#heads[index]?.setText(one.name === name ? `${one.title} ${descending ? "▾" : "▴"}` : one.title);
    });
  }

  /** Draws all rows again, for example in other colours. */
  redraw(): void {
    this.setRows(this.#values);
  }

  select(value: T): void {
    const key = this.#options.keyOf(value);
    const found = this.list.rows.find((row) => row.key === key);
    if (found) this.#select(found);
  }

  /** Up and Down choose a row and bring it into view; other keys scroll. */
  #onKey(key: number): void {
    const step = key === Key.up ? -1 : key === Key.down ? 1 : 0;
    if (step === 0) return;
    const { rows } = this.list;
    const chosen = this.#selected === undefined ? -1 : this.list.indexOf(this.#selected);
    const row = rows[chosen < 0 ? 0 : chosen + step];
    this.list.area.setEventProcessed(true);
    if (row === undefined) return;
    this.#select(row);
    this.list.ensureVisible(row.key);
  }

  #select(row: TableRow<T>): void {
    this.#selected = row.key;
    this.setRows(this.#values);
    this.#options.onSelect?.(row.value);
  }

  #heading({ name, title, alignsRight }: TableColumn<T>): QPushButton {
    const head = new QPushButton(this.#head);
    head.setObjectName(alignsRight === true ? "columnHeadRight" : "columnHead");
    head.setText(title);
    if (this.#options.onSort === undefined) {
      head.setFocusPolicy(FocusPolicy.NoFocus);
      head.setEnabled(false);
      return head;
    }
    head.setAccessibleName(`Sort by ${title}`);
    head.addEventListener(
      "clicked",
      guard(() => this.#options.onSort?.(name)),
    );
    return head;
  }

  get #wholePx(): number {
    return this.list.widthPx === 0 ? this.#head.width() : this.list.widthPx;
  }

  get #places(): readonly CellPlace[] {
    return this.#columns.places(this.#wholePx);
  }

  #placeHeads(): void {
    const places = this.#places;
    if (places === this.#shownPlaces) return;
    this.#shownPlaces = places;
    this.#heads.forEach((head, index) => {
      const { leftPx, widthPx } = places[index] ?? { leftPx: 0, widthPx: 0 };
      head.setGeometry(leftPx, 0, widthPx, HEAD_PX);
    });
    this.#grips.place(places, HEAD_PX);
  }
}

interface RowActions<T> {
  select(row: TableRow<T>): void;
  menu(row: TableRow<T>): void;
}

class TableRowRenderer<T> implements RowRenderer<TableRow<T>> {
  readonly #options: TableViewOptions<T>;
  readonly #columns: TableColumns;
  readonly #actions: RowActions<T>;

  constructor(options: TableViewOptions<T>, columns: TableColumns, actions: RowActions<T>) {
    this.#options = options;
    this.#columns = columns;
    this.#actions = actions;
  }

  kindOf(): string {
    return "row";
  }

  estimatePx(): number {
    return Math.round(this.#options.theme.textPx * 1.4) + 12;
  }

  measurePx(): number {
    return this.estimatePx();
  }

  create(_kind: string, parent: QWidget): RowWidgets<TableRow<T>> {
    return new TableRowWidgets(parent, this.#options, this.#columns, this.#actions);
  }
}

class TableRowWidgets<T> implements RowWidgets<TableRow<T>> {
  readonly #options: TableViewOptions<T>;
  readonly #widget: QWidget;
  readonly #cells: readonly QLabel[];
  /** Texts of the cells, since asking Qt takes longer. */
  readonly #texts: string[] = [];
  readonly #columns: TableColumns;
  #row: TableRow<T> | undefined;
  #places: readonly CellPlace[] = [];

  constructor(parent: QWidget, options: TableViewOptions<T>, columns: TableColumns, actions: RowActions<T>) {
    this.#options = options;
    this.#columns = columns;
    this.#widget = new QWidget(parent);
    this.#widget.setObjectName("row");
    this.#cells = options.columns.map(({ alignsRight }) => {
      const common = { parent: this.#widget, name: "cell" };
      if (alignsRight !== true) return label({ ...common, staysLeft: true });
      return label({ ...common, align: AlignmentFlag.AlignRight | AlignmentFlag.AlignVCenter });
    });
    this.#widget.addEventListener(
      WidgetEventTypes.MouseButtonPress,
      guard((event) => {
        const isLeft = event !== undefined && (new QMouseEvent(event).button() as number) === MOUSE_LEFT;
        if (isLeft && this.#row) actions.select(this.#row);
      }),
    );
    this.#widget.addEventListener(
      WidgetEventTypes.ContextMenu,
      guard(() => this.#row && actions.menu(this.#row)),
    );
  }

  show(row: TableRow<T>, { topPx, widthPx, heightPx }: RowPlace): void {
    this.#row = row;
    this.#widget.setGeometry(0, Math.round(topPx), widthPx, heightPx);
    rename(this.#widget, row.isSelected ? "rowSelected" : "row");
    const places = this.#columns.places(widthPx);
    const isMoved = places !== this.#places;
    this.#options.columns.forEach((one, index) => {
      const cell = this.#cells[index];
      const place = places[index];
      if (!cell || !place) return;
      rename(cell, row.isSelected ? "cellSelected" : NAMES[one.tone?.(row.value) ?? "plain"]);
      if (isMoved) cell.setGeometry(place.leftPx, 0, place.widthPx, heightPx);
      this.#setText(index, cell, one.text(row.value), place.widthPx, isMoved);
    });
    this.#places = places;
    this.#widget.show();
  }

  hide(): void {
    this.#row = undefined;
    this.#widget.hide();
  }

  #setText(index: number, cell: QLabel, text: string, widthPx: number, isResized: boolean): void {
    if (this.#texts[index] === text && !isResized) return;
    this.#texts[index] = text;
    const whole = visible(text);
    const shown = elided(whole, widthPx, this.#options.theme.textPx - 1, false);
    cell.setText(shown);
    setTip(cell, shown === whole ? "" : whole);
  }
}
