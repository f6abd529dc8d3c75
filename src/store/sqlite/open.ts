// Opens a store file: makes or upgrades it for the writer, checks it before anything in it is touched.
import { accessSync, closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StoreOpenError } from "../store.ts";
import type { StoreReader, StoreWriter } from "../store.ts";
import { SqliteReader } from "./reader.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION, schemaVersion } from "./schema.ts";
import { SqliteWriter } from "./writer.ts";

/** How long a statement waits for a lock of another process (a backup, a person's sqlite3), in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;
/** The write-ahead log is written back when it has this many pages (16 MiB): big enough for many batches. */
const CHECKPOINT_PAGES = 4096;
const JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024;
const WRITER_CACHE_KIB = 32 * 1024;
const READER_CACHE_KIB = 8 * 1024;

/** Opens `file` for writing; makes folder (mode 700) and file (mode 600) where they are missing. Throws StoreOpenError. */
export function openSqliteWriter(file: string): StoreWriter {
  makeFile(file);
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`journal_size_limit = ${JOURNAL_LIMIT_BYTES}`);
    database.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
    migrate(database);
    return new SqliteWriter(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens an existing store for reading. Throws StoreOpenError. */
export function openSqliteReader(file: string): StoreReader {
  if (!existsSync(file)) throw new StoreOpenError(`store ${file}: there is no such file`);
  const database = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma(`cache_size = -${READER_CACHE_KIB}`);
    const version = schemaVersion(database);
    if (version !== SCHEMA_VERSION || database.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
      throw new StoreOpenError(`store ${file}: version ${version}, but this program needs ${SCHEMA_VERSION}`);
    }
    return new SqliteReader(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeFile(file: string): void {
  if (existsSync(file)) return accessSync(file, constants.R_OK | constants.W_OK);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, "wx", 0o600);
  fsyncSync(descriptor);
  closeSync(descriptor);
}
