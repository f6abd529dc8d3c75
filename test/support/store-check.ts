// Invariants of a chat in a store, whatever happened to it: no hole, nothing twice, in the order of seq.
import assert from "node:assert/strict";
import type { Message } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { MAX_PAGE } from "../../src/protocol/limits.ts";
import type { StoreReader } from "../../src/store/store.ts";

/** All messages of a chat, in order; fails on a hole, and on a message id that one user has twice. */
export async function wholeChat(reader: StoreReader, chatId: ChatId): Promise<Message[]> {
  const all: Message[] = [];
  for (let hasMore = true; hasMore;) {
    const page = await reader.history(chatId, { before: undefined, after: all.length, limit: MAX_PAGE });
    for (const message of page.messages) {
      assert.equal(message.seq, all.length + 1, `a hole in ${chatId}`);
      all.push(message);
    }
    hasMore = page.hasMore;
  }
  const ids = new Set(all.map((message) => `${message.user_id} ${message.message_id}`));
  assert.equal(ids.size, all.length, `a message of ${chatId} is stored twice`);
  return all;
}
