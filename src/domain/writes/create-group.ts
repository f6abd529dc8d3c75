// Making of a group.
import { eventText } from "../../protocol/events.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { chatNotices, groupSummary, viewsOf, type GroupChanged, type GroupLimits } from "../groups.ts";
import { Refusal } from "../refusal.ts";
import type { WriteRules } from "./rules.ts";

/**
 * The user is its owner. The same again by its maker, who is still in it, is done; Conflict where the id was ever another
 * group's. NotFound, Blocked and Quota are about one of the members, of whom nobody is added then.
 */
export interface CreateGroup {
  readonly kind: "createGroup";
  readonly chatId: ChatId;
  readonly userId: UserId;
  readonly title: string;
  /** "" for none. */
  readonly topic: string;
  /** Without the user, each once. */
  readonly memberIds: readonly UserId[];
  readonly limits: GroupLimits;
}

export const createGroup: WriteRules<CreateGroup, GroupChanged> = {
  done: ({ chatId, userId }, { isChanged, group, members }, nowMs) => {
    const own = members.find((member) => member.userId === userId);
    const fields = own && { chat: groupSummary(group, own) };
    if (!isChanged) return { ...(fields && { fields }) };
    const views = viewsOf(group, members);
    const notices = chatNotices(group, members, (chat) => eventText("chat", { chat }, nowMs));
    return { ...(fields && { fields }), groups: [{ event: "group", chatId, views, left: [], notices }] };
  },
  refused: {
    [Refusal.Conflict]: { reason: "already", info: "group_id: is a group already, or was one" },
    [Refusal.NotFound]: { reason: "no_such_user", info: "members: no such user", field: "members" },
    [Refusal.Blocked]: { reason: "blocked", info: "members: blocked", field: "members" },
    [Refusal.Quota]: { reason: "quota", info: "members: too many, or one is in too many groups", field: "members" },
  },
};
