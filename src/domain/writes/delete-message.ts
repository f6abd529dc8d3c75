// Deletion of a message, for everybody and for good.
import { isAtLeast } from "../chats.ts";
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE, type ChangeRules, type MessageTarget } from "./message-change.ts";

/**
 * Empties an own message, or as a moderator any of a group, for good: its text stays in no file of the store. One that is
 * deleted already stays as it is.
 */
export interface DeleteMessage extends MessageTarget {
  readonly kind: "deleteMessage";
}

export const deleteMessage: ChangeRules<DeleteMessage> = {
  change: ({ userId }, found) => {
    const isOwn = found.userId === userId;
    if (!isOwn && found.role === undefined) return Refusal.Forbidden;
    if (!isOwn && !isAtLeast(found.role, "moderator")) return Refusal.RoleTooLow;
    return found.isDeleted ? undefined : { deleted: isOwn ? "author" : "moderator" };
  },
  isSpeech: false,
  done: changedMessage,
  refused: REFUSED_CHANGE,
};
