// Pinned messages: pin_message, pins.
import { ProtocolError } from "../../protocol/codes.ts";
import { readAsMember, requireMember } from "../access.ts";
import { pinPlace, pinsCursor } from "../cursors.ts";
import type { Routes, SessionController } from "../plan.ts";

const pinMessage: SessionController<"pin_message"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, seq, on } = data;
  const { kind } = await requireMember(chatId, identity, reader);
  if (kind === "everyone") throw new ProtocolError("forbidden", "chat_id: nothing is pinned in the common chat");
  return {
    write: { kind: "pinMessage", chatId, userId: identity.userId, seq, on },
    reply: { info: on ? "Pinned" : "Unpinned", fields: { chat_id: chatId } },
  };
};

const pins: SessionController<"pins"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, cursor } = data;
  const before = cursor === undefined ? undefined : pinPlace(cursor);
  const { messages, next } = await readAsMember(chatId, identity, reader, ({ firstSeq }) =>
    reader.pins(chatId, before, firstSeq),
  );
  return {
    reply: { info: "Pinned messages", fields: { messages, ...(next !== undefined && { next: pinsCursor(next) }) } },
  };
};

export const routes = { pin_message: { session: pinMessage }, pins: { session: pins } } satisfies Routes;
