// The reading side of the embedded store, on a connection of its own.
import type Database from "better-sqlite3";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { TOKEN_LIFETIME_MS } from "../../protocol/limits.ts";
import { StoreUnavailableError } from "../store.ts";
import type { Changes, History, HistoryPage, NamePage } from "../store.ts";
import type { DirectoryQuery, ReactionTarget, StoreReader, User } from "../store.ts";
import type { SearchablePlace, SearchPlace, SearchQuery, SearchSlice } from "../store.ts";
import type { ListQuery } from "../slices.ts";
import type { UserRecord } from "../transfer.ts";
import { AccountReads } from "./account-reads.ts";
import { Candidates, MAX_CANDIDATES } from "./candidates.ts";
import { storeError } from "./errors.ts";
import { Directory } from "./directory.ts";
import { Lists } from "./lists.ts";
import { MemberReads } from "./member-reads.ts";
import type { Member } from "../../domain/chats.ts";
import { PinLists } from "./pins.ts";
import { ReactionLists } from "./reactions.ts";
import { MAX_SEQ, MESSAGE_COLUMNS, MessageReads, Page } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import { Search, SEARCH_SLICE_MS, SHORT_WORD_SCAN_COUNT } from "./search.ts";

type UserRow = Omit<UserRecord, "created_ms" | "last_login_ms">;

interface ChatRow {
  readonly id: number;
  readonly last_seq: number;
  readonly rev: number;
}

type PageBounds = [chat: number, after: number, sameChat: number, before: number, limit: number];

const USER = `SELECT user_id, username, username_key, password_hash, first_name, second_name, bio, file_name, state,
  must_change_password FROM users`;
const PAGE = `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user
  WHERE m.id > (? << 32 | ?) AND m.id < (? << 32 | ?) ORDER BY m.id`;

function prepare(database: Database.Database) {
  return {
    byKey: database.prepare<[string], UserRow>(`${USER} WHERE username_key = ?`),
    idByKey: database.prepare<[string], UserId>("SELECT user_id FROM users WHERE username_key = ?").pluck(),
    byId: database.prepare<[UserId], UserRow>(`${USER} WHERE user_id = ?`),
    byToken: database.prepare<[string, number, string, number], UserRow>(
      `${USER} WHERE id = (SELECT user FROM tokens
         WHERE (token_hash = ? AND time_ms >= ?) OR (previous_hash = ? AND previous_ms >= ?))`,
    ),
    chat: database.prepare<[ChatId], ChatRow>("SELECT id, last_seq, rev FROM chats WHERE chat_id = ?"),
    oldest: database.prepare<PageBounds, MessageRow>(`${PAGE} LIMIT ?`),
    newest: database.prepare<PageBounds, MessageRow>(`${PAGE} DESC LIMIT ?`),
    changed: database.prepare<[chat: number, afterRev: number, firstSeq: number, limit: number], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user
       WHERE m.id >> 32 = ? AND m.rev > ? AND m.id & 0xffffffff >= ? ORDER BY m.rev LIMIT ?`,
    ),
  };
}

export interface ReaderOptions {
  /** Messages that a search for a word of one or two characters scans first; SHORT_WORD_SCAN_COUNT by default. */
  readonly shortWordScanCount?: number;
  /** After so long a slice of a search ends; SEARCH_SLICE_MS by default. */
  readonly sliceMs?: number;
  /** From so many messages on that may hold a word a search in all chats does without the index first; MAX_CANDIDATES by default. */
  readonly maxCandidates?: number;
}

/** See StoreReader. Owns the connection. */
export class SqliteReader implements StoreReader {
  readonly #database: Database.Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #accounts: AccountReads;
  readonly #lists: Lists;
  readonly #directory: Directory;
  readonly #members: MemberReads;
  readonly #search: Search;
  readonly #candidates: Candidates;
  readonly #reads: MessageReads;
  readonly #reactions: ReactionLists;
  readonly #pins: PinLists;

  constructor(database: Database.Database, options: ReaderOptions) {
    this.#database = database;
    this.#sql = prepare(database);
    this.#accounts = new AccountReads(database);
    this.#lists = new Lists(database);
    this.#directory = new Directory(database);
    this.#members = new MemberReads(database);
    this.#reads = new MessageReads(database);
    this.#reactions = new ReactionLists(database);
    this.#pins = new PinLists(database, this.#reads);
    const usual = {
      sliceMs: SEARCH_SLICE_MS,
      shortWordScanCount: SHORT_WORD_SCAN_COUNT,
      maxCandidates: MAX_CANDIDATES,
    };
    const limits = { ...usual, ...options };
    this.#search = new Search(database, this.#reads, limits);
    this.#candidates = new Candidates(database, limits);
  }

  async userByKey(usernameKey: string): Promise<User | undefined> {
    return this.#read(() => user(this.#sql.byKey.get(usernameKey)));
  }

  async userById(userId: UserId): Promise<User | undefined> {
    return this.#read(() => user(this.#sql.byId.get(userId)));
  }

  async userByToken(tokenHash: string, nowMs: number): Promise<User | undefined> {
    const since = nowMs - TOKEN_LIFETIME_MS;
    return this.#read(() => user(this.#sql.byToken.get(tokenHash, since, tokenHash, since)));
  }

  async contacts(userId: UserId, page: NamePage): ReturnType<StoreReader["contacts"]> {
    return this.#read(() => this.#lists.contacts(userId, page));
  }

  async watchedBy(userId: UserId, limit: number): Promise<UserId[]> {
    return this.#read(() => this.#lists.watchedBy(userId, limit));
  }

  async blocked(userId: UserId, page: NamePage): ReturnType<StoreReader["blocked"]> {
    return this.#read(() => this.#lists.blocked(userId, page));
  }

  async directory(query: DirectoryQuery): ReturnType<StoreReader["directory"]> {
    return this.#read(() => this.#directory.slice(query));
  }

  async chats(...asked: Parameters<StoreReader["chats"]>): ReturnType<StoreReader["chats"]> {
    return this.#read(() => this.#lists.chats(...asked));
  }

  async member(chatId: ChatId, userId: UserId): Promise<Member | undefined> {
    return this.#read(() => this.#members.member(chatId, userId));
  }

  async group(chatId: ChatId, userId: UserId): ReturnType<StoreReader["group"]> {
    return this.#read(() => this.#members.group(chatId, userId));
  }

  async groupCreator(chatId: ChatId): ReturnType<StoreReader["groupCreator"]> {
    return this.#read(() => this.#members.groupCreator(chatId));
  }

  async groupMembers(...asked: Parameters<StoreReader["groupMembers"]>): ReturnType<StoreReader["groupMembers"]> {
    return this.#read(() => this.#members.groupMembers(...asked));
  }

  async groups(query: ListQuery): ReturnType<StoreReader["groups"]> {
    return this.#read(() => this.#members.groups(query));
  }

  async readMarks(chatId: ChatId, limit: number): ReturnType<StoreReader["readMarks"]> {
    return this.#read(() => this.#members.readMarks(chatId, limit));
  }

  async groupsOf(userId: UserId): ReturnType<StoreReader["groupsOf"]> {
    return this.#read(() => this.#members.groupsOf(userId));
  }

  async history(chatId: ChatId, page: HistoryPage): Promise<History> {
    return this.#read(() => {
      const chat = this.#sql.chat.get(chatId);
      if (chat === undefined) return { lastSeq: 0, rev: 0, messages: [], hasMore: false };
      const statement = page.after === undefined ? this.#sql.newest : this.#sql.oldest;
      const result = new Page(this.#reads, chatId, page.limit);
      for (const row of statement.iterate(...bounds(chat, page))) if (!result.add(row)) break;
      if (page.after === undefined) result.messages.reverse();
      return { lastSeq: chat.last_seq, rev: chat.rev, messages: result.messages, hasMore: result.hasMore };
    });
  }

  async changes(chatId: ChatId, afterRev: number, limit: number, firstSeq = 1): Promise<Changes> {
    return this.#read(() => {
      const chat = this.#sql.chat.get(chatId);
      if (chat === undefined) return { rev: 0, messages: [], hasMore: false };
      const page = new Page(this.#reads, chatId, limit);
      for (const row of this.#sql.changed.iterate(chat.id, afterRev, firstSeq, limit + 1)) if (!page.add(row)) break;
      return { rev: chat.rev, messages: page.messages, hasMore: page.hasMore };
    });
  }

  async reactions(target: ReactionTarget, page: NamePage): ReturnType<StoreReader["reactions"]> {
    return this.#read(() => this.#reactions.page(target, page));
  }

  async pins(chatId: ChatId, before: number | undefined, firstSeq = 1): ReturnType<StoreReader["pins"]> {
    return this.#read(() => this.#pins.page(chatId, before, firstSeq));
  }

  async usersNamed(usernameKeys: readonly string[]): ReturnType<StoreReader["usersNamed"]> {
    return this.#read(() => {
      const ids = usernameKeys.map((key) => [key, this.#sql.idByKey.get(key)] as const);
      return new Map(ids.flatMap(([key, id]) => (id === undefined ? [] : [[key, id] as const])));
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

  async searchable(userId: UserId, word: string, from?: SearchablePlace): ReturnType<StoreReader["searchable"]> {
    return this.#read(() => this.#candidates.slice(userId, word, from));
  }

  async accounts(query: ListQuery): ReturnType<StoreReader["accounts"]> {
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

function bounds(chat: ChatRow, { before, after = 0, limit, firstSeq = 1 }: HistoryPage): PageBounds {
  const from = Math.max(after, firstSeq - 1);
  return [chat.id, Math.min(from, MAX_SEQ), chat.id, Math.min(before ?? MAX_SEQ, MAX_SEQ), limit + 1];
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
