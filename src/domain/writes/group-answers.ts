// Common parts of the writes about groups: who acts, and what they answer when they are refused.
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { WriteRules } from "./rules.ts";

/**
 * The acting user and the group; the administrator, who needs to be no member, without a user. NoChat for who is not in the
 * group, RoleTooLow for who may not do this in it. A change to what is already so is done without effect.
 */
export interface GroupTarget {
  readonly chatId: ChatId;
  readonly userId: UserId | undefined;
}

/** Where a user is named. */
export const REFUSED_MEMBER = {
  [Refusal.NotFound]: { reason: "no_such_user", info: "username: no such user" },
  [Refusal.Conflict]: { reason: "already", info: "username: is a member already" },
  [Refusal.NotMember]: { reason: "not_a_member", info: "username: is not a member" },
  [Refusal.Blocked]: { reason: "blocked", info: "username: blocked" },
  [Refusal.Forbidden]: { reason: "forbidden", info: "username: the group must have an owner" },
  [Refusal.Quota]: { reason: "quota", info: "the group has as many members as it may, or the user as many groups" },
} as const satisfies WriteRules<unknown, unknown>["refused"];
