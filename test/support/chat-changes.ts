// Changes of messages in the stateful test: the request of each, and what the model says of its answer.
import assert from "node:assert/strict";
import type { ChatId } from "../../src/protocol/ids.ts";
import type { ChatModel } from "./chat-model.ts";
import type { ModelMessage, ModelSession, ModelUser } from "./model-parts.ts";
import type { ChangeOperation } from "./chat-steps.ts";
import type { Reply } from "./wire-client.ts";

/** A request and how its answer is compared, which also changes the model. */
export interface Expectation {
  readonly action: string;
  readonly data: object;
  check(reply: Reply): void;
}

/** `chat` is the one that is meant; undefined for one with nobody, which cannot be asked for. */
export function askToChange(
  model: ChatModel,
  operation: ChangeOperation,
  { user }: ModelSession,
  chat: { readonly partner: ModelUser | undefined; readonly chatId: ChatId } | undefined,
): Expectation | undefined {
  if (chat === undefined) return undefined;
  const { partner, chatId } = chat;
  const { seq } = operation;
  const check = (reply: Reply): void => {
    if (partner === user || !model.isIn(user, chatId)) return assert.equal(reply.code, 404);
    const isVisible = seq >= model.groups.firstSeq(user, chatId);
    const message = isVisible ? model.message(chatId, seq) : undefined;
    const isMuted = operation.kind === "edit" && model.groups.isMuted(user, chatId);
    const isModerator = model.groups.isModerator(user, chatId);
    const code = isMuted
      ? 403
      : codeOf(operation, message, user, { written: standing(model, user, partner), isModerator });
    assert.equal(reply.code, code, `${reply.info} ${JSON.stringify(operation)}`);
    if (code !== 200 || message === undefined) return;
    if (isToDo(operation, message, user)) model.change(chatId, seq, (changed) => apply(operation, changed, user));
    assert.deepEqual([reply["chat_id"], reply["seq"], reply["rev"]], [chatId, seq, message.rev]);
  };
  return { ...requestOf(operation, chatId), check };
}

function requestOf(operation: ChangeOperation, chat_id: ChatId): Pick<Expectation, "action" | "data"> {
  const place = { chat_id, seq: operation.seq };
  switch (operation.kind) {
    case "edit":
      return { action: "edit_message", data: { ...place, message: operation.text } };
    case "delete":
      return { action: "delete_message", data: place };
    case "react":
      return { action: "react", data: { ...place, reaction: operation.reaction, on: operation.on } };
  }
}

/** The code of what may not be written to this partner now; 200 where it may. */
function standing(model: ChatModel, user: ModelUser, partner: ModelUser | undefined): number {
  if (partner === undefined) return 200;
  if (partner.isDeleted) return 404;
  return model.isBlocked(user, partner) ? 403 : 200;
}

function codeOf(
  { kind }: ChangeOperation,
  message: ModelMessage | undefined,
  user: ModelUser,
  { written, isModerator }: { readonly written: number; readonly isModerator: boolean },
): number {
  if (message === undefined) return 404;
  const isOwn = message.userId === user.userId;
  if (kind === "delete") return isOwn || isModerator ? 200 : 403;
  if (message.deletedBy !== undefined) return 404;
  return kind === "edit" && !isOwn ? 403 : written;
}

function isToDo(operation: ChangeOperation, message: ModelMessage, { userId }: ModelUser): boolean {
  switch (operation.kind) {
    case "edit":
      return message.text !== operation.text;
    case "delete":
      return message.deletedBy === undefined;
    case "react":
      return (message.reactions.get(operation.reaction)?.includes(userId) ?? false) !== operation.on;
  }
}

function apply(operation: ChangeOperation, message: ModelMessage, { userId }: ModelUser): void {
  switch (operation.kind) {
    case "edit":
      message.text = operation.text;
      message.isEdited = true;
      break;
    case "delete":
      message.text = "";
      message.isEdited = false;
      message.deletedBy = message.userId === userId ? "author" : "moderator";
      message.reactions.clear();
      break;
    case "react": {
      const others = (message.reactions.get(operation.reaction) ?? []).filter((one) => one !== userId);
      const now = operation.on ? [...others, userId] : others;
      if (now.length > 0) message.reactions.set(operation.reaction, now);
      else message.reactions.delete(operation.reaction);
      break;
    }
  }
}
