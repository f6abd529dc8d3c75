// Groups of a batch that was lost: nobody knows who is in them now.
import type { GroupReset } from "../../domain/effects.ts";
import { isGroupWrite } from "../../domain/writes/table.ts";
import { unpackWrites } from "../../threads/packing.ts";
import type { WriteGroup } from "../../threads/task.ts";

/** Those whose members a write of the batch may have changed, and the users of deleted accounts with all of theirs. */
export function lostGroups(groups: readonly WriteGroup[]): GroupReset[] {
  return groups
    .flatMap(({ writes }) => unpackWrites(writes))
    .flatMap(({ write }): GroupReset[] => {
      if (write.kind === "deleteAccount") return [{ event: "reset", chatId: undefined, memberIds: [write.userId] }];
      if (!isGroupWrite(write)) return [];
      const named = "memberId" in write ? [write.memberId] : "memberIds" in write ? write.memberIds : [];
      const memberIds = write.userId === undefined ? named : [write.userId, ...named];
      return [{ event: "reset", chatId: write.chatId, memberIds }];
    });
}
