// The form in which texts are stored for the search, and the pattern that finds a word in it.
import { foldCase } from "../../protocol/text.ts";

/**
 * The folded text without U+0000: not every server's pattern matcher looks beyond one. Each character has a form of
 * its own, so whatever holds a word holds its form; the reverse is not quite so, and readers look again.
 */
export function searchable(text: string): string {
  const folded = foldCase(text);
  if (!/[\0\u0001]/.test(folded)) return folded;
  return folded.replace(/[\0\u0001]/g, (character) => (character === "\0" ? "\u0001a" : "\u0001b"));
}

/** For `$regex`: matches exactly this word's form. */
export function literalPattern(word: string): string {
  return searchable(word).replace(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
}
