// Asking for a part of a chat's history, whatever kind of chat it is.
import type { HistoryResult, LoginResult, Page } from "../protocol/actions.ts";
import { Code } from "../protocol/codes.ts";
import { chatForm, otherUser, type ChatId } from "../protocol/ids.ts";
import { RequestError } from "./errors.ts";
import type { Connection } from "./connection.ts";

/** A way to send requests: a connection, or whatever stands for the one there is at the moment. */
export type Requester = Pick<Connection, "request">;

/**
 * A page of a chat's history, ascending. Rejects as `request` does; 404 for what is no chat of this user. `login` is what
 * the server said of itself: one of version 1 has an action for each kind of chat.
 */
export async function fetchHistory(
  requester: Requester,
  chatId: ChatId,
  login: Pick<LoginResult, "user_id" | "server"> | undefined,
  page: Page,
): Promise<HistoryResult> {
  if (login?.server !== undefined) return requester.request("history", { chat_id: chatId, ...page });
  if (chatForm(chatId)?.kind === "everyone") return requester.request("common_chat", page);
  const partner = otherUser(chatId, login?.user_id ?? "");
  if (partner === undefined) throw new RequestError(Code.NotFound, "no such chat");
  return requester.request("get_chat", { contact_id: partner, ...page });
}
