// The emoji there are, by groups and by what people call them; read when they are needed for the first time.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export interface Emoji {
  readonly emoji: string;
  /** As in "red heart". */
  readonly name: string;
  /** As it is written between colons: "red_heart". */
  readonly code: string;
  /** Other words that it is found by; in lower case. */
  readonly words: readonly string[];
}

export interface EmojiGroup {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

/** Newer ones are in no font that systems of today have. */
const MAX_VERSION = 15;
/** Found before others that fit as well. */
const POPULAR = new Set(["❤️", ..."👍😂🙏🔥🎉😍👏😢😮😊🤔✅🚀👀💪"]);

interface GroupFile {
  readonly name: string;
  readonly emojis: readonly {
    readonly emoji: string;
    readonly name: string;
    readonly slug: string;
    readonly emoji_version: string;
  }[];
}

let known: readonly EmojiGroup[] | undefined;

export function emojiGroups(): readonly EmojiGroup[] {
  known ??= readGroups();
  return known;
}

/** Those that are called so, the best first: by their names, codes and keywords, whose words may be cut short. */
export function findEmoji(text: string, limit: number): readonly Emoji[] {
  const wanted = text
    .toLowerCase()
    .split(/[\s_]+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const found: { readonly emoji: Emoji; readonly rank: number }[] = [];
  for (const { emoji: members } of emojiGroups())
    for (const emoji of members) {
      const rank = rankOf(emoji, wanted);
      if (rank !== undefined) found.push({ emoji, rank });
    }
  found.sort((one, other) => one.rank - other.rank);
  return found.slice(0, limit).map(({ emoji }) => emoji);
}

/** Lower is better; undefined when a word fits nothing. */
function rankOf({ emoji, name, words }: Emoji, wanted: readonly string[]): number | undefined {
  const parts = name.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  let rank = POPULAR.has(emoji) ? -1 : 0;
  for (const word of wanted) {
    if (parts.includes(word)) rank += 1;
    else if (words.includes(word)) rank += 2;
    else if (parts.some((part) => part.startsWith(word))) rank += 3;
    else if (words.some((one) => one.startsWith(word))) rank += 4;
    else return undefined;
  }
  return rank + parts.length / 100;
}

function readGroups(): readonly EmojiGroup[] {
  // Both are packages of a version that the lock file names.
  const groups = readPackageFile("unicode-emoji-json/data-by-group.json") as readonly GroupFile[];
  const keywords = readPackageFile("emojilib/dist/emoji-en-US.json") as Readonly<Record<string, readonly string[]>>;
  return groups.map(({ name, emojis }) => ({
    name,
    emoji: emojis
      .filter(({ emoji_version: version }) => Number(version) <= MAX_VERSION)
      .map(({ emoji, name: itsName, slug }) => ({
        emoji,
        name: itsName,
        code: slug,
        words: (keywords[emoji] ?? []).flatMap((word) => word.toLowerCase().split("_")),
      })),
  }));
}

function readPackageFile(name: string): unknown {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(name), "utf8"));
}
