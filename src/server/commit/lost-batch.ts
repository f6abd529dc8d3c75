// Batches that were lost: nobody knows whether they are stored, so what they may have taken away is taken away.
import type { Effect, GroupReset } from "../../domain/effects.ts";
import { isGroupWrite } from "../../domain/writes/table.ts";
import { unpackWrites } from "../../threads/packing.ts";
import type { WriteGroup } from "../../threads/task.ts";

/** Groups whose members a write of the batch may have changed, and the users of deleted accounts with all of theirs. */
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

/** The ends of sessions that its writes were to bring: harmless when nothing was stored, overdue when it was. */
export function lostEnds(groups: readonly WriteGroup[]): Effect[] {
  return groups
    .flatMap(({ writes }) => unpackWrites(writes))
    .flatMap(({ effects }) => effects.filter(({ kind }) => kind === "endOtherSessions"));
}
