// Adding of a user to a group.
import type { Role } from "../../protocol/entities.ts";
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import { groupSummary, viewsOf, type Group, type GroupLimits, type GroupMember, type NamedMember } from "../groups.ts";
import { REFUSED_MEMBER, type GroupTarget } from "./group-answers.ts";
import type { WriteRules } from "./rules.ts";

/** Nobody gives a role above the own. NotFound, Blocked, Quota, and Conflict for who is in the group. */
export interface AddMember extends GroupTarget {
  readonly kind: "addMember";
  readonly memberId: UserId;
  readonly role: Role;
  readonly limits: GroupLimits;
}

export interface AddedMember {
  readonly group: Group;
  readonly member: GroupMember & NamedMember;
  /** All others. */
  readonly otherIds: readonly UserId[];
}

export const addMember: WriteRules<AddMember, AddedMember> = {
  done: ({ chatId }, { group, member, otherIds }, nowMs) => {
    const { userId: user_id, username, role } = member;
    const joined = eventText("chat", { chat: groupSummary(group, member) }, nowMs);
    const told = eventText("member", { chat_id: chatId, user_id, username, role }, nowMs);
    const notices = [
      { text: joined, users: [user_id] },
      { text: told, users: otherIds },
    ];
    const change = { event: "group", chatId, views: viewsOf(group, [member]), left: [], notices } as const;
    return { fields: { member: { user_id, username, role } }, groups: [change] };
  },
  refused: REFUSED_MEMBER,
};
