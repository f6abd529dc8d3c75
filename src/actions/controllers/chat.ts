// Chats: history, get_chat, common_chat, add_message, search_in_chat, mark_read, typing.
import type { DataOf, Page } from "../../protocol/actions.ts";
import { ProtocolError, badField } from "../../protocol/codes.ts";
import { COMMON_CHAT, directChatId, type ChatId } from "../../protocol/ids.ts";
import { DEFAULT_PAGE } from "../../protocol/limits.ts";
import type { Mentions } from "../../domain/writes/message-change.ts";
import type { StoreReader } from "../../store/store.ts";
import { newMessageId } from "../../util/message-id.ts";
import { readAsMember, requireChat, requireMember, resolveUser } from "../access.ts";
import { mentionsIn } from "../mentions.ts";
import type { Plan, Routes, SessionController } from "../plan.ts";
import type { Identity } from "../../domain/effects.ts";

const getChat: SessionController<"get_chat"> = async ({ data }, identity, { reader }) => {
  const contact = await resolveUser(data, reader);
  if (contact.userId === identity.userId) throw new ProtocolError("no_such_user", "contact: no chat with yourself");
  const history = await readPage(directChatId(identity.userId, contact.userId), data, reader);
  const fields = { ...history, contact_user_id: contact.userId, contact_username: contact.username };
  return { reply: { info: "Chat", fields } };
};

const commonChat: SessionController<"common_chat"> = async ({ data }, _identity, { reader }) => ({
  reply: { info: "Common chat", fields: await readPage(COMMON_CHAT, data, reader) },
});

const history: SessionController<"history"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId } = data;
  const fields = await readAsMember(chatId, identity, reader, ({ firstSeq }) =>
    readPage(chatId, data, reader, firstSeq),
  );
  return { reply: { info: "History", fields } };
};

async function readPage(chatId: ChatId, page: Page, reader: StoreReader, firstSeq = 1) {
  const { before, after, limit = DEFAULT_PAGE } = page;
  const { lastSeq, rev, messages, hasMore } = await reader.history(chatId, { before, after, limit, firstSeq });
  return { chat_id: chatId, length: Math.max(0, lastSeq - firstSeq + 1), rev, messages, has_more: hasMore };
}

/**
 * Asks for the message's write; 200 goes out once it is committed, so it means "will survive a crash". The right to
 * write is checked there too.
 */
const addMessage: SessionController<"add_message"> = ({ data }, identity, { reader }) => {
  requireChat(data.chat_id, identity);
  if (!data.message.includes("@")) return appendTo(data, identity, NOBODY);
  return mentionsIn(data.message, data.chat_id, identity, reader).then((mentioned) =>
    appendTo(data, identity, mentioned),
  );
};

function appendTo(
  data: DataOf<"add_message">,
  { userId, username }: Identity,
  mentioned: Mentions,
): Plan<"add_message"> {
  const { chat_id: chatId, message: text, reply_to: replyTo, message_id: messageId = newMessageId() } = data;
  const plain = { kind: "append", chatId, userId, username, messageId, text } as const;
  const isPlain = replyTo === undefined && mentioned === NOBODY; // most are, and to add nothing takes time too
  const write = isPlain ? plain : { ...plain, ...(replyTo !== undefined && { replyTo }), ...mentioned };
  return { write, reply: { info: "Message stored", fields: {} } };
}

const NOBODY: Mentions = {};

const searchInChat: SessionController<"search_in_chat"> = async (request, identity, { reader }) => {
  const { chat_id: chatId, word, before, limit = DEFAULT_PAGE } = request.data;
  const { continuation } = request;
  const from = continuation !== undefined && "foundSeqs" in continuation ? continuation : undefined;
  const slice = await readAsMember(chatId, identity, reader, ({ firstSeq }) =>
    reader.search({ chatId, word, before, limit, firstSeq }, from),
  );
  if ("place" in slice) return { again: { kind: "pause", continuation: slice.place } };
  const { messages, hasMore } = slice.result;
  return { reply: { info: "Found", fields: { messages, has_more: hasMore } } };
};

const markRead: SessionController<"mark_read"> = async ({ data }, identity, { reader }) => {
  await requireMember(data.chat_id, identity, reader);
  return {
    write: { kind: "markRead", userId: identity.userId, chatId: data.chat_id, seq: data.seq },
    reply: { info: "Marked as read", fields: { chat_id: data.chat_id } },
  };
};

/** A write although nothing is stored: so it has its place among blocks, and is not told after one. */
const typing: SessionController<"typing"> = ({ data }, identity) => {
  const { userId, username } = identity;
  const { kind } = requireChat(data.chat_id, identity);
  if (kind === "everyone") throw badField("chat_id", "not in the common chat");
  return {
    write: { kind: "typing", userId, username, chatId: data.chat_id },
    reply: { info: "Told", fields: {} },
  };
};

export const routes = {
  get_chat: { session: getChat },
  history: { session: history },
  common_chat: { session: commonChat },
  add_message: { session: addMessage },
  search_in_chat: { session: searchInChat },
  mark_read: { session: markRead },
  typing: { session: typing },
} satisfies Routes;
