// The form of a reaction: one emoji, as one grapheme cluster.
import { MAX_REACTION_BYTES } from "./limits.ts";

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|\u20e3/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Whether the text can be a reaction. */
export function isReaction(text: string): boolean {
  if (text === "" || Buffer.byteLength(text) > MAX_REACTION_BYTES || !EMOJI.test(text)) return false;
  const [first] = graphemes.segment(text);
  return first?.segment === text;
}
