// The groups of a server as a table, and how their state reads.
import type { GroupInfo } from "../../protocol/admin.ts";
import { AdminTable } from "./admin-table.ts";

/** The state as a word: a rule about who can write in it. */
export function groupState({ archived, posting }: Pick<GroupInfo, "archived" | "posting">): string {
  if (archived) return "archived";
  return posting === "moderators" ? "moderators write" : "";
}

/** The last active first. */
export function groupsTable(): AdminTable<GroupInfo> {
  return new AdminTable<GroupInfo>({
    columns: {
      title: ({ title }) => title,
      members: ({ members }) => members,
      messages: ({ messages }) => messages,
      activity: ({ last_ms: last }) => last,
      state: groupState,
    },
    words: ({ title }) => [title],
    order: { column: "activity", descending: true },
  });
}
