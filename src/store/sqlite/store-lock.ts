// The lock that keeps a second server off a store; it dies with the process that holds it.
import { closeSync, openSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { SqliteDatabase } from "../../util/sqlite-driver.ts";
import { StoreOpenError } from "../store.ts";
import { sqliteCode } from "./errors.ts";

/**
 * An exclusive SQLite transaction on an empty file beside the store: SQLite knows the locks of each system, and the
 * kernel frees them when a process ends in whatever way.
 */
export class StoreLock {
  readonly #database: Database.Database;
  readonly #file: string;
  readonly #isNew: boolean;

  private constructor(database: Database.Database, file: string, isNew: boolean) {
    this.#database = database;
    this.#file = file;
    this.#isNew = isNew;
  }

  /** Takes the lock of the store in `storeFile`, whose folder exists; throws StoreOpenError when another server has it. */
  static take(storeFile: string): StoreLock {
    const file = `${storeFile}-lock`;
    const isNew = makeEmpty(file);
    const database = new SqliteDatabase(file, { timeout: 0 });
    try {
      // Nothing is ever written, so there is no need for a journal beside the file either.
      database.pragma("journal_mode = MEMORY");
      database.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      database.close();
      if (sqliteCode(error) !== "SQLITE_BUSY") throw error;
      throw new StoreOpenError(`store ${storeFile} is in use by another server; stop that one, or use another store`, {
        cause: error,
      });
    }
    return new StoreLock(database, file, isNew);
  }

  /** Idempotent. */
  free(): void {
    this.#database.close();
  }

  /** Frees a lock that was of no use, and removes its file if it was made for that. */
  undo(): void {
    // Removed while it is held: a process that already waits for this file holds the lock of a file without a name.
    if (this.#isNew) rmSync(this.#file, { force: true });
    this.free();
  }
}

/** Makes an empty file that only its owner may read; false when it is there already. */
export function makeEmpty(file: string): boolean {
  try {
    closeSync(openSync(file, "wx", 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
