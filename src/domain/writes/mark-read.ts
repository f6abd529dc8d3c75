// Read mark of a user in a chat; it only moves forward.
import { eventText } from "../../protocol/events.ts";
import { otherUser, type ChatId, type UserId } from "../../protocol/ids.ts";
import { groupAudience } from "../groups.ts";
import type { WriteRules } from "./rules.ts";

export interface MarkRead {
  readonly kind: "markRead";
  readonly userId: UserId;
  readonly chatId: ChatId;
  readonly seq: number;
}

export interface ReadMark {
  readonly readSeq: number;
  /** False when the mark was there already. */
  readonly changed: boolean;
  /** One of the chat's two users has blocked the other, who is not told. */
  readonly isPrivate: boolean;
}

export const markRead: WriteRules<MarkRead, ReadMark> = {
  done: ({ userId, chatId }, { readSeq, changed, isPrivate }, nowMs) => {
    const fields = { read_seq: readSeq };
    if (!changed) return { fields };
    const text = eventText("read", { chat_id: chatId, user_id: userId, seq: readSeq }, nowMs);
    const other = isPrivate ? undefined : otherUser(chatId, userId);
    const users = other === undefined ? [userId] : [userId, other];
    return { fields, effects: [{ kind: "emit", text, to: { users, others: true, ...groupAudience(chatId) } }] };
  },
};
