// End of a group.
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { GroupTarget } from "./group-answers.ts";
import type { WriteRules } from "./rules.ts";

/** By owners. Nobody sees anything of it any more; its messages are erased in time, and its id is never used again. */
export interface DeleteGroup extends GroupTarget {
  readonly kind: "deleteGroup";
}

/** Former members. */
export interface DeletedGroup {
  readonly memberIds: readonly UserId[];
}

export const deleteGroup: WriteRules<DeleteGroup, DeletedGroup> = {
  done: ({ chatId }, { memberIds }, nowMs) => {
    const text = eventText("chat_gone", { chat_id: chatId, reason: "deleted" }, nowMs);
    // Of a group that the lost first try of a batch has ended, the main thread alone knows who was in it.
    const notice = memberIds.length === 0 ? { text } : { text, users: memberIds };
    return { groups: [{ event: "group", chatId, views: [], left: memberIds, notices: [notice] }] };
  },
};
