// Parts of a chat's history from the cache where it has them, else from the server.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { Messenger } from "../messenger.ts";

/**
 * Messages directly before a seq, ascending; without a connection, those that the cache has. `firstSeq` is the chat's first
 * one that the user may see. Rejects as `history` does.
 */
export async function loadBefore(
  messenger: Messenger,
  chatId: ChatId,
  seq: number,
  limit: number,
  firstSeq: number,
): Promise<readonly Message[]> {
  const { cache, state } = messenger;
  const cached = cache.before(chatId, seq, limit);
  const isWhole = cached.length >= limit || cached[0]?.seq === firstSeq;
  if (isWhole || (cached.length > 0 && state.kind !== "online")) return cached;
  const { messages } = await messenger.history(chatId, { before: seq, limit });
  cache.put(messages);
  return messages;
}

/** Messages directly after a seq, ascending. Rejects as `history` does. */
export async function loadAfter(
  messenger: Messenger,
  chatId: ChatId,
  seq: number,
  limit: number,
): Promise<readonly Message[]> {
  const { cache } = messenger;
  const cached = cache.after(chatId, seq, limit);
  if (cached.length > 0 || seq >= messenger.liveSeq(chatId)) return cached;
  const { messages } = await messenger.history(chatId, { after: seq, limit });
  cache.put(messages);
  return messages;
}
