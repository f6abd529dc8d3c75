// All chats of a user, page by page: of many a login names only the first.
import type { ChatSummary } from "../protocol/entities.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import { DisconnectedError } from "./errors.ts";
import type { Requester } from "./history.ts";
import { retryDelayMs } from "./retry.ts";

/** Failed requests in a row after which it gives up until the next login. */
const MAX_ATTEMPTS = 6;

/**
 * From the first page on: a list that has moved since the login must not lose what has moved over the end of its page.
 * Refusals are tried again; rejects with the last of several, and with DisconnectedError.
 */
export async function* chatPages(requester: Requester): AsyncGenerator<readonly ChatSummary[]> {
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
