// Settings of a group.
import { eventText } from "../../protocol/events.ts";
import { chatNotices, groupSummary, viewsOf, type GroupChanged, type GroupSettings } from "../groups.ts";
import type { GroupTarget } from "./group-answers.ts";
import type { WriteRules } from "./rules.ts";

/** Absent settings stay. */
export interface UpdateGroup extends GroupTarget {
  readonly kind: "updateGroup";
  readonly changes: Partial<GroupSettings>;
}

export const updateGroup: WriteRules<UpdateGroup, GroupChanged> = {
  done: ({ chatId, userId }, { isChanged, group, members }, nowMs) => {
    const own = members.find((member) => member.userId === userId);
    const fields = own && { chat: groupSummary(group, own) };
    if (!isChanged) return { ...(fields && { fields }) };
    const notices = chatNotices(group, members, (chat) => eventText("chat", { chat }, nowMs));
    // The rule of what members see may have changed.
    const views = viewsOf(group, members);
    return { ...(fields && { fields }), groups: [{ event: "group", chatId, views, left: [], notices }] };
  },
};
