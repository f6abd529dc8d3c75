// Typing: whether a user may be heard in a chat at this moment.
import { eventText } from "../../protocol/events.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { groupAudience } from "../groups.ts";
import type { WriteRules } from "./rules.ts";

/** Stores nothing: asks whether the user may now be heard in this one-to-one chat, as an append would be, or in this group. */
export interface Typing {
  readonly kind: "typing";
  readonly userId: UserId;
  readonly username: string;
  readonly chatId: ChatId;
}

/** Users to be told: nobody in a group of more than MAX_FAMILIAR_MEMBERS. */
export interface TypingHeard {
  readonly otherIds: readonly UserId[];
}

export const typing: WriteRules<Typing, TypingHeard> = {
  done: ({ chatId, userId, username }, { otherIds: users }, nowMs) => {
    const text = eventText("typing", { chat_id: chatId, user_id: userId, username }, nowMs);
    return { effects: [{ kind: "emit", text, to: { users, others: true, ...groupAudience(chatId) } }] };
  },
};
