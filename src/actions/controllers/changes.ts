// Messages that change: edit_message, delete_message, changes.
import { DEFAULT_CHANGES } from "../../protocol/limits.ts";
import { readAsMember, requireMember } from "../access.ts";
import { mentionsIn } from "../mentions.ts";
import type { Routes, SessionController } from "../plan.ts";

const editMessage: SessionController<"edit_message"> = async ({ data }, identity, context) => {
  const { chat_id: chatId, seq, message: text } = data;
  await requireMember(chatId, identity, context.reader);
  const mentioned = await mentionsIn(text, chatId, identity, context.reader);
  const { editWindowMs } = context;
  const sinceMs = editWindowMs === 0 ? Infinity : context.now() - editWindowMs;
  return {
    write: { kind: "editMessage", chatId, userId: identity.userId, seq, text, sinceMs, ...mentioned },
    reply: { info: "Message edited", fields: { chat_id: chatId } },
  };
};

/** One's own, also where one of the two has blocked the other. */
const deleteMessage: SessionController<"delete_message"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, seq } = data;
  await requireMember(chatId, identity, reader);
  return {
    write: { kind: "deleteMessage", chatId, userId: identity.userId, seq },
    reply: { info: "Message deleted", fields: { chat_id: chatId } },
  };
};

const changes: SessionController<"changes"> = async ({ data }, identity, { reader }) => {
  const { chat_id, after_rev, limit = DEFAULT_CHANGES } = data;
  const { rev, messages, hasMore } = await readAsMember(chat_id, identity, reader, ({ firstSeq }) =>
    reader.changes(chat_id, after_rev, limit, firstSeq),
  );
  return { reply: { info: "Changes", fields: { chat_id, rev, messages, has_more: hasMore } } };
};

export const routes = {
  edit_message: { session: editMessage },
  delete_message: { session: deleteMessage },
  changes: { session: changes },
} satisfies Routes;
