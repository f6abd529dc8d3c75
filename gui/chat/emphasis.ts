// Marks of emphasis around what is selected in a text: put there, and taken away again. Pure.
import type { Selection } from "../kit/text-cursor.ts";

const MARKS = { bold: "**", italic: "*", underline: "__", code: "`" } as const;
export type MarkName = keyof typeof MARKS;

/** A change of a text, and what is selected afterwards. */
export interface MarkEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly selection: Selection;
}

/**
 * Marks around the selection (without the spaces at its ends, beside which a mark would be none), or around the cursor;
 * none where it has them already, inside the selection or just outside it.
 */
export function toggledMark(text: string, { anchor, position }: Selection, name: MarkName): MarkEdit {
  const mark = MARKS[name];
  const start = Math.min(anchor, position);
  const end = Math.max(anchor, position);
  const selected = text.slice(start, end);
  if (selected === "") return edit(start, start, mark + mark, start + mark.length, 0);
  const from = start + (selected.length - selected.trimStart().length);
  const to = Math.max(from, end - (selected.length - selected.trimEnd().length));
  const inner = text.slice(from, to);
  if (hasRun(inner, mark, "start") && hasRun(inner, mark, "end") && inner.length >= 2 * mark.length) {
    const bare = inner.slice(mark.length, -mark.length);
    return edit(from, to, bare, from, bare.length);
  }
  if (hasRun(text.slice(0, from), mark, "end") && hasRun(text.slice(to), mark, "start"))
    return edit(from - mark.length, to + mark.length, inner, from - mark.length, inner.length);
  return edit(from, to, mark + inner + mark, from + mark.length, inner.length);
}

/** Of "***" one can take "**" and "*"; of "**" no "*". */
function hasRun(text: string, mark: string, side: "start" | "end"): boolean {
  const char = mark[0] ?? "";
  let length = 0;
  while (length < text.length && (side === "start" ? text[length] : text.at(-1 - length)) === char) length += 1;
  return length === mark.length || length === 3;
}

function edit(from: number, to: number, text: string, selectFrom: number, length: number): MarkEdit {
  return { from, to, text, selection: { anchor: selectFrom, position: selectFrom + length } };
}
