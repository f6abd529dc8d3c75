// Characters that must reach no administrator's terminal, window or log as they are, and what shows that none did.
import assert from "node:assert/strict";

const RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
  [0xe0100, 0xe01ef],
];

/** One string for each: C0, C1, what turns directions, what is invisible or blank, line separators. */
export const UNSAFE_CHARACTERS: readonly string[] = RANGES.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
);

/** All of them but those left out, each between letters. */
export function unsafeText(leftOut = ""): string {
  return UNSAFE_CHARACTERS.filter((character) => !leftOut.includes(character))
    .map((character) => `a${character}b`)
    .join("");
}

/** Asserts that bytes hold none of them but the line feeds that end lines of ours. */
export function assertSafe(bytes: Buffer | string, path: string): void {
  const text = bytes.toString();
  const found = UNSAFE_CHARACTERS.filter((character) => character !== "\n" && text.includes(character));
  const names = found.map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16)}`);
  assert.deepEqual(names, [], path);
}
