// What has been seen of the chats, kept in a bounded SQLite file so that it can be read without the server.
import { rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { SqliteDatabase } from "../util/sqlite-driver.ts";
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import { isMessage } from "./shapes.ts";

/**
 * History seen before, by chat and seq. It may miss anything at any time; it never holds two messages for one seq.
 * Nothing here rejects or throws for want of disk space: a cache that cannot be written forgets.
 */
export interface HistoryCache {
  put(messages: readonly Message[]): void;
  /** The newest messages before `before` (without: the newest of all), ascending, only as far as none is missing. */
  before(chatId: ChatId, before: number | undefined, limit: number): Message[];
  /** The messages that follow `after` directly, ascending, only as far as none is missing. */
  after(chatId: ChatId, after: number, limit: number): Message[];
  /** The newest message of each chat. */
  newest(): Message[];
  /** Anything that can be JSON, under a name; undefined when there is none. */
  load(name: string): unknown;
  save(name: string, value: unknown): void;
  dropChat(chatId: ChatId): void;
  /** Forgets everything. */
  clear(): void;
  close(): void;
}

/** The file is in use by another process. */
export class CacheInUseError extends Error {
  override readonly name = "CacheInUseError";
}

export interface HistoryCacheOptions {
  /** Beyond it the messages that were put in first are dropped. */
  readonly maxMessages?: number;
  readonly maxTextBytes?: number;
}

const MAX_MESSAGES = 200_000;
const MAX_TEXT_BYTES = 256 * 1024 * 1024;
/** What a full cache drops at once, at most: dropping a tenth of it would hold up the window for half a second. */
const MAX_DROPPED = 500;
const DROPPED_PART = 0.1;
/**
 * Messages wait so long in memory and are then written together: a write of its own for each is 50 times dearer. Not too
 * many together either, since nothing is painted meanwhile.
 */
const WRITE_DELAY_MS = 250;
const MAX_UNWRITTEN = 250;
/** Of SQLite's pages in memory; the system has the file in its own cache. */
const PAGE_CACHE_KIB = 512;
const VERSION = 1;

const SCHEMA = `
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (chat_id, seq)
  );
  CREATE INDEX message_bytes ON message (bytes);
  CREATE TABLE note (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
`;

/** Steps from chat to chat through the index; grouping would read every message. */
const NEWEST = `
  WITH RECURSIVE chat(id) AS (
    SELECT min(chat_id) FROM message
    UNION ALL
    SELECT (SELECT min(chat_id) FROM message WHERE chat_id > chat.id) FROM chat WHERE chat.id IS NOT NULL
  )
  SELECT (SELECT json FROM message WHERE chat_id = chat.id ORDER BY seq DESC LIMIT 1) FROM chat WHERE id IS NOT NULL
`;

/**
 * Opens the cache; a damaged file, or one of another version, is replaced by an empty one. Throws CacheInUseError while
 * another process has it open.
 */
export function openHistoryCache(file: string, options: HistoryCacheOptions = {}): HistoryCache {
  try {
    return new SqliteHistoryCache(file, options);
  } catch (error) {
    if (error instanceof CacheInUseError) throw error;
    for (const name of [file, `${file}-journal`, `${file}-wal`, `${file}-shm`]) rmSync(name, { force: true });
    return new SqliteHistoryCache(file, options);
  }
}

class SqliteHistoryCache implements HistoryCache {
  readonly #db: Database.Database;
  readonly #maxMessages: number;
  readonly #maxTextBytes: number;
  readonly #insert: Database.Statement;
  readonly #selectBefore: Database.Statement;
  readonly #selectAfter: Database.Statement;
  readonly #dropFirst: Database.Statement;
  #unwritten: Message[] = [];
  #writeTimer: NodeJS.Timeout | undefined;
  #messageCount = 0;
  #textBytes = 0;

  constructor(file: string, options: HistoryCacheOptions) {
    this.#maxMessages = options.maxMessages ?? MAX_MESSAGES;
    this.#maxTextBytes = options.maxTextBytes ?? MAX_TEXT_BYTES;
    this.#db = new SqliteDatabase(file, { timeout: 0 });
    try {
      this.#prepareFile();
      this.#insert = this.#db.prepare("INSERT OR IGNORE INTO message (chat_id, seq, bytes, json) VALUES (?, ?, ?, ?)");
      this.#selectBefore = this.#db
        .prepare("SELECT json FROM message WHERE chat_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?")
        .pluck();
      this.#selectAfter = this.#db
        .prepare("SELECT json FROM message WHERE chat_id = ? AND seq > ? ORDER BY seq LIMIT ?")
        .pluck();
      this.#dropFirst = this.#db
        .prepare("DELETE FROM message WHERE id IN (SELECT id FROM message ORDER BY id LIMIT ?) RETURNING bytes")
        .pluck();
      this.#count();
    } catch (error) {
      this.#db.close();
      const busy = error instanceof SqliteDatabase.SqliteError && error.code.startsWith("SQLITE_BUSY");
      throw busy ? new CacheInUseError("another client of this account is running here") : error;
    }
  }

  #prepareFile(): void {
    // Exclusive: the cache also shows whether another client of the same account runs. Losing the last seconds of a
    // cache in a power cut does no harm, so no fsync.
    this.#db.pragma("locking_mode = EXCLUSIVE");
    this.#db.pragma("journal_mode = TRUNCATE");
    this.#db.pragma("synchronous = OFF");
    this.#db.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    this.#db.exec("BEGIN EXCLUSIVE");
    if (this.#db.pragma("user_version", { simple: true }) !== VERSION) {
      this.#db.exec("DROP TABLE IF EXISTS message; DROP TABLE IF EXISTS note");
      this.#db.exec(SCHEMA);
      this.#db.pragma(`user_version = ${VERSION}`);
    }
    this.#db.exec("COMMIT");
  }

  put(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    this.#unwritten.push(...messages);
    if (this.#unwritten.length >= MAX_UNWRITTEN) this.#write();
    else this.#writeTimer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS).unref();
  }

  #write(): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    const messages = this.#unwritten;
    this.#unwritten = [];
    if (messages.length === 0) return;
    this.#tolerate(() => {
      for (const message of messages) {
        const json = JSON.stringify(message);
        const { changes } = this.#insert.run(message.chat_id, message.seq, json.length, json);
        this.#messageCount += changes;
        this.#textBytes += changes * json.length;
      }
      while (this.#messageCount > this.#maxMessages || this.#textBytes > this.#maxTextBytes) this.#dropOldest();
    });
  }

  before(chatId: ChatId, before: number | undefined, limit: number): Message[] {
    const found = this.#read(this.#selectBefore, chatId, before ?? Number.MAX_SAFE_INTEGER, limit);
    let expected = before === undefined ? found[0]?.seq : before - 1;
    const run = [];
    for (const message of found) {
      if (message.seq !== expected) break;
      run.push(message);
      expected -= 1;
    }
    return run.reverse();
  }

  after(chatId: ChatId, after: number, limit: number): Message[] {
    const found = this.#read(this.#selectAfter, chatId, after, limit);
    const end = found.findIndex((message, index) => message.seq !== after + 1 + index);
    return end === -1 ? found : found.slice(0, end);
  }

  newest(): Message[] {
    this.#write();
    return this.#db.prepare(NEWEST).pluck().all().flatMap(parseMessage);
  }

  load(name: string): unknown {
    const json = this.#db.prepare("SELECT json FROM note WHERE name = ?").pluck().get(name);
    return typeof json === "string" ? JSON.parse(json) : undefined;
  }

  save(name: string, value: unknown): void {
    this.#tolerate(() => this.#db.prepare("REPLACE INTO note VALUES (?, ?)").run(name, JSON.stringify(value)));
  }

  dropChat(chatId: ChatId): void {
    this.#write();
    this.#tolerate(() => this.#db.prepare("DELETE FROM message WHERE chat_id = ?").run(chatId));
    this.#count();
  }

  clear(): void {
    this.#unwritten = [];
    this.#tolerate(() => this.#db.exec("DELETE FROM message; DELETE FROM note"));
    this.#tolerate(() => this.#db.exec("VACUUM"), false);
    this.#count();
  }

  close(): void {
    this.#write();
    this.#db.close();
  }

  #read(statement: Database.Statement, ...values: unknown[]): Message[] {
    this.#write();
    return statement.all(...values).flatMap(parseMessage);
  }

  #dropOldest(): void {
    const count = Math.min(MAX_DROPPED, Math.ceil(this.#messageCount * DROPPED_PART));
    const dropped = this.#dropFirst.all(count);
    this.#messageCount -= dropped.length;
    for (const bytes of dropped) this.#textBytes -= Number(bytes);
    if (dropped.length === 0) this.#count();
  }

  #count(): void {
    this.#messageCount = Number(this.#db.prepare("SELECT count(*) FROM message").pluck().get());
    this.#textBytes = Number(this.#db.prepare("SELECT total(bytes) FROM message").pluck().get());
  }

  /** A full disk must not stop the chat. */
  #tolerate(write: () => void, inTransaction = true): void {
    try {
      if (inTransaction) this.#db.transaction(write)();
      else write();
    } catch (error) {
      if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
    }
  }
}

function parseMessage(json: unknown): Message[] {
  const value: unknown = typeof json === "string" ? JSON.parse(json) : undefined;
  return isMessage(value) ? [value] : [];
}

/** A cache in memory, for a client that keeps nothing: it holds the last messages that it was given. */
export function memoryHistoryCache(): HistoryCache {
  return new SqliteHistoryCache(":memory:", { maxMessages: 10_000 });
}
