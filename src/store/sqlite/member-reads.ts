// The readings about members of chats.
import type Database from "better-sqlite3";
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { plainMember } from "../chats.ts";
import type { Member, Role } from "../chats.ts";
import type { SearchableChat } from "../store.ts";

interface MemberRow {
  readonly role: Role;
  readonly first_seq: number;
}

function prepare(database: Database.Database) {
  return {
    userCount: database.prepare<[UserId, UserId], number>("SELECT count(*) FROM users WHERE user_id IN (?, ?)").pluck(),
    searchable: database.prepare<[UserId], SearchableChat>(
      `SELECT c.chat_id AS chatId, c.last_ms AS lastMs,
         iif(c.kind = 'group' AND c.history_rule = 'joined', m.since_seq, 1) AS firstSeq
       FROM members m JOIN chats c ON c.id = m.chat
       WHERE m.user = (SELECT id FROM users WHERE user_id = ?) AND c.last_seq > 0
         AND (c.kind IN ('everyone', 'direct') OR (c.kind = 'group' AND m.role IS NOT NULL))`,
    ),
    inGroup: database.prepare<[ChatId, UserId], MemberRow>(
      `SELECT m.role, iif(c.history_rule = 'joined', m.since_seq, 1) AS first_seq
       FROM chats c JOIN members m ON m.chat = c.id
       WHERE c.chat_id = ? AND c.kind = 'group' AND m.user = (SELECT id FROM users WHERE user_id = ?)
         AND m.role IS NOT NULL`,
    ),
  };
}

/** Reads on a connection that its owner opens and closes. */
export class MemberReads {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    this.#sql = prepare(database);
  }

  /** See StoreReader. */
  searchable(userId: UserId): SearchableChat[] {
    return this.#sql.searchable.all(userId);
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
