// Emoji as rows of a list, with headings; and the way from one to the next by arrows. Pure.
import type { Row } from "../kit/row-heights.ts";
import type { Emoji } from "./emoji-data.ts";

export const EMOJI_PER_ROW = 9;

export interface EmojiRow extends Row {
  readonly kind: "emoji";
  readonly emoji: readonly Emoji[];
  /** Of the first one, among all that are shown. */
  readonly index: number;
}

export interface HeadingRow extends Row {
  readonly kind: "heading";
  readonly text: string;
}

export type GridRow = EmojiRow | HeadingRow;

export interface Section {
  /** "" for none. */
  readonly heading: string;
  readonly emoji: readonly Emoji[];
}

export class EmojiGrid {
  readonly rows: readonly GridRow[];
  readonly #emojiRows: readonly EmojiRow[];
  readonly count: number;

  constructor(sections: readonly Section[]) {
    const rows: GridRow[] = [];
    let index = 0;
    for (const { heading, emoji } of sections) {
      if (emoji.length > 0 && heading !== "") rows.push({ key: `heading ${heading}`, kind: "heading", text: heading });
      for (let start = 0; start < emoji.length; start += EMOJI_PER_ROW) {
        const part = emoji.slice(start, start + EMOJI_PER_ROW);
        rows.push({ key: `emoji ${index}`, kind: "emoji", emoji: part, index });
        index += part.length;
      }
    }
    this.rows = rows;
    this.#emojiRows = rows.filter((row) => row.kind === "emoji");
    this.count = index;
  }

  at(index: number): Emoji | undefined {
    const row = this.rowOf(index);
    return row?.emoji[index - row.index];
  }

  rowOf(index: number): EmojiRow | undefined {
    return this.#emojiRows.find((row) => index >= row.index && index < row.index + row.emoji.length);
  }

  /** Where the arrows lead from an emoji: to the next one, or to the same column of the row below or above. */
  step(index: number, columns: number, lines: number): number {
    const last = this.count - 1;
    if (lines === 0) return Math.max(0, Math.min(last, index + columns));
    const from = this.#emojiRows.findIndex((row) => row === this.rowOf(index));
    const row = this.#emojiRows[from];
    const next = this.#emojiRows[Math.max(0, Math.min(this.#emojiRows.length - 1, from + lines))];
    if (!row || !next) return index;
    return next.index + Math.min(index - row.index, next.emoji.length - 1);
  }
}
