// Changes of messages in the stateful test: the request of each, and what the model says of its answer.
import assert from "node:assert/strict";
import type { ChatId } from "../../src/protocol/ids.ts";
import type { ChatModel, ModelMessage, ModelSession, ModelUser } from "./chat-model.ts";
import type { ChangeDeed } from "./chat-steps.ts";
import type { Reply } from "./wire-client.ts";

/** A request and how its answer is compared, which also changes the model. */
export interface Asked {
  readonly action: string;
  readonly data: object;
  check(reply: Reply): void;
}

/** `chat` is the one that is meant; undefined for one with nobody, which cannot be asked for. */
export function askToChange(
  model: ChatModel,
  deed: ChangeDeed,
  { user }: ModelSession,
  chat: { readonly partner: ModelUser | undefined; readonly chatId: ChatId } | undefined,
): Asked | undefined {
  if (chat === undefined) return undefined;
  const { partner, chatId } = chat;
  const { seq } = deed;
  const check = (reply: Reply): void => {
    if (partner === user) return assert.equal(reply.code, 404);
    const message = model.message(chatId, seq);
    const code = codeOf(deed, message, user, standing(model, user, partner));
    assert.equal(reply.code, code, `${reply.info} ${JSON.stringify(deed)}`);
    if (code !== 200 || message === undefined) return;
    if (isToDo(deed, message, user)) model.change(chatId, seq, (changed) => apply(deed, changed, user));
    assert.deepEqual([reply["chat_id"], reply["seq"], reply["rev"]], [chatId, seq, message.rev]);
  };
  return { ...requestOf(deed, chatId), check };
}

function requestOf(deed: ChangeDeed, chat_id: ChatId): Pick<Asked, "action" | "data"> {
  const place = { chat_id, seq: deed.seq };
  switch (deed.kind) {
    case "edit":
      return { action: "edit_message", data: { ...place, message: deed.text } };
    case "delete":
      return { action: "delete_message", data: place };
    case "react":
      return { action: "react", data: { ...place, reaction: deed.reaction, on: deed.on } };
  }
}

/** The code of what may not be written to this partner now; 200 where it may. */
function standing(model: ChatModel, user: ModelUser, partner: ModelUser | undefined): number {
  if (partner === undefined) return 200;
  if (partner.isDeleted) return 404;
  return model.isBlocked(user, partner) ? 403 : 200;
}

function codeOf({ kind }: ChangeDeed, message: ModelMessage | undefined, user: ModelUser, written: number): number {
  if (message === undefined) return 404;
  const isOwn = message.userId === user.userId;
  if (kind === "delete") return isOwn ? 200 : 403;
  if (message.isDeleted) return 404;
  return kind === "edit" && !isOwn ? 403 : written;
}

function isToDo(deed: ChangeDeed, message: ModelMessage, { userId }: ModelUser): boolean {
  switch (deed.kind) {
    case "edit":
      return message.text !== deed.text;
    case "delete":
      return !message.isDeleted;
    case "react":
      return (message.reactions.get(deed.reaction)?.includes(userId) ?? false) !== deed.on;
  }
}

function apply(deed: ChangeDeed, message: ModelMessage, { userId }: ModelUser): void {
  switch (deed.kind) {
    case "edit":
      message.text = deed.text;
      message.isEdited = true;
      break;
    case "delete":
      message.text = "";
      message.isEdited = false;
      message.isDeleted = true;
      message.reactions.clear();
      break;
    case "react": {
      const others = (message.reactions.get(deed.reaction) ?? []).filter((one) => one !== userId);
      const now = deed.on ? [...others, userId] : others;
      if (now.length > 0) message.reactions.set(deed.reaction, now);
      else message.reactions.delete(deed.reaction);
      break;
    }
  }
}
