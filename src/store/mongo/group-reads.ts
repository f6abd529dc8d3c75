// The readings about groups and their members.
import type { Role } from "../../protocol/entities.ts";
import { ROLES } from "../../protocol/entities.ts";
import { chatForm, GROUP_IDS } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Membership } from "../../domain/effects.ts";
import { groupSummary, type Group, type GroupMember, type GroupSettings } from "../../domain/groups.ts";
import type { ChatSummary, Message } from "../../protocol/entities.ts";
import { searchForm } from "../../protocol/text.ts";
import type { GroupReader, ListedGroup, MemberPage } from "../group-reader.ts";
import { SLICE_ROWS, sliceOf, type ListQuery, type Slice } from "../slices.ts";
import { readRev } from "./last-seqs.ts";
import { pairId } from "./documents.ts";
import type { ChatDocument, Collections, MemberDocument } from "./documents.ts";
import { readBlockedAmong } from "./account-reads.ts";
import { WITHOUT_FOLDED, withNames } from "./sent-messages.ts";
import { usernamesAfter } from "./users.ts";

/** Of documents of members, not of those who were. */
export const IN_GROUP = { role: { $in: [...ROLES] } };

/** Membership of the user in a group; undefined for who is no member. */
export async function readRole({ members }: Collections, chatId: ChatId, userId: UserId): Promise<Role | undefined> {
  return (await members.findOne({ _id: pairId(userId, chatId) }))?.role ?? undefined;
}

export async function readMemberIds({ members }: Collections, chatId: ChatId): Promise<UserId[]> {
  const found = members.find({ chat_id: chatId, ...IN_GROUP }, { projection: { user_id: 1 } });
  return (await found.toArray()).map(({ user_id }) => user_id);
}

/** The users who were in a group until a change of this version. */
export async function readFormerIds({ members }: Collections, chatId: ChatId, version = 0): Promise<UserId[]> {
  const found = members.find({ chat_id: chatId, role: null, version }, { projection: { user_id: 1 } });
  return (await found.toArray()).map(({ user_id }) => user_id);
}

export async function readGroupMembers({ members }: Collections, chatId: ChatId): Promise<GroupMember[]> {
  const found = await members.find({ chat_id: chatId, ...IN_GROUP }).toArray();
  return found.flatMap((document) => groupMember(document) ?? []);
}

function groupMember({ user_id: userId, role, since_seq: sinceSeq = 1, seq: readSeq }: MemberDocument) {
  return role == null ? undefined : { userId, role, sinceSeq, readSeq };
}

/** The group as all its members see it. */
export async function readGroup(collections: Collections, document: ChatDocument): Promise<Group> {
  const { _id: chatId } = document;
  const newest = collections.messages.find({ chat_id: chatId }, { projection: WITHOUT_FOLDED }).sort({ seq: -1 });
  const [rev, found] = await Promise.all([readRev(collections, chatId), newest.limit(1).toArray()]);
  const [last] = await withNames(collections, found);
  return groupOf(document, rev, last);
}

export function groupOf(document: ChatDocument, rev: number, lastMessage: Message | undefined): Group {
  const { _id: chatId, member_count: memberCount = 0 } = document;
  const lastSeq = lastMessage?.seq ?? 0;
  return { chatId, ...settingsOf(document), memberCount, lastSeq, rev, lastMessage };
}

export function settingsOf(document: ChatDocument): GroupSettings {
  const { title = "", topic = "", posting = "all", history_rule: history = "all" } = document;
  return { title, topic, posting, history, archived: document.archived === 1 };
}

/** Entry of a group in a member's list of chats. */
export function summaryOf(group: Group, document: MemberDocument): ChatSummary | undefined {
  const member = groupMember(document);
  return member && groupSummary(group, { ...member, readSeq: Math.min(member.readSeq, group.lastSeq) });
}

const NOBODY: ReadonlySet<UserId> = new Set();

/** The hint is exact in groups. */
function listed(document: ChatDocument): ListedGroup {
  const { _id: chatId, member_count: memberCount = 0, seq_hint: lastSeq, last_ms: lastMs } = document;
  return { chatId, ...settingsOf(document), memberCount, lastSeq, lastMs };
}

/** See GroupReader. */
export class GroupReads implements GroupReader {
  readonly #collections: Collections;

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  async group(chatId: ChatId, userId: UserId): Promise<ChatSummary | undefined> {
    const { chats, members } = this.#collections;
    const document = await chats.findOne({ _id: chatId, kind: "group" });
    if (document === null) return undefined;
    const group = await readGroup(this.#collections, document);
    // Last: what was read before belongs to who is a member now.
    const member = await members.findOne({ _id: pairId(userId, chatId) });
    return member === null ? undefined : summaryOf(group, member);
  }

  async groupCreator(chatId: ChatId): Promise<UserId | undefined> {
    return (await this.#collections.chats.findOne({ _id: chatId }))?.creator_id;
  }

  async groups({ contains, after, limit }: ListQuery): Promise<Slice<ListedGroup>> {
    const $gt = after > GROUP_IDS.after ? after : GROUP_IDS.after;
    const rowCount = contains === "" ? Math.min(limit, SLICE_ROWS) : SLICE_ROWS;
    const found = this.#collections.chats.find({ _id: { $gt, $lt: GROUP_IDS.before } }).sort({ _id: 1 });
    return sliceOf(await found.limit(rowCount).toArray(), {
      limit,
      rowCount,
      keyOf: ({ _id }) => _id,
      choose: (document) => {
        const isWanted = document.kind === "group" && searchForm(document.title ?? "").includes(contains);
        return isWanted ? listed(document) : undefined;
      },
    });
  }

  async groupMembers(
    chatId: ChatId,
    userId: UserId | undefined,
    page: { after: string; limit: number },
  ): Promise<MemberPage> {
    const members = await readGroupMembers(this.#collections, chatId);
    const roles = new Map(members.map((member) => [member.userId, member.role]));
    const { after, limit } = page;
    const named = await usernamesAfter(this.#collections, [...roles.keys()], { after, limit: limit + 1 });
    const shown = named.slice(0, limit);
    const ids = shown.map((one) => one.userId);
    const hidden = userId === undefined ? NOBODY : await readBlockedAmong(this.#collections, userId, ids);
    return {
      members: shown.flatMap(({ userId: id, username }) => {
        const role = roles.get(id);
        return role === undefined ? [] : [{ userId: id, username, role, isHidden: hidden.has(id) }];
      }),
      hasMore: named.length > limit,
    };
  }

  async readMarks(chatId: ChatId, limit: number): Promise<Pick<GroupMember, "userId" | "readSeq">[]> {
    const { members } = this.#collections;
    const form = chatForm(chatId);
    if (form?.kind !== "direct") {
      const found = await members
        .find({ chat_id: chatId, ...IN_GROUP })
        .limit(limit)
        .toArray();
      return found.map(({ user_id: userId, seq: readSeq }) => ({ userId, readSeq }));
    }
    const found = await members.find({ _id: { $in: form.users.map((userId) => pairId(userId, chatId)) } }).toArray();
    const seqs = new Map(found.map(({ user_id, seq }) => [user_id, seq]));
    return form.users.map((userId) => ({ userId, readSeq: seqs.get(userId) ?? 0 }));
  }

  async groupsOf(userId: UserId): Promise<Membership[]> {
    const { members, chats } = this.#collections;
    const mine = await members.find({ user_id: userId, ...IN_GROUP }).toArray();
    const ids = mine.map(({ chat_id }) => chat_id);
    const filter = { _id: { $in: ids }, kind: "group", history_rule: "joined" } as const;
    const joined = ids.length === 0 ? [] : await chats.find(filter, { projection: { _id: 1 } }).toArray();
    const hidden = new Set(joined.map(({ _id }) => _id));
    return mine.map(({ chat_id: chatId, since_seq: sinceSeq = 1 }) => {
      return { chatId, firstSeq: hidden.has(chatId) ? sinceSeq : 1 };
    });
  }
}
