// All chats of a user, page by page: of many a login names only the first.
import type { ChatSummary } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import type { Connection } from "./connection.ts";
import { DisconnectedError } from "./errors.ts";
import type { Requester } from "./history.ts";
import { retryDelayMs } from "./retry.ts";

/** Failed requests in a row after which it gives up until the next login. */
const MAX_ATTEMPTS = 6;

/**
 * Tells `take` of the chats that the login did not name, each once, and resolves with the ids of all. Those that the user comes
 * into meanwhile count as named, and those that move while the pages are asked for are looked for once more. Rejects as a request does.
 */
export async function otherChats(
  connection: Connection,
  named: readonly ChatSummary[],
  take: (chats: readonly ChatSummary[]) => void,
): Promise<ReadonlySet<ChatId>> {
  const ids = new Set(named.map((chat) => chat.chat_id));
  const moved = new Set<ChatId>();
  connection.events.on("chat", ({ chat }) => ids.add(chat.chat_id));
  connection.events.on("message", (message) => moved.add(message.chat_id));
  connection.events.on("gap", ({ chat_id: chatId }) => moved.add(chatId));
  const takeUntil = async (isEnd: () => boolean): Promise<void> => {
    for await (const page of chatPages(connection)) {
      const chats = page.filter((chat) => !ids.has(chat.chat_id));
      for (const { chat_id: chatId } of chats) ids.add(chatId);
      take(chats);
      if (isEnd()) return;
    }
  };
  await takeUntil(() => false);
  // A chat with a new message has moved to the front, from a page that was still to come to one that had been.
  const sought = new Set<ChatId>();
  for (;;) {
    const missing = [...moved].filter((chatId) => !ids.has(chatId) && !sought.has(chatId));
    if (missing.length === 0) break;
    for (const chatId of missing) sought.add(chatId);
    await takeUntil(() => missing.every((chatId) => ids.has(chatId)));
  }
  return ids;
}

/**
 * From the first page on: a list that has moved since the login must not lose what has moved over the end of its page.
 * Refusals are tried again; rejects with the last of several, and with DisconnectedError.
 */
async function* chatPages(requester: Requester): AsyncGenerator<readonly ChatSummary[]> {
  for (let cursor: { cursor?: string } | undefined = {}; cursor !== undefined;) {
    const page: { readonly chats: readonly ChatSummary[]; readonly next?: string } = await onePage(requester, cursor);
    yield page.chats;
    cursor = page.next === undefined ? undefined : { cursor: page.next };
  }
}

async function onePage(
  requester: Requester,
  cursor: { cursor?: string },
): Promise<{ readonly chats: readonly ChatSummary[]; readonly next?: string }> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await requester.request("chats", { ...cursor, limit: MAX_PAGE });
    } catch (error) {
      if (error instanceof DisconnectedError || attempts >= MAX_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs(error, attempts)).unref());
    }
  }
}
