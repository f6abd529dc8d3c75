// The readings about members of chats.
import type Database from "better-sqlite3";
import type { ChatSummary, HistoryRule, Posting, Role } from "../../protocol/entities.ts";
import { chatForm, GROUP_IDS } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { plainMember } from "../../domain/chats.ts";
import type { Member } from "../../domain/chats.ts";
import type { Membership } from "../../domain/effects.ts";
import { groupSummary, type GroupMember } from "../../domain/groups.ts";
import type { ListedGroup, MemberPage } from "../group-reader.ts";
import { SLICE_ROWS, sliceOf, type ListQuery, type Slice } from "../slices.ts";
import type { NamePage } from "../store.ts";
import { searchForm } from "../../protocol/text.ts";
import { GroupRows } from "./group-rows.ts";

interface MemberRow {
  readonly role: Role;
  readonly first_seq: number;
}

function prepare(database: Database.Database) {
  return {
    userCount: database.prepare<[UserId, UserId], number>("SELECT count(*) FROM users WHERE user_id IN (?, ?)").pluck(),
    inGroup: database.prepare<[ChatId, UserId], MemberRow>(
      `SELECT m.role, iif(c.history_rule = 'joined', m.since_seq, 1) AS first_seq
       FROM chats c JOIN members m ON m.chat = c.id
       WHERE c.chat_id = ? AND c.kind = 'group' AND m.user = (SELECT id FROM users WHERE user_id = ?)
         AND m.role IS NOT NULL`,
    ),
    creator: database
      .prepare<[ChatId], UserId>("SELECT u.user_id FROM chats c JOIN users u ON u.id = c.creator WHERE c.chat_id = ?")
      .pluck(),
    idOf: database.prepare<[UserId], number>("SELECT id FROM users WHERE user_id = ?").pluck(),
    named: database.prepare<[{ me: number | null; chatId: ChatId; after: string; limit: number }], NamedRow>(
      `SELECT o.user_id, o.username, k.role,
         EXISTS (SELECT 1 FROM blocks b WHERE (b.user, b.blocked) IN ((o.id, @me), (@me, o.id))) AS is_hidden
       FROM chats c CROSS JOIN members k ON k.chat = c.id CROSS JOIN users o ON o.id = k.user
       WHERE c.chat_id = @chatId AND k.role IS NOT NULL AND o.username_key > @after
       ORDER BY o.username_key LIMIT @limit`,
    ),
    groups: database.prepare<[after: string], ListedRow>(
      `SELECT chat_id, kind, title, topic, posting, history_rule, archived, member_count, last_seq, last_ms FROM chats
       WHERE chat_id > ? AND chat_id < '${GROUP_IDS.before}' ORDER BY chat_id LIMIT ${SLICE_ROWS}`,
    ),
    groupMarks: database.prepare<[ChatId, number], MarkRow>(
      `SELECT u.user_id, m.read_seq FROM chats c CROSS JOIN members m ON m.chat = c.id CROSS JOIN users u ON u.id = m.user
       WHERE c.chat_id = ? AND m.role IS NOT NULL LIMIT ?`,
    ),
    directMark: database.prepare<[ChatId, UserId], MarkRow>(
      `SELECT u.user_id, m.read_seq FROM chats c JOIN members m ON m.chat = c.id JOIN users u ON u.id = m.user
       WHERE c.chat_id = ? AND u.user_id = ?`,
    ),
    groupsOf: database.prepare<[UserId], Membership>(
      `SELECT c.chat_id AS chatId, iif(c.history_rule = 'joined', m.since_seq, 1) AS firstSeq
         FROM members m JOIN chats c ON c.id = m.chat
         WHERE m.user = (SELECT id FROM users WHERE user_id = ?) AND m.role IS NOT NULL`,
    ),
  };
}

interface MarkRow {
  readonly user_id: UserId;
  readonly read_seq: number;
}

type Mark = Pick<GroupMember, "userId" | "readSeq">;

interface ListedRow {
  readonly chat_id: ChatId;
  readonly kind: "group" | "gone";
  readonly title: string;
  readonly topic: string;
  readonly posting: Posting;
  readonly history_rule: HistoryRule;
  readonly archived: 0 | 1;
  readonly member_count: number;
  readonly last_seq: number;
  readonly last_ms: number;
}

interface NamedRow {
  readonly user_id: UserId;
  readonly username: string;
  readonly role: Role;
  readonly is_hidden: 0 | 1;
}

/** Reads on a connection that its owner opens and closes. */
export class MemberReads {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #groups: GroupRows;

  constructor(database: Database.Database) {
    this.#sql = prepare(database);
    this.#groups = new GroupRows(database);
  }

  /** See GroupReader, for all that follows. */
  group(chatId: ChatId, userId: UserId): ChatSummary | undefined {
    const row = this.#groups.find(chatId);
    const member = row?.kind === "group" ? this.#groups.member(row, userId) : undefined;
    return row && member && groupSummary(this.#groups.group(chatId, row), member);
  }

  groupCreator(chatId: ChatId): UserId | undefined {
    return this.#sql.creator.get(chatId);
  }

  groupMembers(chatId: ChatId, userId: UserId | undefined, { after, limit }: NamePage): MemberPage {
    const me = userId === undefined ? null : (this.#sql.idOf.get(userId) ?? null);
    const rows = this.#sql.named.all({ me, chatId, after, limit: limit + 1 });
    const members = rows.slice(0, limit).map(({ user_id, username, role, is_hidden }) => {
      return { userId: user_id, username, role, isHidden: is_hidden === 1 };
    });
    return { members, hasMore: rows.length > limit };
  }

  groups({ contains, after, limit }: ListQuery): Slice<ListedGroup> {
    const from = after > GROUP_IDS.after ? after : GROUP_IDS.after;
    return sliceOf(this.#sql.groups.iterate(from), {
      limit,
      keyOf: (row) => row.chat_id,
      choose: (row) => (row.kind === "group" && searchForm(row.title).includes(contains) ? listed(row) : undefined),
    });
  }

  readMarks(chatId: ChatId, limit: number): Mark[] {
    const form = chatForm(chatId);
    if (form?.kind !== "direct") return this.#sql.groupMarks.all(chatId, limit).map(markOf);
    return form.users.map((userId) => {
      const row = this.#sql.directMark.get(chatId, userId);
      return row === undefined ? { userId, readSeq: 0 } : markOf(row);
    });
  }

  groupsOf(userId: UserId): Membership[] {
    return this.#sql.groupsOf.all(userId);
  }

  /** See StoreReader. */
  member(chatId: ChatId, userId: UserId): Member | undefined {
    const form = chatForm(chatId);
    if (form === undefined) return undefined;
    if (form.kind === "group") {
      const row = this.#sql.inGroup.get(chatId, userId);
      return row && { kind: "group", role: row.role, firstSeq: row.first_seq };
    }
    const [one, other] = form.kind === "direct" ? form.users : [userId, userId];
    if (one !== userId && other !== userId) return undefined;
    const isThere = this.#sql.userCount.get(one, other) === (one === other ? 1 : 2);
    return isThere ? plainMember(form.kind) : undefined;
  }
}

function markOf({ user_id: userId, read_seq: readSeq }: MarkRow): Mark {
  return { userId, readSeq };
}

function listed(row: ListedRow): ListedGroup {
  const { chat_id: chatId, title, topic, posting, history_rule: history, member_count: memberCount } = row;
  const archived = row.archived === 1;
  return { chatId, title, topic, posting, history, archived, memberCount, lastSeq: row.last_seq, lastMs: row.last_ms };
}
