// The widgets that rows of lists have in common: a picture, a title with something at its right, a line of text.
import { AlignmentFlag, QMouseEvent, QWidget, WidgetEventTypes, type QLabel, type QPixmap } from "@nodegui/nodegui";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import type { RowPlace } from "../kit/virtual-list.ts";
import { label, rename } from "../kit/widgets.ts";
import { titleText } from "./message-html.ts";

export interface RowContent {
  readonly picture: QPixmap;
  readonly title: string;
  /** At the right of the title; "" for nothing. */
  readonly right: string;
  /** Cut to its room; a function gives HTML for a width. */
  readonly text: string | ((widthPx: number) => string);
  readonly isSelected: boolean;
  /** The text tells of something that happens now. */
  readonly isActive?: boolean;
  /** Kept free at the right of the title, and of the text. */
  readonly titleRoomPx?: number;
  readonly textRoomPx?: number;
}

/** Where other widgets of the row can stand. */
export interface RowLines {
  readonly right: number;
  readonly lineHeight: number;
  readonly titleTop: number;
  readonly textTop: number;
  /** The end of the title. */
  readonly titleRight: number;
  readonly pictureLeft: number;
  readonly pictureTop: number;
}

const EDGE_PX = 11;
const MOUSE_LEFT = 1;

export class PictureRow {
  readonly widget: QWidget;
  readonly #theme: Theme;
  readonly #picturePx: number;
  readonly #picture: QLabel;
  readonly #title: QLabel;
  readonly #right: QLabel;
  readonly #text: QLabel;

  constructor(parent: QWidget, theme: Theme, picturePx: number, onPress: () => unknown) {
    this.#theme = theme;
    this.#picturePx = picturePx;
    const widget = new QWidget(parent);
    widget.setObjectName("row");
    this.widget = widget;
    this.#picture = label({ parent: widget });
    this.#title = label({ parent: widget, name: "rowTitle", staysLeft: true });
    this.#right = label({
      parent: widget,
      name: "rowTime",
      align: AlignmentFlag.AlignRight | AlignmentFlag.AlignVCenter,
    });
    this.#text = label({ parent: widget, name: "rowText", staysLeft: true });
    widget.addEventListener(
      WidgetEventTypes.MouseButtonPress,
      guard((event) => {
        const isLeft = event !== undefined && (new QMouseEvent(event).button() as number) === MOUSE_LEFT;
        return isLeft ? onPress() : undefined;
      }),
    );
  }

  show(content: RowContent, at: RowPlace): RowLines {
    const { textPx } = this.#theme;
    const { title, right: note, text, titleRoomPx = 0, textRoomPx = 0 } = content;
    const height = at.heightPx;
    this.widget.setGeometry(0, Math.round(at.topPx), at.widthPx, height);
    this.#name(content);
    const pictureTop = Math.round((height - this.#picturePx) / 2);
    this.#picture.setGeometry(EDGE_PX, pictureTop, this.#picturePx, this.#picturePx);
    this.#picture.setPixmap(content.picture);
    const left = EDGE_PX + this.#picturePx + 11;
    const right = at.widthPx - EDGE_PX;
    const lineHeight = Math.round(textPx * 1.5);
    const titleTop = text === "" ? Math.round((height - lineHeight) / 2) : Math.round(height / 2 - lineHeight - 1);
    const textTop = Math.round(height / 2 + 2);
    this.#right.setText(note);
    const noteWidth = note === "" ? 0 : this.#right.sizeHint().width();
    this.#right.setGeometry(right - noteWidth, titleTop, noteWidth, lineHeight);
    const titleWidth = Math.max(20, right - noteWidth - left - titleRoomPx - (noteWidth > 0 ? 6 : 0));
    const shownTitle = elided(titleText(title), titleWidth, textPx, true);
    this.#title.setText(shownTitle);
    this.#title.setGeometry(left, titleTop, titleWidth, lineHeight);
    const textWidth = Math.max(20, right - left - textRoomPx);
    this.#text.setText(typeof text === "string" ? elided(text, textWidth, textPx - 1, false) : text(textWidth));
    this.#text.setGeometry(left, textTop, textWidth, lineHeight);
    this.widget.show();
    const titleRight = left + Math.min(titleWidth, this.#title.sizeHint().width());
    return { right, lineHeight, titleTop, textTop, titleRight, pictureLeft: EDGE_PX, pictureTop };
  }

  hide(): void {
    this.widget.hide();
  }

  /** The line of text is HTML from now on. */
  takeHtml(format: Parameters<QLabel["setTextFormat"]>[0]): void {
    this.#text.setTextFormat(format);
  }

  #name({ isSelected, isActive = false }: RowContent): void {
    const end = isSelected ? "Selected" : "";
    rename(this.widget, `row${end}`);
    rename(this.#title, `rowTitle${end}`);
    rename(this.#right, `rowTime${end}`);
    rename(this.#text, isSelected ? "rowTextSelected" : isActive ? "rowTextActive" : "rowText");
  }
}

/** The height of such a row. */
export function pictureRowPx(picturePx: number, textPx: number): number {
  return Math.max(picturePx + 16, Math.round(textPx * 3.4) + 18);
}
