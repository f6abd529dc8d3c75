// The SQLite file of the history cache: its tables, its statements, and what can be saved of a damaged one.
import { existsSync, renameSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { SqliteDatabase } from "../util/sqlite-driver.ts";
import { CacheErasure } from "./cache-erasure.ts";
import { CacheSearch, DROP_SEARCH, SEARCH_SCHEMA, type Indexed } from "./cache-search.ts";
import { DroppedChats } from "./dropped-chats.ts";

/** The file is in use by another process. */
export class CacheInUseError extends Error {
  override readonly name = "CacheInUseError";
}

/** Of SQLite's pages in memory; the system has the file in its own cache. */
const PAGE_CACHE_KIB = 512;
const VERSION = 4;
/** Steps from earlier versions: without places and search index; with an index that kept what was deleted, or was slow. */
const STEPS: Readonly<Record<number, string>> = {
  1: `ALTER TABLE message ADD COLUMN place INTEGER; ${SEARCH_SCHEMA}`,
  2: DROP_SEARCH + SEARCH_SCHEMA,
  3: DROP_SEARCH + SEARCH_SCHEMA,
};

const SCHEMA = `
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    json TEXT NOT NULL,
    place INTEGER,
    UNIQUE (chat_id, seq)
  );
  CREATE INDEX message_bytes ON message (bytes);
  CREATE TABLE note (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  ${SEARCH_SCHEMA}
`;
const DROP = ["message_terms", "message_trigram", "message_index", "message", "note"].map(
  (table) => `DROP TABLE IF EXISTS ${table};`,
);

/** Steps from chat to chat through the index; grouping would read every message. */
const NEWEST = `
  WITH RECURSIVE chat(id) AS (
    SELECT min(chat_id) FROM message
    UNION ALL
    SELECT (SELECT min(chat_id) FROM message WHERE chat_id > chat.id) FROM chat WHERE chat.id IS NOT NULL
  )
  SELECT id AS key, (SELECT json FROM message WHERE chat_id = chat.id ORDER BY seq DESC LIMIT 1) AS json
  FROM chat WHERE id IS NOT NULL
`;

const SELECT_OLDER = `
  SELECT id, bytes, place, json FROM message WHERE chat_id = ? AND seq = ? AND coalesce(json_extract(json, '$.rev'), 0) < ?
`;

const DROP_FIRST = `
  DELETE FROM message WHERE id IN (
    SELECT id FROM message WHERE chat_id NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?
  ) RETURNING bytes, place, json
`;

interface Kept extends Indexed {
  readonly id: number;
  readonly bytes: number;
}

/** True when the file holds something else than SQLite has written: a page was lost, or overwritten. */
export function isDamage(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

/** One open file with its statements. The constructor throws CacheInUseError, and what SQLite says of a file it cannot use. */
export class CacheFile {
  readonly database: Database.Database;
  readonly insert: Database.Statement;
  /** The place of a kept message in an older state: chat, seq, the newer revision. */
  readonly selectOlder: Database.Statement<[string, number, number], Kept>;
  readonly replace: Database.Statement;
  readonly loadNote: Database.Statement;
  readonly saveNote: Database.Statement;
  readonly dropNote: Database.Statement;
  /** Messages of a chat between two seqs: the first one, and the one behind the last. */
  readonly selectBefore: Database.Statement;
  readonly selectAfter: Database.Statement;
  readonly selectNewest: Database.Statement<[], { readonly key: string; readonly json: string }>;
  /** The keys of chats that stay, as a JSON list; the number of messages. */
  readonly dropFirst: Database.Statement<[string, number], Omit<Kept, "id">>;
  readonly search: CacheSearch;
  readonly dropped: DroppedChats;
  readonly erasure: CacheErasure;

  constructor(file: string) {
    this.database = new SqliteDatabase(file, { timeout: 0 });
    try {
      this.#prepareFile();
      const prepare = (sql: string): Database.Statement => this.database.prepare(sql);
      this.insert = prepare("INSERT OR IGNORE INTO message (chat_id, seq, bytes, json) VALUES (?, ?, ?, ?)");
      this.selectOlder = this.database.prepare(SELECT_OLDER);
      this.replace = prepare("UPDATE message SET bytes = ?, json = ?, place = NULL WHERE id = ?");
      this.loadNote = prepare("SELECT json FROM note WHERE name = ?").pluck();
      this.saveNote = prepare("REPLACE INTO note VALUES (?, ?)");
      this.dropNote = prepare("DELETE FROM note WHERE name = ?");
      this.selectBefore = prepare(
        "SELECT json FROM message WHERE chat_id = ? AND seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?",
      ).pluck();
      this.selectAfter = prepare(
        "SELECT json FROM message WHERE chat_id = ? AND seq >= ? AND seq > ? ORDER BY seq LIMIT ?",
      ).pluck();
      this.selectNewest = this.database.prepare(NEWEST);
      this.dropFirst = this.database.prepare(DROP_FIRST);
      this.search = new CacheSearch(this.database);
      this.dropped = new DroppedChats(this.database, this.search);
      this.erasure = new CacheErasure(this.database);
    } catch (error) {
      this.database.close();
      const busy = error instanceof SqliteDatabase.SqliteError && error.code.startsWith("SQLITE_BUSY");
      throw busy ? new CacheInUseError("another client of this account is running here") : error;
    }
  }

  close(): void {
    this.database.close();
    this.erasure.close();
  }

  /** After a transaction that has failed: nothing of it is to be left in memory either. */
  load(): void {
    this.dropped.load();
    this.erasure.load();
  }

  get messageCount(): number {
    return this.#number("SELECT count(*) FROM message");
  }

  get textBytes(): number {
    return this.#number("SELECT total(bytes) FROM message");
  }

  /** Takes over what can be read of a damaged file: everything but the rows on the damaged pages. */
  takeFrom(damaged: Database.Database): void {
    // Notes first: drafts are the only thing that no server has.
    const insertNote = this.database.prepare("INSERT OR IGNORE INTO note VALUES (@name, @json)");
    for (const order of ["", "DESC"]) {
      copyUntilDamage(damaged, `SELECT name, json FROM note ORDER BY name ${order}`, (row) => insertNote.run(row));
    }
    this.dropped.load();
    const insert = this.database.prepare(
      "INSERT OR IGNORE INTO message (id, chat_id, seq, bytes, json) VALUES (@id, @chat_id, @seq, @bytes, @json)",
    );
    let first = 0;
    let last = Number.NaN;
    copyUntilDamage(damaged, "SELECT * FROM message ORDER BY id", (row) => {
      insert.run(row);
      first = Number(row["id"]);
    });
    copyUntilDamage(damaged, "SELECT * FROM message ORDER BY id DESC", (row) => {
      insert.run(row);
      last = Number(row["id"]);
    });
    if (first === 0 && Number.isNaN(last)) return; // nothing leads to the rows
    const end = Math.min(Number.isNaN(last) ? lastId(damaged) + 1 : last, first + MAX_SEARCHED_IDS);
    for (let id = first + 1; id < end; id += IDS_PER_STEP) {
      copyRange(damaged, id, Math.min(end, id + IDS_PER_STEP), insert);
    }
  }

  #prepareFile(): void {
    // Exclusive: the cache also shows whether another client of the same account runs. Losing the last seconds of a
    // cache in a power cut does no harm, so no fsync.
    this.database.pragma("locking_mode = EXCLUSIVE");
    this.database.pragma("journal_mode = TRUNCATE");
    this.database.pragma("synchronous = OFF");
    this.database.pragma("secure_delete = ON"); // what was deleted in a chat is not to be found here either
    this.database.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    this.database.exec("BEGIN EXCLUSIVE");
    const version = Number(this.database.pragma("user_version", { simple: true }));
    if (version !== VERSION) this.database.exec(STEPS[version] ?? DROP.join("") + SCHEMA);
    this.database.pragma(`user_version = ${VERSION}`);
    this.database.exec("COMMIT");
  }

  #number(sql: string): number {
    return Number(this.database.prepare(sql).pluck().get());
  }
}

/** Ids between two damaged places that are looked for, and how many at once. */
const MAX_SEARCHED_IDS = 50_000;
const IDS_PER_STEP = 64;

type Row = Readonly<Record<string, unknown>>;

function copyUntilDamage(from: Database.Database, sql: string, take: (row: Row) => void): void {
  try {
    for (const row of from.prepare<[], Row>(sql).iterate()) take(row);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

/** The greatest id, from an index since the table cannot tell; 0 when that is damaged too. */
function lastId(damaged: Database.Database): number {
  let last = 0;
  copyUntilDamage(damaged, "SELECT max(id) AS last FROM message INDEXED BY message_bytes", (row) => {
    last = Number(row["last"]);
  });
  return last;
}

/** Copies the rows with ids from `start` until before `end`; where some cannot be read, in smaller and smaller parts. */
function copyRange(from: Database.Database, start: number, end: number, insert: Database.Statement): void {
  try {
    const rows = from.prepare("SELECT * FROM message WHERE id >= ? AND id < ?").all(start, end);
    for (const row of rows) insert.run(row);
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (end - start <= 1) return;
    const middle = start + Math.floor((end - start) / 2);
    copyRange(from, start, middle, insert);
    copyRange(from, middle, end, insert);
  }
}

const BESIDE = ["", "-journal", "-wal", "-shm"];

/** Opens the file again with what can be read of it; with nothing when that is nothing. Nobody may have it open. */
export function rescueCacheFile(file: string): CacheFile {
  const damaged = `${file}.damaged`;
  for (const suffix of BESIDE) {
    rmSync(damaged + suffix, { force: true });
    // With its journal: it may hold the rest of a transaction.
    if (existsSync(file + suffix)) renameSync(file + suffix, damaged + suffix);
  }
  const cacheFile = new CacheFile(file);
  try {
    readDamaged(damaged, cacheFile);
  } finally {
    for (const suffix of BESIDE) rmSync(damaged + suffix, { force: true });
  }
  return cacheFile;
}

function readDamaged(damaged: string, cacheFile: CacheFile): void {
  let database: Database.Database | undefined;
  try {
    const source = new SqliteDatabase(damaged);
    database = source;
    const version = Number(source.pragma("user_version", { simple: true }));
    if (version !== VERSION && STEPS[version] === undefined) return;
    cacheFile.database.transaction(() => cacheFile.takeFrom(source))();
  } catch (error) {
    // The content is lost: not even its first page can be read, or this disk takes no copy.
    if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
  } finally {
    database?.close();
  }
}
