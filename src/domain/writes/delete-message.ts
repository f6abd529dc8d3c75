// Deletion of an own message, for everybody and for good.
import { changedMessage, REFUSED_CHANGE, type Changed, type MessageTarget } from "./message-change.ts";
import type { WriteRules } from "./rules.ts";

/** Empties an own message for good: its text stays in no file of the store. One that is deleted already stays as it is. */
export interface DeleteMessage extends MessageTarget {
  readonly kind: "deleteMessage";
}

export const deleteMessage: WriteRules<DeleteMessage, Changed> = { done: changedMessage, refused: REFUSED_CHANGE };
