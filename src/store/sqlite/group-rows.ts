// Groups and their members as SQLite returns them.
import type Database from "better-sqlite3";
import type { HistoryRule, Posting, Role } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Group, GroupMember } from "../../domain/groups.ts";
import { MESSAGE_COLUMNS, messageOf } from "./rows.ts";
import type { MessageRow } from "./rows.ts";

/** A group as its row has it; `gone` is one that was deleted. */
export interface GroupRow {
  readonly id: number;
  readonly kind: "group" | "gone";
  readonly title: string;
  readonly topic: string;
  readonly posting: Posting;
  readonly history_rule: HistoryRule;
  readonly archived: 0 | 1;
  readonly creator: number | null;
  readonly member_count: number;
  readonly last_seq: number;
  readonly rev: number;
}

interface MemberRow {
  readonly user_id: UserId;
  readonly role: Role;
  readonly since_seq: number;
  readonly read_seq: number;
}

const MEMBER = `SELECT u.user_id, m.role, m.since_seq, m.read_seq FROM members m CROSS JOIN users u ON u.id = m.user
  WHERE m.chat = ? AND m.role IS NOT NULL`;

function prepare(database: Database.Database) {
  return {
    group: database.prepare<[ChatId], GroupRow>(
      `SELECT id, kind, title, topic, posting, history_rule, archived, creator, member_count, last_seq, rev FROM chats
       WHERE chat_id = ? AND kind IN ('group', 'gone')`,
    ),
    message: database.prepare<[chat: number, seq: number], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user WHERE m.id = (? << 32 | ?)`,
    ),
    member: database.prepare<[chat: number, user: UserId], MemberRow>(
      `${MEMBER} AND m.user = (SELECT id FROM users WHERE user_id = ?)`,
    ),
    members: database.prepare<[chat: number, limit: number], MemberRow>(`${MEMBER} LIMIT ?`),
  };
}

/** Reads groups on a connection that its owner opens and closes, outside of a batch or within its transaction. */
export class GroupRows {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    this.#sql = prepare(database);
  }

  /** The row of a group that is there, or was. */
  find(chatId: ChatId): GroupRow | undefined {
    return this.#sql.group.get(chatId);
  }

  group(chatId: ChatId, row: GroupRow): Group {
    const { title, topic, posting, history_rule: history, member_count: memberCount, last_seq: lastSeq, rev } = row;
    const archived = row.archived === 1;
    const last = this.#sql.message.get(row.id, lastSeq);
    const lastMessage = last && messageOf(chatId, last);
    return { chatId, title, topic, posting, history, archived, memberCount, lastSeq, rev, lastMessage };
  }

  member({ id }: Pick<GroupRow, "id">, userId: UserId): GroupMember | undefined {
    const row = this.#sql.member.get(id, userId);
    return row && memberOf(row);
  }

  memberIds({ id }: Pick<GroupRow, "id">): UserId[] {
    return this.#sql.members.all(id, -1).map((row) => row.user_id);
  }

  members({ id }: Pick<GroupRow, "id">, limit = -1): GroupMember[] {
    return this.#sql.members.all(id, limit).map(memberOf);
  }
}

function memberOf({ user_id: userId, role, since_seq: sinceSeq, read_seq: readSeq }: MemberRow): GroupMember {
  return { userId, role, sinceSeq, readSeq };
}
