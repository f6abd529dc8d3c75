// Where the parts of a bubble are: measured once for a row and a width.
import type { QLabel, QWidget } from "@nodegui/nodegui";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import { elided, textWidth } from "../kit/elided.ts";
import type { Theme } from "../kit/theme.ts";
import { label } from "../kit/widgets.ts";
import { isRightToLeft, textHtml, withRoom } from "./message-html.ts";
import { clockText, type MessageRow } from "./message-rows.ts";
import { textLabel } from "./text-label.ts";

export const AVATAR_PX = 36;
export const EDGE_PX = 14;
export const AVATAR_COLUMN_PX = EDGE_PX + AVATAR_PX + 8;
export const TICK_PX = 17;
/** Between a bubble's edge and what is in it. */
export const PAD = { left: 11, top: 5, right: 11, bottom: 6 } as const;
/** Free on the other side of a bubble. */
const FAR_EDGE_PX = 46;
const MAX_BUBBLE_PX = 560;
const MIN_BUBBLE_PX = 72;
const GROUP_GAP_PX = 9;
const INNER_GAP_PX = 2;
/** Between a text and the time in its last line. */
const META_GAP_PX = 9;
/** Said beside the name of the server itself. */
export const SERVER_MARK = "the server";

/** Of the text size: hardly any line of a hundred characters is narrower. Longer lines wrap without being tried whole. */
const SURE_CHAR_WIDTH = 0.4;

/** Distances are from the bubble's upper left corner. */
export interface BubbleLayout {
  readonly width: number;
  readonly height: number;
  readonly text: { readonly top: number; readonly width: number; readonly height: number; readonly wraps: boolean };
  readonly author: { readonly text: string; readonly top: number; readonly height: number } | undefined;
}

export class BubbleMeasure {
  readonly #theme: Theme;
  readonly #ruler: QLabel;
  readonly #metaRuler: QLabel;
  readonly #known = new WeakMap<MessageRow, { readonly forWidthPx: number; readonly layout: BubbleLayout }>();

  /** `parent` is any widget of the window: labels that measure live in it, never shown. */
  constructor(parent: QWidget, theme: Theme) {
    this.#theme = theme;
    this.#ruler = textLabel(parent);
    this.#metaRuler = label({ name: "metaIn", parent });
    for (const ruler of [this.#ruler, this.#metaRuler]) ruler.hide();
  }

  /** A guess of a row's height, without asking Qt. */
  estimatePx(row: MessageRow, widthPx: number): number {
    const px = this.#theme.textPx;
    const charsPerLine = Math.max(12, this.#maxWidth(row, widthPx) / (px * 0.53));
    const lines = Math.ceil((row.item.text.length + 8) / charsPerLine) + (hasName(row) ? 1 : 0);
    return gapOf(row) + PAD.top + PAD.bottom + Math.round(lines * px * 1.37);
  }

  /** `fresh`: what was measured before does not hold any more. */
  layoutOf(row: MessageRow, widthPx: number, fresh = false): BubbleLayout {
    const known = this.#known.get(row);
    if (known && !fresh && known.forWidthPx === widthPx) return known.layout;
    const layout = this.#measure(row, Math.floor(this.#maxWidth(row, widthPx)) - PAD.left - PAD.right);
    this.#known.set(row, { forWidthPx: widthPx, layout });
    return layout;
  }

  #maxWidth(row: MessageRow, widthPx: number): number {
    const near = row.showsAuthor ? AVATAR_COLUMN_PX : EDGE_PX;
    const limit = MAX_BUBBLE_PX * Math.max(1, this.#theme.textPx / 14);
    return Math.max(MIN_BUBBLE_PX, Math.min(limit, widthPx - near - FAR_EDGE_PX));
  }

  #measure(row: MessageRow, maxWidth: number): BubbleLayout {
    const { textPx } = this.#theme;
    const name = hasName(row) ? row.item.username : undefined;
    const authorText = name === undefined ? "" : elided(name, maxWidth, textPx - 1, true);
    const authorHeight = name === undefined ? 0 : Math.round((textPx - 1) * 1.4);
    const text = this.#measureText(row, maxWidth);
    const least = MIN_BUBBLE_PX - PAD.left - PAD.right;
    const mark = row.item.userId === SERVER_USER_ID ? textWidth(`    ${SERVER_MARK}  `, textPx - 4, false) : 0;
    const authorWidth = name === undefined ? 0 : textWidth(authorText, textPx - 1, true) + mark;
    const inner = Math.max(least, text.width, Math.min(maxWidth, authorWidth));
    const top = PAD.top + authorHeight;
    return {
      width: inner + PAD.left + PAD.right,
      height: top + text.height + PAD.bottom,
      text: { top, width: inner, height: text.height, wraps: text.wraps },
      author: name === undefined ? undefined : { text: authorText, top: PAD.top, height: authorHeight },
    };
  }

  /** With room for the time behind the last word, or below it. */
  #measureText(row: MessageRow, maxWidth: number): { width: number; height: number; wraps: boolean } {
    const ruler = this.#ruler;
    const { colors, textPx } = this.#theme;
    const { text } = row.item;
    this.#metaRuler.setText(metaText(row));
    const meta = this.#metaRuler.sizeHint().width() + META_GAP_PX + (row.item.isOwn ? TICK_PX + 2 : 0);
    const isLong = longestLine(text) * textPx * SURE_CHAR_WIDTH > maxWidth;
    ruler.ensurePolished();
    ruler.setWordWrap(isLong);
    ruler.setText(withRoom(textHtml(text, "", colors, textPx), meta, isRightToLeft(text)));
    if (!isLong) {
      const hint = ruler.sizeHint();
      if (hint.width() <= maxWidth) return { width: hint.width(), height: hint.height(), wraps: false };
      ruler.setWordWrap(true);
    }
    return { width: maxWidth, height: ruler.heightForWidth(maxWidth), wraps: true };
  }
}

/** What stands beside the tick: when it was written. */
export function metaText(row: MessageRow): string {
  return clockText(row.item.timeMs);
}

export function hasName(row: MessageRow): boolean {
  return row.showsAuthor && (row.place === "first" || row.place === "only");
}

export function gapOf(row: MessageRow): number {
  return row.place === "first" || row.place === "only" ? GROUP_GAP_PX : INNER_GAP_PX;
}

/** Characters of the longest line; counting ends where it is long enough for anything. */
function longestLine(text: string): number {
  return Math.max(
    ...text
      .slice(0, 2000)
      .split("\n")
      .map((line) => line.length),
  );
}
