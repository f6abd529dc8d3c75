// The writes that change messages after they were sent, and what they come to.
import type { Message } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";

/** What every change says: who changes which message. */
interface Target {
  readonly chatId: ChatId;
  readonly userId: UserId;
  readonly seq: number;
}

/** NotFound where the user may not read the message, Forbidden for another's. */
export type ChangeWrite =
  /**
   * Changes the text of an own message; the text before stays in no file of the store. TooLate for one that was sent before
   * `sinceMs` (Unix milliseconds). The same text changes nothing.
   */
  | (Target & { readonly kind: "editMessage"; readonly text: string; readonly sinceMs: number })
  /** Empties an own message for good: its text stays in no file of the store. One that is deleted already stays as it is. */
  | (Target & { readonly kind: "deleteMessage" });

export type ChangeKind = ChangeWrite["kind"];

/** What the change of a message came to. */
export interface Changed {
  /** In its present state. */
  readonly message: Message;
  /** False where it was so already. */
  readonly isChanged: boolean;
  /**
   * The time of the batch that changed it last, Unix milliseconds: a batch that is committed again knows its own changes by
   * it. Null for a message that was never changed.
   */
  readonly changedMs: number | null;
}

const KINDS: { readonly [K in ChangeKind]: true } = { editMessage: true, deleteMessage: true };

export function isChange<W extends { readonly kind: string }>(write: W): write is Extract<W, ChangeWrite> {
  return Object.hasOwn(KINDS, write.kind);
}
