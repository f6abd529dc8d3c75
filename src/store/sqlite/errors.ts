// Turns SQLite's errors into the store's.
import Database from "better-sqlite3";
import { StoreUnavailableError } from "../store.ts";

/** Primary codes that the world outside causes: the disk, its rights, other processes, memory. All others are bugs. */
const OUTSIDE =
  /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CORRUPT|NOTADB|CANTOPEN|NOMEM|PROTOCOL|INTERRUPT|PERM|AUTH|NOLFS)(_|$)/;

/** SQLite's extended code of an error, such as SQLITE_IOERR_FSYNC; undefined when the error is not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** StoreUnavailableError for what the world outside causes, otherwise the error itself. SQLite's texts hold no values. */
export function storeError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !OUTSIDE.test(code) || !(error instanceof Error)) return error;
  return new StoreUnavailableError(`store ${file}: ${error.message} (${code})`, { cause: error });
}
