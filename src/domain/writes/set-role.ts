// Role of a member of a group.
import type { Role } from "../../protocol/entities.ts";
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { NamedMember } from "../groups.ts";
import { REFUSED_MEMBER, type GroupTarget } from "./group-answers.ts";
import type { WriteRules } from "./rules.ts";

/** By owners. NotMember for who is not in the group, Forbidden for its last owner. */
export interface SetRole extends GroupTarget {
  readonly kind: "setRole";
  readonly memberId: UserId;
  readonly role: Role;
}

export interface MemberRole {
  /** False for the role that the member had. */
  readonly isChanged: boolean;
  readonly member: NamedMember;
}

export const setRole: WriteRules<SetRole, MemberRole> = {
  done: ({ chatId }, { isChanged, member: { userId: user_id, username, role } }, nowMs) => {
    const fields = { member: { user_id, username, role } };
    if (!isChanged) return { fields };
    const text = eventText("member", { chat_id: chatId, user_id, username, role }, nowMs);
    return { fields, groups: [{ event: "group", chatId, views: [], left: [], notices: [{ text }] }] };
  },
  refused: REFUSED_MEMBER,
};
