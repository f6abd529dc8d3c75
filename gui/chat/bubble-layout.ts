// Geometry of a bubble: measured once for a row and a width.
import type { QLabel, QWidget } from "@nodegui/nodegui";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import type { Colors } from "../kit/colors.ts";
import { elided, textWidth } from "../kit/elided.ts";
import type { Theme } from "../kit/theme.ts";
import { label } from "../kit/widgets.ts";
import { flowOf, type Flow } from "./chip-flow.ts";
import { isRightToLeft, textHtml, withoutSelectors, withRoom } from "./message-html.ts";
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
/** Between a text and the time in its last line, beside a space. */
const META_GAP_PX = 6;
/** So wide is the message that is answered at least, where there is room. */
const MIN_QUOTE_PX = 220;
const QUOTE_GAP_PX = 3;
const CHIP_GAP_PX = 5;
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
  /** Of the message that it answers. */
  readonly quote: { readonly top: number; readonly height: number } | undefined;
  readonly chips: readonly ChipPlace[];
}

/** A way in which people have reacted. */
export interface ChipPlace {
  readonly reaction: string;
  readonly text: string;
  readonly isOwn: boolean;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
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
    const extras =
      (hasName(row) ? 1 : 0) + (row.item.replyTo === undefined ? 0 : 2) + (row.item.reactions.length > 0 ? 1.6 : 0);
    const lines = Math.ceil((row.item.text.length + 8) / charsPerLine) + extras;
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
    const { reactions, replyTo } = row.item;
    const meta = this.#metaPx(row);
    const text = this.#measureText(row, maxWidth, reactions.length > 0 ? 0 : meta);
    const flow = reactions.length > 0 ? this.#flow(row, maxWidth, meta) : undefined;
    const quoteHeight = replyTo === undefined ? 0 : Math.round(textPx * 2.9);
    const quoteWidth = replyTo === undefined ? 0 : Math.min(maxWidth, MIN_QUOTE_PX);
    const least = Math.max(MIN_BUBBLE_PX - PAD.left - PAD.right, quoteWidth, flow?.width ?? 0);
    const mark = row.item.userId === SERVER_USER_ID ? textWidth(`    ${SERVER_MARK}  `, textPx - 4, false) : 0;
    const authorWidth = name === undefined ? 0 : textWidth(authorText, textPx - 1, true) + mark;
    const inner = Math.max(least, text.width, Math.min(maxWidth, authorWidth));
    const quoteTop = PAD.top + authorHeight + QUOTE_GAP_PX;
    const top = replyTo === undefined ? PAD.top + authorHeight : quoteTop + quoteHeight + QUOTE_GAP_PX;
    const chipsTop = top + text.height + CHIP_GAP_PX;
    return {
      width: inner + PAD.left + PAD.right,
      height: (flow ? chipsTop + flow.height : top + text.height) + PAD.bottom,
      text: { top, width: inner, height: text.height, wraps: text.wraps },
      author: name === undefined ? undefined : { text: authorText, top: PAD.top, height: authorHeight },
      quote: replyTo === undefined ? undefined : { top: quoteTop, height: quoteHeight },
      chips: reactions.map(({ reaction, count, isOwn }, index) => {
        const place = flow?.places[index] ?? { left: 0, top: 0 };
        const width = this.#chipPx(reaction, count);
        const height = this.#chipHeight;
        return {
          reaction,
          text: chipText(reaction, count),
          isOwn,
          left: place.left,
          top: chipsTop + place.top,
          width,
          height,
        };
      }),
    };
  }

  /** Of what stands in the last line beside the text. */
  #metaPx(row: MessageRow): number {
    this.#metaRuler.setText(metaText(row));
    return this.#metaRuler.sizeHint().width() + META_GAP_PX + (row.item.isOwn ? TICK_PX + 2 : 0);
  }

  get #chipHeight(): number {
    return this.#theme.textPx + 11;
  }

  #chipPx(reaction: string, count: number): number {
    return Math.ceil(textWidth(chipText(reaction, count), this.#theme.textPx - 1, false)) + 18;
  }

  #flow(row: MessageRow, maxWidth: number, meta: number): Flow {
    const widths = row.item.reactions.map(({ reaction, count }) => this.#chipPx(reaction, count));
    return flowOf({ widths, lineHeight: this.#chipHeight, gap: CHIP_GAP_PX, maxWidth, endWidth: meta });
  }

  /** With room for the time behind the last word, or below it. */
  #measureText(row: MessageRow, maxWidth: number, roomPx: number): { width: number; height: number; wraps: boolean } {
    const ruler = this.#ruler;
    const { colors, textPx } = this.#theme;
    const text = shownText(row);
    const isLong = longestLine(text) * textPx * SURE_CHAR_WIDTH > maxWidth;
    ruler.ensurePolished();
    ruler.setWordWrap(isLong);
    const html = messageHtml(row, NO_MARKS, colors, textPx);
    ruler.setText(roomPx === 0 ? html : withRoom(html, roomPx, isRightToLeft(text)));
    if (!isLong) {
      const hint = ruler.sizeHint();
      if (hint.width() <= maxWidth) return { width: hint.width(), height: hint.height(), wraps: false };
      ruler.setWordWrap(true);
    }
    return { width: maxWidth, height: ruler.heightForWidth(maxWidth), wraps: true };
  }
}

/** Text beside the tick: when it was written, and whether it was changed since. */
export function metaText({ item }: MessageRow): string {
  const pin = item.isPinned ? "📌 " : "";
  return `${pin}${item.editedMs === undefined ? "" : "edited "}${clockText(item.timeMs)}`;
}

/** The text as it is read, or that the message was deleted. */
export function shownText({ item }: MessageRow): string {
  if (item.deleted === undefined) return item.text;
  return item.deleted === "author" ? "Message deleted" : "Deleted by a moderator";
}

/** Parts of a text that are marked; its size stays the same. */
export interface TextMarks {
  /** Of a search; "" for nothing. */
  readonly word: string;
  readonly ownName: string;
}

const NO_MARKS: TextMarks = { word: "", ownName: "" };

export function messageHtml(row: MessageRow, { word, ownName }: TextMarks, colors: Colors, px: number): string {
  const { item } = row;
  if (item.deleted === undefined) return textHtml(item.text, word, colors, px, item.mentionsMe ? ownName : "");
  return `<div style="color:${colors.faint}"><i>${shownText(row)}</i></div>`;
}

function chipText(reaction: string, count: number): string {
  return `${withoutSelectors(reaction)} ${count}`;
}

function hasName(row: MessageRow): boolean {
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
