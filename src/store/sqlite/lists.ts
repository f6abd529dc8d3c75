// The lists of one user, page by page: chats, contacts, blocked users.
import type Database from "better-sqlite3";
import { lastMessageOf } from "../../protocol/entities.ts";
import type { ChatSummary, HistoryRule, Posting, Role } from "../../protocol/entities.ts";
import { directChatId } from "../../protocol/ids.ts";
import type { ChatId, ChatKind, UserId } from "../../protocol/ids.ts";
import { groupSummary } from "../../domain/groups.ts";
import { FIRST_MS } from "../store.ts";
import type { ChatPage, ChatPosition, Contact, ListedContact, NamePage } from "../store.ts";
import { MESSAGE_COLUMNS, messageOf } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import { COMMON_CHAT_ROW } from "./schema.ts";

interface ChatRow extends MessageRow {
  readonly chat_id: ChatId;
  readonly kind: ChatKind;
  readonly last_seq: number;
  readonly last_ms: number;
  readonly chat_rev: number;
  readonly title: string;
  readonly topic: string;
  readonly posting: Posting;
  readonly history_rule: HistoryRule;
  readonly archived: 0 | 1;
  readonly member_count: number;
  readonly read_seq: number;
  readonly role: Role | null;
  readonly since_seq: number;
  readonly contact_user_id: UserId | null;
  readonly contact_username: string | null;
}

interface EmptyRow {
  readonly chat_id: ChatId;
  readonly contact_user_id: UserId;
  readonly contact_username: string;
}

interface NameRow {
  readonly user_id: UserId;
  readonly username: string;
}

interface Place {
  readonly user: UserId;
  readonly lastMs: number;
  readonly chatId: ChatId;
  readonly limit: number;
  /** 1 for groups too. */
  readonly withGroups: number;
}

type NameBounds = [user: UserId, after: string, limit: number];

const ID_OF = "(SELECT id FROM users WHERE user_id = ?)";
const BLOCKED = `EXISTS (SELECT 1 FROM blocks b WHERE b.user = k.user AND b.blocked = k.contact)
  OR EXISTS (SELECT 1 FROM blocks b WHERE b.user = k.contact AND b.blocked = k.user)`;
const DIRECT_CHAT = "direct_chat(me.user_id, o.user_id)";

/** Listed columns of the chats that `page` chooses (columns chat, user, chat_id, first_user, second_user, …). */
const SHOWN = (page: string): string => `
  SELECT p.chat_id, p.kind, p.last_seq, p.last_ms, p.chat_rev, p.title, p.topic, p.posting, p.history_rule,
    p.archived, p.member_count, p.read_seq, p.role, p.since_seq, o.user_id AS contact_user_id, o.username AS contact_username,
    ${MESSAGE_COLUMNS}
  FROM (${page}) p
    LEFT JOIN users o ON o.id = iif(p.first_user = p.user, p.second_user, p.first_user)
    LEFT JOIN messages m ON m.id = (p.chat << 32 | p.last_seq)
    LEFT JOIN users u ON u.id = m.user
  ORDER BY p.last_ms DESC, p.chat_id`;
const CHOSEN = `c.id AS chat, r.user, c.chat_id, c.kind, c.first_user, c.second_user, c.last_seq, c.last_ms, c.rev AS chat_rev,
  c.title, c.topic, c.posting, c.history_rule, c.archived, c.member_count, r.read_seq, r.role, r.since_seq`;

function prepare(database: Database.Database) {
  return {
    common: database.prepare<[UserId], ChatRow>(
      SHOWN(`SELECT ${CHOSEN} FROM members r JOIN chats c ON c.id = r.chat
        WHERE r.user = ${ID_OF} AND r.chat = ${COMMON_CHAT_ROW}`),
    ),
    // Texts are read for the chats of the page alone.
    written: database.prepare<[Place], ChatRow>(
      SHOWN(`SELECT ${CHOSEN} FROM members r CROSS JOIN chats c ON c.id = r.chat
        WHERE r.user = (SELECT id FROM users WHERE user_id = @user) AND (c.kind = 'direct' OR (c.kind = 'group' AND @withGroups))
          AND c.last_ms <= @lastMs AND (c.last_ms < @lastMs OR c.chat_id > @chatId)
        ORDER BY c.last_ms DESC, c.chat_id LIMIT @limit`),
    ),
    empty: database.prepare<[NameBounds[0], ChatId, number], EmptyRow>(
      `SELECT ${DIRECT_CHAT} AS chat_id, o.user_id AS contact_user_id, o.username AS contact_username
       FROM users me CROSS JOIN contacts k ON k.user = me.id CROSS JOIN users o ON o.id = k.contact
       WHERE me.user_id = ? AND ${DIRECT_CHAT} > ?
         AND NOT EXISTS (SELECT 1 FROM chats c WHERE c.chat_id = ${DIRECT_CHAT})
       ORDER BY 1 LIMIT ?`,
    ),
    contacts: database.prepare<NameBounds, NameRow & { is_blocked: 0 | 1 }>(
      `SELECT o.user_id, o.username, ${BLOCKED} AS is_blocked FROM contacts k CROSS JOIN users o ON o.id = k.contact
       WHERE k.user = ${ID_OF} AND o.username_key > ? ORDER BY o.username_key LIMIT ?`,
    ),
    watched: database
      .prepare<[UserId, number], UserId>(
        `SELECT o.user_id FROM contacts k CROSS JOIN users o ON o.id = k.contact
         WHERE k.user = ${ID_OF} AND NOT (${BLOCKED}) LIMIT ?`,
      )
      .pluck(),
    blocked: database.prepare<NameBounds, NameRow>(
      `SELECT o.user_id, o.username FROM blocks k CROSS JOIN users o ON o.id = k.blocked
       WHERE k.user = ${ID_OF} AND o.username_key > ? ORDER BY o.username_key LIMIT ?`,
    ),
  };
}

/** Reads on a connection that its owner opens and closes. */
export class Lists {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    database.function("direct_chat", { deterministic: true }, (one, other) => directChatId(String(one), String(other)));
    this.#sql = prepare(database);
  }

  /** See StoreReader; all its parts are read from one state of the store. */
  chats(userId: UserId, after: ChatPosition | undefined, limit: number, withGroups = false): ChatPage {
    const found: { chat: ChatSummary; lastMs: number }[] = [];
    if (after === undefined)
      found.push(...this.#sql.common.all(userId).map((row) => ({ ...listed(row), lastMs: FIRST_MS })));
    const lastMs = after?.lastMs ?? FIRST_MS;
    if (lastMs > 0) {
      const place = {
        user: userId,
        lastMs,
        chatId: after?.chatId ?? "",
        limit: limit + 1 - found.length,
        withGroups: Number(withGroups),
      };
      found.push(...this.#sql.written.all(place).map(listed));
    }
    if (found.length <= limit) {
      const chatId = lastMs > 0 ? "" : (after?.chatId ?? "");
      const rows = this.#sql.empty.all(userId, chatId, limit + 1 - found.length);
      found.push(...rows.map((row) => ({ chat: emptyChat(row), lastMs: 0 })));
    }
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      chats: found.slice(0, limit).map(({ chat }) => chat),
      next: last && { lastMs: last.lastMs, chatId: last.chat.chat_id },
    };
  }

  contacts(userId: UserId, { after, limit }: NamePage): { contacts: ListedContact[]; hasMore: boolean } {
    const rows = this.#sql.contacts.all(userId, after, limit + 1);
    const contacts = rows.slice(0, limit).map((row) => ({ ...contact(row), isBlocked: row.is_blocked === 1 }));
    return { contacts, hasMore: rows.length > limit };
  }

  watchedBy(userId: UserId, limit: number): UserId[] {
    return this.#sql.watched.all(userId, limit);
  }

  blocked(userId: UserId, { after, limit }: NamePage): { blocked: Contact[]; hasMore: boolean } {
    const rows = this.#sql.blocked.all(userId, after, limit + 1);
    return { blocked: rows.slice(0, limit).map(contact), hasMore: rows.length > limit };
  }
}

function contact({ user_id: userId, username }: NameRow): Contact {
  return { userId, username };
}

function listed(row: ChatRow): { chat: ChatSummary; lastMs: number } {
  const { chat_id, last_seq, last_ms: lastMs, read_seq, contact_user_id, contact_username } = row;
  if (row.kind === "group" && row.role !== null) return { chat: groupOf(row, row.role), lastMs };
  const isDirect = contact_user_id !== null && contact_username !== null;
  const chat: ChatSummary = {
    chat_id,
    kind: row.kind,
    ...(isDirect && { contact_user_id, contact_username }),
    last_seq,
    rev: row.chat_rev,
    read_seq,
    unread: last_seq - read_seq,
    ...(last_seq > 0 && { last_message: lastMessageOf(messageOf(chat_id, row)) }),
  };
  return { chat, lastMs };
}

function groupOf(row: ChatRow, role: Role): ChatSummary {
  const { chat_id: chatId, title, topic, posting, history_rule: history, member_count: memberCount } = row;
  const lastMessage = row.last_seq > 0 ? messageOf(chatId, row) : undefined;
  const group = {
    chatId,
    title,
    topic,
    posting,
    history,
    archived: row.archived === 1,
    memberCount,
    lastSeq: row.last_seq,
    rev: row.chat_rev,
    lastMessage,
  };
  return groupSummary(group, { userId: row.user_id, role, sinceSeq: row.since_seq, readSeq: row.read_seq });
}

function emptyChat(row: EmptyRow): ChatSummary {
  return { ...row, kind: "direct", last_seq: 0, rev: 0, read_seq: 0, unread: 0 };
}
