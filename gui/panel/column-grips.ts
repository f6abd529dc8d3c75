// Grips behind a table's headings: dragged, they widen a column; a double click undoes all.
import { CursorShape, QMouseEvent, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { guard } from "../kit/guard.ts";
import { panel } from "../kit/widgets.ts";
import { GAP_PX, type CellPlace } from "./table-columns.ts";

export interface GripActions {
  widthOf(index: number): number;
  onDrag(index: number, widthPx: number): void;
  onReset(): void;
  /** After each of the two. */
  onChange(): void;
}

export class ColumnGrips {
  readonly #grips: readonly QWidget[];
  readonly #actions: GripActions;
  #start: { readonly x: number; readonly widthPx: number } | undefined;

  /** For columns of these titles; the last one ends at the edge and has none. */
  constructor(head: QWidget, titles: readonly string[], actions: GripActions) {
    this.#actions = actions;
    this.#grips = titles.slice(0, -1).map((title, index) => this.#grip(head, title, index));
  }

  place(places: readonly CellPlace[], heightPx: number): void {
    this.#grips.forEach((grip, index) => {
      const { leftPx, widthPx } = places[index] ?? { leftPx: 0, widthPx: 0 };
      grip.setGeometry(leftPx + widthPx, 0, GAP_PX, heightPx);
    });
  }

  #grip(head: QWidget, title: string, index: number): QWidget {
    const grip = panel("columnGrip");
    grip.setParent(head);
    grip.setAccessibleName(`Border of the column ${title}`);
    grip.setCursor(CursorShape.SplitHCursor);
    grip.setToolTip("Drag to widen the column, double-click to undo");
    const on = (type: WidgetEventTypes, handler: (event: QMouseEvent) => void): void =>
      grip.addEventListener(
        type,
        guard((event) => event && handler(new QMouseEvent(event))),
      );
    on(WidgetEventTypes.MouseButtonPress, (event) => {
      this.#start = { x: event.globalX(), widthPx: this.#actions.widthOf(index) };
    });
    on(WidgetEventTypes.MouseMove, (event) => this.#drag(index, event.globalX()));
    on(WidgetEventTypes.MouseButtonRelease, () => (this.#start = undefined));
    on(WidgetEventTypes.MouseButtonDblClick, () => {
      this.#actions.onReset();
      this.#actions.onChange();
    });
    return grip;
  }

  #drag(index: number, x: number): void {
    if (!this.#start) return;
    this.#actions.onDrag(index, this.#start.widthPx + x - this.#start.x);
    this.#actions.onChange();
  }
}
