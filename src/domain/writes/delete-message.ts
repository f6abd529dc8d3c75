// Deletion of an own message, for everybody and for good.
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE, type ChangeRules, type MessageTarget } from "./message-change.ts";

/** Empties an own message for good: its text stays in no file of the store. One that is deleted already stays as it is. */
export interface DeleteMessage extends MessageTarget {
  readonly kind: "deleteMessage";
}

export const deleteMessage: ChangeRules<DeleteMessage> = {
  change: ({ userId }, found) => {
    if (found.userId !== userId) return Refusal.Forbidden;
    return found.isDeleted ? undefined : { deleted: "author" };
  },
  isSpeech: false,
  done: changedMessage,
  refused: REFUSED_CHANGE,
};
