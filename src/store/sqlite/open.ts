// Opening of a store file: checked before anything is changed, then made or brought up to date for the writer.
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import type Database from "better-sqlite3";
import { makeFolder } from "../../util/durable.ts";
import { SqliteDatabase } from "../../util/sqlite-driver.ts";
import { StoreOpenError } from "../store.ts";
import type { StoreReader, StoreWriter } from "../store.ts";
import type { StoreTransfer } from "../transfer.ts";
import { openError } from "./errors.ts";
import { examineContent, examineHeader, examineOpened, holdsStore } from "./examine.ts";
import { makeStore, removeStore } from "./make.ts";
import { SqliteReader } from "./reader.ts";
import type { ReaderOptions } from "./reader.ts";
import { migrate, SCHEMA_VERSION, schemaVersion } from "./schema.ts";
import { StoreLock } from "./store-lock.ts";
import { refuseUnfinished, SqliteTransfer } from "./transfer.ts";
import { CHECKPOINT_PAGES } from "./write-ahead-log.ts";
import { SqliteWriter } from "./writer.ts";
import type { WriterOptions } from "./writer.ts";

/** How long a statement waits for a lock of another process (a backup, a person's sqlite3), in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;
const WRITER_CACHE_KIB = 32 * 1024;
const READER_CACHE_KIB = 8 * 1024;

/**
 * Opens `file` for writing; makes folder (mode 700) and file (mode 600) where they are missing. Throws StoreOpenError,
 * and has then changed nothing.
 */
export function openSqliteWriter(file: string, options: WriterOptions = {}): StoreWriter {
  return openToWrite(file, (database, lock) => {
    refuseUnfinished(database, file);
    return new SqliteWriter(database, lock, options);
  });
}

/** Opens `file` to move everything to it; makes it as `openSqliteWriter` does. Throws StoreOpenError. */
export function openSqliteTarget(file: string): StoreTransfer {
  return openToWrite(file, (database, lock) => {
    database.exec("DELETE FROM erased");
    return new SqliteTransfer(database, lock, false);
  });
}

/** Opens an existing store that no server uses to move everything from it; changes nothing in it. Throws StoreOpenError. */
export function openSqliteSource(file: string): StoreTransfer {
  let lock: StoreLock | undefined;
  let database: Database.Database | undefined;
  try {
    if (!existsSync(file)) throw new StoreOpenError(`store ${file} is not there`);
    lock = StoreLock.take(realpathSync(file));
    database = openReadOnly(file);
    refuseUnfinished(database, file);
    return new SqliteTransfer(database, lock, true);
  } catch (error) {
    database?.close();
    lock?.undo();
    throw openError(error, file);
  }
}

function openToWrite<T>(file: string, make: Maker<T>): T {
  try {
    const path = existsSync(file) ? realpathSync(file) : file;
    if (holdsStore(path)) {
      examineHeader(path);
      requireWritable(path);
    } else {
      makeFolder(dirname(path));
    }
    return openLocked(path, make);
  } catch (error) {
    throw openError(error, file);
  }
}

/** Opens an existing store for reading. Throws StoreOpenError. */
export function openSqliteReader(file: string, options: ReaderOptions = {}): StoreReader {
  if (!existsSync(file)) throw new StoreOpenError(`store ${file} is not there`);
  let database: Database.Database | undefined;
  try {
    database = openReadOnly(file);
    return new SqliteReader(database, options);
  } catch (error) {
    database?.close();
    throw openError(error, file);
  }
}

function openReadOnly(file: string): Database.Database {
  const database = new SqliteDatabase(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    examineOpened(database);
    database.pragma(`cache_size = -${READER_CACHE_KIB}`);
    const version = schemaVersion(database);
    if (version === SCHEMA_VERSION) return database;
    throw new StoreOpenError(`store ${file} has format ${version}, not ${SCHEMA_VERSION}; start a server on it first`);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes what owns the connection and the lock from then on. */
type Maker<T> = (database: Database.Database, lock: StoreLock) => T;

function openLocked<T>(file: string, make: Maker<T>): T {
  const lock = StoreLock.take(file);
  const isNew = !existsSync(file);
  let database: Database.Database | undefined;
  try {
    if (holdsStore(file)) examineContent(file);
    else makeStore(file);
    database = new SqliteDatabase(file, { timeout: BUSY_TIMEOUT_MS });
    prepareForWriting(database);
    return make(database, lock);
  } catch (error) {
    database?.close();
    if (isNew) removeStore(file);
    lock.undo();
    throw error;
  }
}

function prepareForWriting(database: Database.Database): void {
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.pragma(`journal_size_limit = ${LOG_LIMIT_BYTES}`);
  database.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
  database.pragma("secure_delete = ON"); // before anything is dropped: what migrations drop is to be gone, too
  const isOld = schemaVersion(database) < SCHEMA_VERSION;
  migrate(database);
  if (isOld) database.exec("DELETE FROM erased");
}

/** Throws what the file system says when the store, or the folder that its log goes to, cannot be written. */
function requireWritable(file: string): void {
  accessSync(file, constants.R_OK | constants.W_OK);
  accessSync(dirname(file), constants.W_OK);
}
