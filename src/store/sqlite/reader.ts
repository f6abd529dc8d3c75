// The reading side of the embedded store, on a connection of its own.
import type Database from "better-sqlite3";
import type { ChatSummary } from "../../protocol/entities.ts";
import { directChatId } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { TOKEN_LIFETIME_MS } from "../../protocol/limits.ts";
import { StoreUnavailableError } from "../store.ts";
import type { AccountQuery, Changes, Contact, History, HistoryPage, StoreReader, User } from "../store.ts";
import type { SearchPlace, SearchQuery, SearchSlice } from "../store.ts";
import type { UserRecord } from "../transfer.ts";
import { AccountReads } from "./account-reads.ts";
import { storeError } from "./errors.ts";
import { MAX_SEQ, MESSAGE_COLUMNS, messageOf, Page } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import { Search, SEARCH_SLICE_MS, SHORT_WORD_SCAN_COUNT } from "./search.ts";

type UserRow = Omit<UserRecord, "created_ms" | "last_login_ms">;

interface ChatRow {
  readonly id: number;
  readonly last_seq: number;
  readonly rev: number;
}

interface SummaryRow extends MessageRow {
  readonly chat_id: ChatId;
  readonly last_seq: number;
  readonly read_seq: number;
  readonly contact_user_id: UserId | null;
  readonly contact_username: string | null;
}

type PageBounds = [chat: number, after: number, sameChat: number, before: number, limit: number];

const USER = `SELECT user_id, username, username_key, password_hash, first_name, second_name, bio, file_name, state,
  must_change_password FROM users`;
const PAGE = `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user
  WHERE m.id > (? << 32 | ?) AND m.id < (? << 32 | ?) ORDER BY m.id`;

function prepare(database: Database.Database) {
  return {
    byKey: database.prepare<[string], UserRow>(`${USER} WHERE username_key = ?`),
    byId: database.prepare<[UserId], UserRow>(`${USER} WHERE user_id = ?`),
    byToken: database.prepare<[string, number], UserRow>(
      `${USER} WHERE id = (SELECT user FROM tokens WHERE token_hash = ? AND time_ms >= ?)`,
    ),
    contacts: database.prepare<[UserId], { user_id: UserId; username: string }>(
      `SELECT u.user_id, u.username FROM contacts c JOIN users u ON u.id = c.contact
       WHERE c.user = (SELECT id FROM users WHERE user_id = ?)`,
    ),
    chats: database.prepare<[UserId], SummaryRow>(
      `SELECT c.chat_id, c.last_seq, r.read_seq, o.user_id AS contact_user_id, o.username AS contact_username,
         ${MESSAGE_COLUMNS}
       FROM users me JOIN marks r ON r.user = me.id JOIN chats c ON c.id = r.chat
         LEFT JOIN users o ON o.id = iif(c.first_user = me.id, c.second_user, c.first_user)
         LEFT JOIN messages m ON m.id = (c.id << 32 | c.last_seq)
         LEFT JOIN users u ON u.id = m.user
       WHERE me.user_id = ? ORDER BY c.id`,
    ),
    chat: database.prepare<[ChatId], ChatRow>("SELECT id, last_seq, rev FROM chats WHERE chat_id = ?"),
    oldest: database.prepare<PageBounds, MessageRow>(`${PAGE} LIMIT ?`),
    newest: database.prepare<PageBounds, MessageRow>(`${PAGE} DESC LIMIT ?`),
    changed: database.prepare<[number, number, number], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user
       WHERE m.id >> 32 = ? AND m.rev > ? ORDER BY m.rev LIMIT ?`,
    ),
  };
}

export interface ReaderOptions {
  /** Messages that a search for a word of one or two characters scans first; SHORT_WORD_SCAN_COUNT by default. */
  readonly shortWordScanCount?: number;
  /** After so long a slice of a search ends; SEARCH_SLICE_MS by default. */
  readonly sliceMs?: number;
}

/** See StoreReader. Owns the connection. */
export class SqliteReader implements StoreReader {
  readonly #database: Database.Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #accounts: AccountReads;
  readonly #search: Search;

  constructor(database: Database.Database, options: ReaderOptions) {
    this.#database = database;
    this.#sql = prepare(database);
    this.#accounts = new AccountReads(database);
    const usual = { sliceMs: SEARCH_SLICE_MS, shortWordScanCount: SHORT_WORD_SCAN_COUNT };
    this.#search = new Search(database, { ...usual, ...options });
  }

  async userByKey(usernameKey: string): Promise<User | undefined> {
    return this.#read(() => user(this.#sql.byKey.get(usernameKey)));
  }

  async userById(userId: UserId): Promise<User | undefined> {
    return this.#read(() => user(this.#sql.byId.get(userId)));
  }

  async userByToken(tokenHash: string, nowMs: number): Promise<User | undefined> {
    return this.#read(() => user(this.#sql.byToken.get(tokenHash, nowMs - TOKEN_LIFETIME_MS)));
  }

  async contactsOf(userId: UserId): Promise<Contact[]> {
    return this.#read(() => this.#contacts(userId));
  }

  async chatsOf(userId: UserId): Promise<ChatSummary[]> {
    return this.#read(() => {
      const chats = this.#sql.chats.all(userId).map(summary);
      const listed = new Set(chats.map((chat) => chat.chat_id));
      for (const { userId: contact_user_id, username: contact_username } of this.#contacts(userId)) {
        const chat_id = directChatId(userId, contact_user_id);
        if (listed.has(chat_id)) continue;
        chats.push({ chat_id, contact_user_id, contact_username, last_seq: 0, read_seq: 0, unread: 0 });
      }
      return chats;
    });
  }

  async history(chatId: ChatId, page: HistoryPage): Promise<History> {
    return this.#read(() => {
      const chat = this.#sql.chat.get(chatId);
      if (chat === undefined) return { lastSeq: 0, rev: 0, messages: [], hasMore: false };
      const statement = page.after === undefined ? this.#sql.newest : this.#sql.oldest;
      const result = new Page(chatId, page.limit);
      for (const row of statement.iterate(...bounds(chat, page))) if (!result.add(row)) break;
      if (page.after === undefined) result.messages.reverse();
      return { lastSeq: chat.last_seq, rev: chat.rev, messages: result.messages, hasMore: result.hasMore };
    });
  }

  async changes(chatId: ChatId, afterRev: number, limit: number): Promise<Changes> {
    return this.#read(() => {
      const chat = this.#sql.chat.get(chatId);
      if (chat === undefined) return { rev: 0, messages: [], hasMore: false };
      const page = new Page(chatId, limit);
      for (const row of this.#sql.changed.iterate(chat.id, afterRev, limit + 1)) if (!page.add(row)) break;
      return { rev: chat.rev, messages: page.messages, hasMore: page.hasMore };
    });
  }

  async search(query: SearchQuery, from?: SearchPlace): Promise<SearchSlice> {
    if (!this.#database.open) throw new StoreUnavailableError("store: closed");
    try {
      return this.#search.find(query, from);
    } catch (error) {
      throw storeError(error, this.#database.name);
    }
  }

  async accounts(query: AccountQuery): ReturnType<StoreReader["accounts"]> {
    return this.#read(() => this.#accounts.accounts(query));
  }

  async blocksOf(userId: UserId): ReturnType<StoreReader["blocksOf"]> {
    return this.#read(() => this.#accounts.blocksOf(userId));
  }

  async isBlocked(one: UserId, other: UserId): Promise<boolean> {
    return this.#read(() => this.#accounts.isBlocked(one, other));
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #contacts(userId: UserId): Contact[] {
    const contacts = this.#sql.contacts.all(userId).map((row) => ({ userId: row.user_id, username: row.username }));
    return contacts.sort((one, other) => (one.username < other.username ? -1 : 1));
  }

  /** Runs `body` on one state of the store. */
  #read<T>(body: () => T): T {
    if (!this.#database.open) throw new StoreUnavailableError("store: closed");
    try {
      return this.#database.transaction(body)();
    } catch (error) {
      throw storeError(error, this.#database.name);
    }
  }
}

function bounds(chat: ChatRow, { before, after, limit }: HistoryPage): PageBounds {
  return [chat.id, Math.min(after ?? 0, MAX_SEQ), chat.id, Math.min(before ?? MAX_SEQ, MAX_SEQ), limit + 1];
}

function summary(row: SummaryRow): ChatSummary {
  const { chat_id, last_seq, read_seq, contact_user_id, contact_username } = row;
  const unread = last_seq - read_seq;
  const contact = contact_user_id === null || contact_username === null ? {} : { contact_user_id, contact_username };
  const last = last_seq === 0 ? {} : { last_message: messageOf(chat_id, row) };
  return { chat_id, ...contact, last_seq, read_seq, unread, ...last };
}

function user(row: UserRow | undefined): User | undefined {
  if (row === undefined) return undefined;
  const { user_id, username, first_name, second_name, bio, file_name } = row;
  const profile = { user_id, username, first_name, second_name, bio, file_name };
  return {
    userId: user_id,
    username,
    usernameKey: row.username_key,
    passwordHash: row.password_hash,
    profile,
    state: row.state,
    mustChangePassword: row.must_change_password === 1,
  };
}
