// Deletion of a message, for everybody and for good.
import { isAtLeast } from "../../protocol/entities.ts";
import { SERVER_USER_ID, type UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE, type ChangeRules, type MessageTarget } from "./message-change.ts";

/**
 * Empties an own message, or as a moderator any of a group, for good: its text stays in no file of the store. One that is
 * deleted already stays as it is.
 */
export interface DeleteMessage extends Omit<MessageTarget, "userId"> {
  readonly kind: "deleteMessage";
  /** Undefined for the administrator, who may delete every message of every chat; the server's own are the administrator's. */
  readonly userId: UserId | undefined;
}

export const deleteMessage: ChangeRules<DeleteMessage> = {
  change: ({ userId }, found) => {
    const isOwn = found.userId === (userId ?? SERVER_USER_ID);
    if (!isOwn && userId !== undefined) {
      if (found.role === undefined) return Refusal.Forbidden;
      if (!isAtLeast(found.role, "moderator")) return Refusal.RoleTooLow;
    }
    return found.isDeleted ? undefined : { deleted: isOwn ? "author" : "moderator" };
  },
  isSpeech: false,
  done: changedMessage,
  refused: REFUSED_CHANGE,
};
