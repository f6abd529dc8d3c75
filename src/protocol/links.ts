// Web and mail addresses in a text.
import { LinkifyIt } from "linkify-it";

export interface TextLink {
  readonly start: number;
  readonly end: number;
  /** The address with its scheme, to be opened. */
  readonly address: string;
}

/** Runs in which an address may lie: white space, quotes, backticks and other scripts' punctuation end one. */
const RUN = /[^\s<>"`。，、；：！？｡､「」『』（）【】《》〈〉〔〕“”„‘’«»‹›…؟،؛۔।॥]+/gu;
/** Parts of every address. */
const SIGN = /:\/\/|www\.|@/i;
/** Scripts without spaces put an address directly behind a letter. */
const BEHIND_LETTER = /(?<=[^\0-\x7f])(?=https?:\/\/|www\.)/i;
/** Emphasis that ends with an address is not a part of it. */
const MARKS_AT_END = /[*_]+$/;
/** Of a run without a space only so much is looked at: an address is shorter. */
const MAX_RUN = 4096;

const linkify = new LinkifyIt();
linkify.add("ftp:", null).add("//", null);
// `www.example.org` is an address by itself; other names without a scheme are not, since "main.rs" looks like one.
linkify.add("www.", {
  validate: (text, at, self) => {
    const length = self.testSchemaAt(`https://${text.slice(at)}`, "https:", "https:".length);
    return Math.max(0, length - "//".length);
  },
  normalize: (match) => void (match.url = `https://${match.raw}`),
});

/** The links of a text, in order. Takes time in proportion to the length of the text. */
export function findLinks(text: string): TextLink[] {
  if (!SIGN.test(text)) return [];
  const links: TextLink[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (!SIGN.test(run)) continue;
    let start = index;
    for (const part of run.slice(0, MAX_RUN).split(BEHIND_LETTER)) {
      for (const { raw, url, index: at } of linkify.match(part) ?? []) {
        const surplus = MARKS_AT_END.exec(raw)?.[0].length ?? 0;
        links.push({ start: start + at, end: start + at + raw.length - surplus, address: cut(url, surplus) });
      }
      start += part.length;
    }
  }
  return links;
}

function cut(url: string, count: number): string {
  return count === 0 ? url : url.slice(0, -count);
}
