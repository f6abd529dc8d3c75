// Measuring and drawing of a conversation's rows: bubbles and separators.
import { AlignmentFlag, type QLabel, type QWidget } from "@nodegui/nodegui";
import type { Theme } from "../kit/theme.ts";
import type { RowRenderer, RowWidgets } from "../kit/virtual-list.ts";
import { label } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { BubbleMeasure, gapOf } from "./bubble-layout.ts";
import { Bubble, type BubbleActions, type RowMarks } from "./bubble.ts";
import type { ViewRow } from "./message-rows.ts";

/** At the usual text size. */
const NOTICE_PX = 44;

export interface RendererParts {
  readonly theme: Theme;
  readonly avatars: Avatars;
  readonly marks: RowMarks;
  readonly actions: BubbleActions;
}

export class MessageRenderer implements RowRenderer<ViewRow> {
  readonly #parts: RendererParts;
  readonly #measure: BubbleMeasure;
  readonly #noticeRuler: QLabel;

  /** `parent` is any widget of the window: labels that measure live in it, never shown. */
  constructor(parent: QWidget, parts: RendererParts) {
    this.#parts = parts;
    this.#measure = new BubbleMeasure(parent, parts.theme);
    this.#noticeRuler = label({ name: "notice", parent });
    this.#noticeRuler.hide();
  }

  kindOf(row: ViewRow): string {
    if (row.kind !== "message") return row.kind;
    const side = row.item.isOwn ? "out" : row.showsAuthor ? "author" : "in";
    return `${side} ${row.place}`;
  }

  estimatePx(row: ViewRow, widthPx: number): number {
    return row.kind === "message" ? this.#measure.estimatePx(row, widthPx) : this.#noticePx;
  }

  measurePx(row: ViewRow, widthPx: number): number {
    return row.kind === "message" ? gapOf(row) + this.#measure.layoutOf(row, widthPx, true).height : this.#noticePx;
  }

  get #noticePx(): number {
    return this.#parts.theme.scaled(NOTICE_PX);
  }

  create(kind: string, parent: QWidget): RowWidgets<ViewRow> {
    if (kind === "day") return this.#createDay(parent);
    if (kind === "unread") return createUnread(parent);
    const [side = "in", place = "only"] = kind.split(" ");
    return new Bubble(side, place, parent, { ...this.#parts, measure: this.#measure });
  }

  #createDay(parent: QWidget): RowWidgets<ViewRow> {
    const notice = label({ name: "notice", parent, align: AlignmentFlag.AlignCenter });
    return {
      show: (row, at) => {
        if (row.kind === "message") return;
        notice.setText(row.text);
        this.#noticeRuler.setText(row.text);
        const hint = this.#noticeRuler.sizeHint();
        const left = Math.round((at.widthPx - hint.width()) / 2);
        const height = Math.round(this.#noticePx * 0.57);
        notice.setGeometry(left, Math.round(at.topPx + this.#noticePx * 0.27), hint.width(), height);
        notice.show();
      },
      hide: () => notice.hide(),
    };
  }
}

function createUnread(parent: QWidget): RowWidgets<ViewRow> {
  const line = label({ name: "unreadLine", parent, align: AlignmentFlag.AlignCenter });
  return {
    show: (row, at) => {
      line.setText(row.kind === "message" ? "" : row.text);
      line.setGeometry(0, Math.round(at.topPx) + 10, at.widthPx, 28);
      line.show();
    },
    hide: () => line.hide(),
  };
}
