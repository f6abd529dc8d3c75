// Names in a text that an "@" may mean.
import { usernameKey } from "./text.ts";
import { MAX_USERNAME_CHARS } from "./limits.ts";

/** An "@" that begins a word, and the characters of usernames behind it. */
const MENTION = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{Nd}_])@([\p{L}\p{M}\p{Nd}_.\-]{1,${MAX_USERNAME_CHARS}})(?=(.?))`,
  "gsu",
);
/** Characters that no mentioned name is followed by. */
const GOES_ON = /^[\p{L}\p{M}\p{Nd}]/u;

/** Key of the name by which a moderator means everybody; no user is mentioned by it. */
export const ALL = "all";

/**
 * For each "@" of the text, in order, the keys (`usernameKey`) of the names that it may mean, the longest first: the first
 * that is a member's counts.
 */
export function mentionCandidates(text: string): string[][] {
  if (!text.includes("@")) return [];
  return Array.from(text.matchAll(MENTION), ([, run = "", next = ""]) => {
    const characters = [...run];
    const ends = characters.map((_character, index) => index + 1).toReversed();
    const isEnd = (end: number): boolean => !GOES_ON.test(characters[end] ?? next);
    return ends.filter(isEnd).map((end) => usernameKey(characters.slice(0, end).join("")));
  }).filter((keys) => keys.length > 0);
}
