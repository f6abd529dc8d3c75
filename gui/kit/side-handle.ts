// The line between two sides of a window; dragging it makes the left side wider or narrower.
import { CursorShape, QMouseEvent, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { guard } from "./guard.ts";
import { panel } from "./widgets.ts";

export interface SideHandleOptions {
  /** The side that keeps its width when the window is resized. */
  readonly side: QWidget;
  readonly widthPx: number;
  readonly minPx: number;
  readonly maxPx: number;
}

/** Takes the side's width over; call `apply` to give it its width again after it was set otherwise. */
export class SideHandle {
  readonly widget: QWidget;
  readonly #options: SideHandleOptions;
  #widthPx: number;
  #start: { readonly x: number; readonly widthPx: number } | undefined;

  constructor(options: SideHandleOptions) {
    this.#options = options;
    this.#widthPx = options.widthPx;
    this.widget = panel("line");
    this.widget.setFixedWidth(2);
    this.widget.setCursor(CursorShape.SplitHCursor);
    const on = (type: WidgetEventTypes, handler: (event: QMouseEvent) => void): void =>
      this.widget.addEventListener(
        type,
        guard((event) => event && handler(new QMouseEvent(event))),
      );
    on(WidgetEventTypes.MouseButtonPress, (event) => (this.#start = { x: event.globalX(), widthPx: this.#widthPx }));
    on(WidgetEventTypes.MouseMove, (event) => this.#drag(event.globalX()));
    on(WidgetEventTypes.MouseButtonRelease, () => (this.#start = undefined));
    this.apply();
  }

  apply(): void {
    this.#options.side.setFixedWidth(this.#widthPx);
  }

  #drag(x: number): void {
    if (!this.#start) return;
    const { minPx, maxPx } = this.#options;
    this.#widthPx = Math.max(minPx, Math.min(maxPx, this.#start.widthPx + x - this.#start.x));
    this.apply();
  }
}
