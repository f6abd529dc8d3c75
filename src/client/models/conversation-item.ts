// A message as a conversation shows it, stored or still on its way.
import type { Message } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { OutgoingMessage } from "../outgoing.ts";

/** Of an own message: not acknowledged yet, refused, stored, read by the other user. Others' are always "stored". */
export type ItemState = "waiting" | "failed" | "stored" | "read";

export interface ConversationItem {
  /** The same from the moment a message is written; unique within the chat. */
  readonly key: string;
  /** Of own messages only. */
  readonly messageId: string | undefined;
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
    key: isOwn ? ownKey(message.message_id) : `#${message.seq}`,
    messageId: isOwn ? message.message_id : undefined,
    seq: message.seq,
    userId: pool(message.user_id),
    username: pool(message.username),
    text: message.message,
    timeMs: message.time * 1000,
    isOwn,
    state: isOwn && message.seq <= partnerReadSeq ? "read" : "stored",
    failure: undefined,
  };
}

/** The item as it is when the other user has read up to `partnerReadSeq`; the same object if nothing has changed. */
export function withReadState(item: ConversationItem, partnerReadSeq: number): ConversationItem {
  const isNewlyRead = item.isOwn && item.state === "stored" && (item.seq ?? Infinity) <= partnerReadSeq;
  return isNewlyRead ? { ...item, state: "read" } : item;
}

export function waitingItem(
  message: OutgoingMessage,
  author: { readonly userId: UserId; readonly username: string },
): ConversationItem {
  return {
    key: ownKey(message.messageId),
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

/** An own message keeps its key when it gets its seq; others always have one. */
function ownKey(messageId: string): string {
  return `own ${messageId}`;
}

/** Each message of a server brings its author's name as a text of its own: 10,000 of them are 1 MB. */
const MAX_POOLED = 1000;
const pooled = new Map<string, string>();

function pool(text: string): string {
  const known = pooled.get(text);
  if (known !== undefined) return known;
  if (pooled.size >= MAX_POOLED) pooled.clear();
  pooled.set(text, text);
  return text;
}
