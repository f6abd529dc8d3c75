// The form in which texts are stored for the search, and the pattern that finds a word in it.
import { searchForm } from "../../protocol/text.ts";

/**
 * The text as the search compares it, without U+0000: not every server's pattern matcher looks beyond one. Each character
 * has a form of its own, so whatever holds a word holds its form; the reverse is not quite so, and readers look again.
 */
export function searchable(text: string): string {
  return withoutNul(searchForm(text));
}

/** For `$regex` on `searchable` texts: matches exactly this word's form. */
export function literalPattern(word: string): string {
  return searchable(word).replace(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
}

function withoutNul(text: string): string {
  if (!/[\0\u0001]/.test(text)) return text;
  return text.replace(/[\0\u0001]/g, (character) => (character === "\0" ? "\u0001a" : "\u0001b"));
}
