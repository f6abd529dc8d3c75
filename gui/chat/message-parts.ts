// Parts of a text that is too long for one message. Pure.
import { charCount } from "../../src/protocol/envelope.ts";

/** So far back at most a break is looked for, in parts of the longest message. */
const LOOK_BACK = 0.5;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Parts of at most `maxChars` code points: cut between lines, or else words, or else characters as people see them. */
export function messageParts(text: string, maxChars: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (charCount(rest) > maxChars) {
    const head = headOf(rest, maxChars);
    const least = Math.floor(head.length * (1 - LOOK_BACK));
    const breaks = [head.lastIndexOf("\n"), head.lastIndexOf(" ")];
    const cut = breaks.find((place) => place >= least) ?? head.length;
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return rest === "" ? parts : [...parts, rest];
}

/** The question whether a text of more than `maxChars` code points is to be sent in so many parts. */
export function partsQuestion(text: string, partCount: number, maxChars: number) {
  const [most, count] = [maxChars, charCount(text)].map((chars) => chars.toLocaleString("en"));
  return {
    title: "Too long for one message",
    text: `A message has at most ${most} characters, and this one has ${count}. It can be sent as ${partCount} messages.`,
    yes: `Send ${partCount} messages`,
  };
}

/** As much of a text as `maxChars` code points, ending between characters. */
function headOf(text: string, maxChars: number): string {
  let count = 0;
  let end = 0;
  for (const { segment } of graphemes.segment(text)) {
    count += charCount(segment);
    if (count > maxChars) break;
    end += segment.length;
  }
  // A single character of more code points than a message may have is cut where it must be.
  return end > 0 ? text.slice(0, end) : [...text.slice(0, maxChars * 2)].slice(0, maxChars).join("");
}
