// Lists of the admin channel that come in pages, read page after page; and the groups that people name by their titles.
import type { AdminActionName, AdminActions, GroupInfo, MemberInfo, SessionInfo } from "../../protocol/admin.ts";
import { chatForm, type ChatId } from "../../protocol/ids.ts";
import { searchForm } from "../../protocol/text.ts";
import { UserError } from "../../util/user-error.ts";

/** Entries of a list that are read when no number is asked for. */
export const MAX_ENTRIES = 20_000;
/** Groups of one title that are named to whoever has to choose. */
const NAMED_GROUPS = 10;

/** AdminClient or ReconnectingAdminClient. */
export interface AdminAsker {
  request<A extends AdminActionName>(action: A, data: AdminActions[A]["data"]): Promise<AdminActions[A]["result"]>;
}

/** The connections with this text in name or address, by their numbers. Rejects as `request` does. */
export async function allSessions(
  asker: AdminAsker,
  contains: string,
  limit = MAX_ENTRIES,
): Promise<{ readonly sessions: readonly SessionInfo[]; readonly total: number }> {
  const sessions: SessionInfo[] = [];
  let total = 0;
  for (let hasMore = true; hasMore && sessions.length < limit;) {
    const after = sessions.at(-1)?.connection ?? 0;
    const page = await asker.request("sessions", { contains, after, limit: limit - sessions.length });
    sessions.push(...page.sessions);
    total = page.total;
    hasMore = page.has_more && page.sessions.length > 0;
  }
  return { sessions, total };
}

/** The groups with this text in their titles, the last active first; `hasMore` beyond MAX_ENTRIES. */
export async function allGroups(
  asker: AdminAsker,
  contains: string,
): Promise<{ readonly groups: readonly GroupInfo[]; readonly hasMore: boolean }> {
  const groups: GroupInfo[] = [];
  let hasMore = true;
  while (hasMore && groups.length < MAX_ENTRIES) {
    const after = groups.at(-1)?.chat_id ?? "";
    const page = await asker.request("groups", { contains, after, limit: MAX_ENTRIES });
    groups.push(...page.groups);
    hasMore = page.has_more && page.groups.length > 0;
  }
  groups.sort((one, other) => other.last_ms - one.last_ms || (one.chat_id < other.chat_id ? -1 : 1));
  return { groups, hasMore };
}

/** The members of a group by their names, MAX_ENTRIES at most. */
export async function allMembers(asker: AdminAsker, chat_id: ChatId): Promise<readonly MemberInfo[]> {
  const members: MemberInfo[] = [];
  for (let hasMore = true; hasMore && members.length < MAX_ENTRIES;) {
    const after = members.at(-1)?.username ?? "";
    const page = await asker.request("group_members", { chat_id, after, limit: MAX_ENTRIES });
    members.push(...page.members);
    hasMore = page.has_more && page.members.length > 0;
  }
  return members;
}

/**
 * The group that a person means by its id or its title, whatever its case.
 * @throws UserError when no group has that title, or several have.
 */
export async function meantGroup(asker: AdminAsker, named: string): Promise<ChatId> {
  if (chatForm(named)?.kind === "group") return named;
  const { groups } = await allGroups(asker, named);
  const [group, ...others] = groups.filter(({ title }) => searchForm(title) === searchForm(named));
  if (group === undefined) throw new UserError(`there is no group with the id or the title ${named}`);
  if (others.length === 0) return group.chat_id;
  const ids = [group, ...others].slice(0, NAMED_GROUPS).map(({ chat_id: id }) => id);
  throw new UserError(`${others.length + 1} groups have the title ${named}; say the id of one: ${ids.join(", ")}`);
}

/** The same for a chat: `common`, the id of any chat, or the title of a group. */
export async function meantChat(asker: AdminAsker, named: string): Promise<ChatId> {
  return chatForm(named) === undefined ? meantGroup(asker, named) : named;
}
