// Examination of a store file before it is opened for writing; it changes nothing.
import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from "node:fs";
import type Database from "better-sqlite3";
import { SqliteDatabase } from "../../util/sqlite-driver.ts";
import { sqliteCode } from "./errors.ts";
import { StoreOpenError } from "../store.ts";
import { APPLICATION_ID, SCHEMA_VERSION, schemaVersion } from "./schema.ts";

/** Where SQLite's file header has what (https://www.sqlite.org/fileformat2.html, section 1.3). */
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;
/** Stores up to this size are checked page by page at each start (about a second). */
const FULL_CHECK_BYTES = 256 * 1024 * 1024;
/** Tables that are checked in bigger ones: without these nothing works, and they stay small beside the messages. */
const SMALL_TABLES = ["users", "chats", "tokens", "contacts"];

/** Whether there is anything in the file; an empty one is as good as none. */
export function holdsStore(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

/** Throws StoreOpenError when the file's header is not that of a store that this program can use; opens no database. */
export function examineHeader(file: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  const isOurs = header.toString("latin1", 0, MAGIC.length) === MAGIC;
  if (!isOurs || header.readUInt32BE(APPLICATION_ID_AT) !== APPLICATION_ID) throw noStore(file);
  refuseNewer(file, header.readUInt32BE(USER_VERSION_AT));
}

/**
 * The same of a database that is open, for files that this process may have open for writing: closing a descriptor of
 * one would end all locks that the process has on it.
 */
export function examineOpened(database: Database.Database): void {
  const { name: file } = database;
  try {
    if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID) throw noStore(file);
  } catch (error) {
    throw sqliteCode(error) === "SQLITE_NOTADB" ? noStore(file) : error;
  }
  refuseNewer(file, schemaVersion(database));
}

function noStore(file: string): StoreOpenError {
  return new StoreOpenError(
    `store ${file} is damaged or no store of Messenger; put a backup in its place, or name another file`,
  );
}

/**
 * Throws when the store is from a newer program or damaged; of stores above `fullCheckBytes` only the small tables are
 * looked at. The caller holds the store's lock.
 */
export function examineContent(file: string, fullCheckBytes: number = FULL_CHECK_BYTES): void {
  // A connection that may only read writes nothing back from the log of a server that was killed, but it makes these.
  const made = [`${file}-wal`, `${file}-shm`].filter((beside) => !existsSync(beside));
  // A journal is left when the power was cut while a backup that was put in place was opened for the first time: SQLite
  // rolls it back at the first look, and has to be allowed to.
  const database = new SqliteDatabase(file, { readonly: !existsSync(`${file}-journal`) });
  try {
    refuseNewer(file, schemaVersion(database));
    const parts = statSync(file).size <= fullCheckBytes ? [1] : SMALL_TABLES;
    for (const part of parts) {
      if (database.pragma(`quick_check(${part})`, { simple: true }) === "ok") continue;
      throw new StoreOpenError(`store ${file} is damaged; put a backup in its place, or name another file`);
    }
  } finally {
    database.close();
    for (const beside of made) rmSync(beside, { force: true });
  }
}

function refuseNewer(file: string, version: number): void {
  if (version <= SCHEMA_VERSION) return;
  throw new StoreOpenError(
    `store ${file} is from a newer Messenger (format ${version}, this one knows ${SCHEMA_VERSION}); update Messenger`,
  );
}
