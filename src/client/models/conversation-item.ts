// A message as a conversation shows it, stored or still on its way.
import type { Message } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { OutgoingMessage } from "../outgoing.ts";

/** Of an own message: not acknowledged yet, refused, stored, read by the other user. Others' are always "stored". */
export type ItemState = "waiting" | "failed" | "stored" | "read";

export interface ConversationItem {
  /** The same from the moment a message is written; unique within the chat. */
  readonly key: string;
  readonly messageId: string;
  /** Undefined until it is stored. */
  readonly seq: number | undefined;
  readonly userId: UserId;
  readonly username: string;
  /** What was written, as it was written: see protocol/markup.ts. */
  readonly text: string;
  /** Milliseconds since 1970: the server's clock, or this machine's while it is unsent. */
  readonly timeMs: number;
  readonly isOwn: boolean;
  readonly state: ItemState;
  /** Why the server refused it, for people. */
  readonly failure: string | undefined;
}

export function itemOf(message: Message, ownUserId: UserId | undefined, partnerReadSeq: number): ConversationItem {
  const isOwn = message.user_id === ownUserId;
  return {
    key: keyOf(message.user_id, message.message_id),
    messageId: message.message_id,
    seq: message.seq,
    userId: message.user_id,
    username: message.username,
    text: message.message,
    timeMs: message.time * 1000,
    isOwn,
    state: isOwn && message.seq <= partnerReadSeq ? "read" : "stored",
    failure: undefined,
  };
}

export function waitingItem(
  message: OutgoingMessage,
  author: { readonly userId: UserId; readonly username: string },
): ConversationItem {
  return {
    key: keyOf(author.userId, message.messageId),
    messageId: message.messageId,
    seq: undefined,
    userId: author.userId,
    username: author.username,
    text: message.text,
    timeMs: message.writtenMs,
    isOwn: true,
    state: message.failure === undefined ? "waiting" : "failed",
    failure: message.failure,
  };
}

function keyOf(userId: UserId, messageId: string): string {
  return `${userId}/${messageId}`;
}
