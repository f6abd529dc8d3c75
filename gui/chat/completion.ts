// Word at the cursor that can be completed: a name behind "@", an emoji behind ":". Pure.

export interface Completion {
  readonly kind: "name" | "emoji";
  /** Where the "@" or ":" is, and where what is completed ends. */
  readonly from: number;
  readonly to: number;
  /** The typed text behind the "@" or ":". */
  readonly text: string;
}

/** Longer than any name or code. */
const MAX_CHARS = 40;
/** Two letters at least: ":)" and "10:30" complete nothing. */
const EMOJI = /(?<![\p{L}\p{M}\p{N}_:]):(\p{L}[\p{L}\p{N}_+-]+)$/u;
/** As the server finds mentions: not behind a letter, mark, digit or "_". */
const NAME = /(?<![\p{L}\p{M}\p{N}_])@([\p{L}\p{M}\p{N}_.-]*)$/u;

export function completionAt(text: string, position: number): Completion | undefined {
  const start = Math.max(0, position - MAX_CHARS);
  const before = text.slice(start, position);
  const name = NAME.exec(before);
  const found = name ?? EMOJI.exec(before);
  if (!found) return undefined;
  return { kind: name ? "name" : "emoji", from: start + found.index, to: position, text: found[1] ?? "" };
}
