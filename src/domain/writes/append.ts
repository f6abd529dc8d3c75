// Append: a new message of a chat.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { Mentions } from "./message-change.ts";
import type { WriteRules } from "./rules.ts";

export interface Append extends Mentions {
  readonly kind: "append";
  readonly chatId: ChatId;
  readonly userId: UserId;
  readonly username: string;
  readonly messageId: string;
  readonly text: string;
  /** Seq of the message that it answers: NoMessage where that one is not there, or deleted. */
  readonly replyTo?: number;
}

/** Fields of some messages only: a new field of Append does not compile until it is looked at below. */
type MoreFields = Required<Omit<Append, "kind" | "chatId" | "userId" | "username" | "messageId" | "text">>;

/** Whether a message has more than every message, so that what is made for many plain ones at once leaves it out. */
export function hasMoreFields({ replyTo, mentions, mentionsAll }: Append): boolean {
  const more: { readonly [Name in keyof MoreFields]: unknown } = { replyTo, mentions, mentionsAll };
  return more.replyTo !== undefined || more.mentions !== undefined || more.mentionsAll !== undefined;
}

/** `isNew` is false for a repeated `messageId`: `message` is then the first one. */
export interface Appended {
  readonly message: Message;
  readonly isNew: boolean;
}

/** The answer and the event of a message are made by MessageTexts, on the path that carries the most. */
export const append: WriteRules<Append, Appended> = {
  done: (_write, { message, isNew }) => ({
    event: { event: "message", message, isNew, timeMs: Math.round(message.time * 1000) },
  }),
  refused: {
    [Refusal.Rejected]: { reason: "internal", info: "the message could not be stored" },
    [Refusal.NoMessage]: { reason: "no_such_message", info: "reply_to: no such message" },
  },
};
