// Search index form of texts and words, in trigrams of characters.
import { searchForm } from "./text.ts";

/** Stands twice after each indexed text, so that every character, also the last, begins a trigram. */
const END = "\u0001\u0001";
/** Characters that FTS5's tokenizer would skip or change; one replacement for all only adds candidates, never loses one. */
const UNINDEXABLE = /[\0\ufffe\uffff]/g;
const TRIGRAM_CHARS = 3;
/** Trigrams of a word that are looked up at most: enough to leave few wrong candidates. */
const QUERY_TRIGRAMS = 12;
/** After any trigram that begins with the word before it. */
const LAST = "\u{10ffff}\u{10ffff}";

/** The text as it goes into the index. */
export function indexText(text: string): string {
  return searchForm(text).replace(UNINDEXABLE, "\ufffd") + END;
}

/** The query for a folded word. */
export type WordQuery =
  /** Of three and more characters: every hit holds all of these trigrams. */
  | { readonly kind: "match"; readonly match: string }
  /** Shorter: every hit holds a trigram in this range, both ends included. */
  | { readonly kind: "range"; readonly first: string; readonly last: string };

export function wordQuery(folded: string): WordQuery {
  const indexed = folded.replace(UNINDEXABLE, "\ufffd");
  const characters = [...indexed];
  const count = characters.length - TRIGRAM_CHARS + 1;
  if (count < 1) return { kind: "range", first: indexed, last: indexed + LAST };
  const trigrams = new Set<string>();
  const taken = Math.min(count, QUERY_TRIGRAMS);
  for (let index = 0; index < taken; index++) {
    const start = taken === 1 ? 0 : Math.round((index * (count - 1)) / (taken - 1));
    trigrams.add(characters.slice(start, start + TRIGRAM_CHARS).join(""));
  }
  return { kind: "match", match: matchAll([...trigrams], "AND") };
}

/** The MATCH expression for all, or any, of the trigrams. */
export function matchAll(trigrams: readonly string[], operator: "AND" | "OR"): string {
  return trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(` ${operator} `);
}
