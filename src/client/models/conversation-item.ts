// A message as a conversation shows it, stored or still on its way.
import type { Message } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { OutgoingChange, OutgoingMessage } from "../outgoing-entry.ts";

/** Of an own message: not acknowledged yet, refused, stored, read by the other user. Others' are always "stored". */
export type ItemState = "waiting" | "failed" | "stored" | "read";

/** Users who reacted to a message in one way. */
export interface ItemReaction {
  /** An emoji. */
  readonly reaction: string;
  readonly count: number;
  /** The first of them, in the order in which they reacted. */
  readonly userIds: readonly UserId[];
  /** The user is one of them, as far as they are known. */
  readonly isOwn: boolean;
}

/** A change of a message that is on its way, or was refused. */
export interface ItemChange {
  readonly changeId: string;
  readonly kind: OutgoingChange["change"]["kind"];
  /** Why the server refused it, for people; undefined while it is on its way. */
  readonly failure: string | undefined;
}

export interface ConversationItem {
  /** The same from the moment a message is written; unique within the chat. */
  readonly key: string;
  /** Of own messages only. */
  readonly messageId: string | undefined;
  /** Undefined until it is stored. */
  readonly seq: number | undefined;
  readonly userId: UserId;
  readonly username: string;
  /** The text as it was written: see protocol/markup.ts. */
  readonly text: string;
  /** Milliseconds since 1970: the server's clock, or this machine's while it is unsent. */
  readonly timeMs: number;
  readonly isOwn: boolean;
  readonly state: ItemState;
  /** Why the server refused it, for people. */
  readonly failure: string | undefined;
  /** Number of its latest change among all of the chat; 0 for a message that was never changed. */
  readonly rev: number;
  /** By whom it was deleted; the text is then empty. */
  readonly deleted: "author" | "moderator" | undefined;
  /** When its text was last changed, in milliseconds since 1970. */
  readonly editedMs: number | undefined;
  /** Seq of the message that it answers: see `Conversation.quoted`. */
  readonly replyTo: number | undefined;
  readonly reactions: readonly ItemReaction[];
  readonly mentions: readonly UserId[];
  /** The user is mentioned, by name or with everybody. */
  readonly mentionsMe: boolean;
  readonly isPinned: boolean;
  /** Changes by the user that the server has not confirmed: the item shows them, but for refused ones. */
  readonly changes: readonly ItemChange[];
}

const NONE: readonly never[] = [];

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
    rev: message.rev ?? 0,
    deleted: message.deleted,
    editedMs: message.edited === undefined ? undefined : message.edited * 1000,
    replyTo: message.reply_to,
    reactions: reactionsOf(message, ownUserId),
    mentions: message.mentions ?? NONE,
    mentionsMe: mentions(message, ownUserId),
    isPinned: message.pinned === true,
    changes: NONE,
  };
}

/** Whether the message names the user, or everybody where somebody else wrote it. */
export function mentions(message: Message, userId: UserId | undefined): boolean {
  if (userId === undefined) return false;
  if (message.mentions_all === true && message.user_id !== userId) return true;
  return message.mentions?.includes(userId) === true;
}

function reactionsOf({ reactions }: Message, ownUserId: UserId | undefined): readonly ItemReaction[] {
  if (reactions === undefined) return NONE;
  return Object.entries(reactions).map(([reaction, { count, user_ids: userIds }]) => ({
    reaction,
    count,
    userIds,
    isOwn: ownUserId !== undefined && userIds.includes(ownUserId),
  }));
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
    rev: 0,
    deleted: undefined,
    editedMs: undefined,
    replyTo: message.replyTo,
    reactions: NONE,
    mentions: NONE,
    mentionsMe: false,
    isPinned: false,
    changes: NONE,
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
