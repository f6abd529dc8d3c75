// Names of what the cache keeps about a chat beside its messages.
import type { ChatId } from "../protocol/ids.ts";
import type { HistoryCache } from "./cache.ts";

/** Read marks of the user and of the other one, the other one's name, what was typed, and what no server knows. */
const KINDS = ["own-read", "partner-read", "partner-name", "draft", "local"] as const;

export type ChatNote = (typeof KINDS)[number];

export function chatNote(kind: ChatNote, chatId: ChatId): string {
  return `${kind}:${chatId}`;
}

/** Takes away all that is kept of a chat beside its messages. */
export function dropNotes(cache: HistoryCache, chatId: ChatId): void {
  for (const kind of KINDS) cache.save(chatNote(kind, chatId), undefined);
}
