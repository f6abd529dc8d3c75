// Acts of the administrator on groups, without being in them: their members hear of it as of any other change.
import type { AdminActions, GroupInfo } from "../../protocol/admin.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { chatForm, type ChatId } from "../../protocol/ids.ts";
import { MAX_USER_GROUPS } from "../../protocol/limits.ts";
import { searchForm, usernameKey } from "../../protocol/text.ts";
import type { ListedGroup } from "../../store/group-reader.ts";
import type { Slice } from "../../store/slices.ts";
import type { Pools } from "../../threads/pools.ts";
import type { EffectRunner } from "../effects.ts";
import type { Presence } from "../delivery/presence.ts";
import { pageSize, readPage } from "./list-pages.ts";
import { findPerson, findUser } from "./find-user.ts";

type Data<A extends keyof AdminActions> = AdminActions[A]["data"];
type Result<A extends keyof AdminActions> = AdminActions[A]["result"];
type Nothing = Record<string, never>;

export interface GroupParts {
  readonly pools: Pools;
  readonly effects: EffectRunner;
  readonly presence: Presence;
  /** Members that a group may have. */
  readonly groupMembers: number;
}

/** The user who acts is none. */
const ADMINISTRATOR = undefined;

export class AdminGroups {
  readonly #parts: GroupParts;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  async list({ contains = "", after = "", limit }: Data<"groups">, gone: AbortSignal): Promise<Result<"groups">> {
    const wanted = searchForm(contains);
    const read = (from: string, count: number): Promise<Slice<ListedGroup>> =>
      this.#parts.pools.groups({ contains: wanted, after: from, limit: count });
    const { found, hasMore } = await readPage(after, limit, read, gone);
    return { groups: found.map(infoOf), has_more: hasMore };
  }

  async members(data: Data<"group_members">): Promise<Result<"group_members">> {
    const { chat_id, after = "", limit } = data;
    const { pools, presence } = this.#parts;
    const page = { after: usernameKey(after), limit: pageSize(limit) };
    const { members, hasMore } = await pools.groupMembers(groupId(chat_id), page);
    // Somebody is in every group.
    if (members.length === 0 && after === "") throw noSuchGroup();
    return {
      members: members.map(({ userId: user_id, username, role }) => {
        return { user_id, username, role, online: presence.isOnline(user_id) };
      }),
      has_more: hasMore,
    };
  }

  async add({ chat_id, username, role = "member" }: Data<"add_member">): Promise<Nothing> {
    const chatId = groupId(chat_id);
    const { userId: memberId } = await findPerson(this.#parts.pools, username);
    const limits = { members: this.#parts.groupMembers, groups: MAX_USER_GROUPS };
    const write = { kind: "addMember", chatId, userId: ADMINISTRATOR, memberId, role, limits } as const;
    await this.#parts.effects.commit({ write });
    return {};
  }

  async remove({ chat_id, username }: Data<"remove_member">): Promise<Nothing> {
    const chatId = groupId(chat_id);
    const { userId: memberId } = await findUser(this.#parts.pools, username);
    await this.#parts.effects.commit({ write: { kind: "removeMember", chatId, userId: ADMINISTRATOR, memberId } });
    return {};
  }

  async setRole({ chat_id, username, role }: Data<"set_role">): Promise<Nothing> {
    const chatId = groupId(chat_id);
    const { userId: memberId } = await findUser(this.#parts.pools, username);
    await this.#parts.effects.commit({ write: { kind: "setRole", chatId, userId: ADMINISTRATOR, memberId, role } });
    return {};
  }

  async setArchived({ chat_id }: Data<"archive_group">, archived: boolean): Promise<Nothing> {
    const write = {
      kind: "updateGroup",
      chatId: groupId(chat_id),
      userId: ADMINISTRATOR,
      changes: { archived },
    } as const;
    await this.#parts.effects.commit({ write });
    return {};
  }

  async delete({ chat_id }: Data<"delete_group">): Promise<Nothing> {
    await this.#parts.effects.commit({
      write: { kind: "deleteGroup", chatId: groupId(chat_id), userId: ADMINISTRATOR },
    });
    return {};
  }
}

/** The id of a group, whether there is one or not. @throws ProtocolError 404 for what has not its form. */
export function groupId(chatId: string): ChatId {
  if (chatForm(chatId)?.kind !== "group") throw noSuchGroup();
  return chatId;
}

function noSuchGroup(): ProtocolError {
  return new ProtocolError("no_such_chat", "chat_id: no such group");
}

function infoOf(group: ListedGroup): GroupInfo {
  const { chatId: chat_id, title, topic, posting, history, archived, memberCount, lastSeq, lastMs } = group;
  return {
    chat_id,
    title,
    topic,
    posting,
    history,
    archived,
    members: memberCount,
    messages: lastSeq,
    last_ms: lastMs,
  };
}
