// Removal of a member of a group, by others or by itself.
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import { REFUSED_MEMBER, type GroupTarget } from "./group-answers.ts";
import type { WriteRules } from "./rules.ts";

/** NotMember for who is not in the group. Forbidden for its last owner, unless nobody else is there: that ends the group. */
export interface RemoveMember extends GroupTarget {
  readonly kind: "removeMember";
  readonly memberId: UserId;
}

export interface RemovedMember {
  readonly username: string;
}

export const removeMember: WriteRules<RemoveMember, RemovedMember> = {
  done: ({ chatId, userId, memberId }, { username }, nowMs) => {
    const reason = userId === memberId ? "left" : "removed";
    const gone = eventText("chat_gone", { chat_id: chatId, reason }, nowMs);
    const told = eventText("member", { chat_id: chatId, user_id: memberId, username, role: null }, nowMs);
    const notices = [{ text: gone, users: [memberId] }, { text: told }];
    return { fields: { username }, groups: [{ event: "group", chatId, views: [], left: [memberId], notices }] };
  },
  refused: REFUSED_MEMBER,
};
