// Translation of SQLite's and the file system's errors into the store's.
import { SqliteDatabase } from "../../util/sqlite-driver.ts";
import { StoreOpenError, StoreUnavailableError } from "../store.ts";

/** Primary codes that the world outside causes: the disk, its rights, other processes, memory. All others are bugs. */
const OUTSIDE =
  /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CORRUPT|NOTADB|CANTOPEN|NOMEM|PROTOCOL|INTERRUPT|PERM|AUTH|NOLFS)(_|$)/;

/** Reasons why a store does not open, with advice, by the codes of SQLite and of the file system. */
const OPEN_FAULTS: readonly (readonly [code: RegExp, fault: string])[] = [
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, "is in use by another program; end that one first"],
  [/^SQLITE_(CORRUPT|NOTADB)/, "is damaged; put a backup in its place, or name another file"],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, "cannot be opened: no space is left on the disk; make room"],
  [
    /^(SQLITE_(READONLY|PERM|AUTH|CANTOPEN)|EACCES|EPERM|EROFS)/,
    "cannot be written; look at the rights of the file and its folder",
  ],
  [/^EISDIR/, "is a folder; name a file"],
  [
    /^(ENOTDIR|EEXIST|ENOENT|ENAMETOOLONG|ELOOP)/,
    "cannot be made: its path goes through something that is not a folder",
  ],
];

/** SQLite's extended code of an error, such as SQLITE_IOERR_FSYNC; undefined when the error is not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof SqliteDatabase.SqliteError ? error.code : undefined;
}

/** StoreUnavailableError for what the world outside causes, otherwise the error itself. SQLite's texts hold no values. */
export function storeError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !OUTSIDE.test(code) || !(error instanceof Error)) return error;
  return new StoreUnavailableError(`store ${file}: ${error.message} (${code})`, { cause: error });
}

/** StoreOpenError with one line that names the file and what to do; a StoreOpenError itself; other errors are bugs. */
export function openError(error: unknown, file: string): unknown {
  if (error instanceof StoreOpenError || !(error instanceof Error)) return error;
  const code = sqliteCode(error) ?? ("code" in error && typeof error.code === "string" ? error.code : undefined);
  if (code === undefined) return error;
  const fault = OPEN_FAULTS.find(([pattern]) => pattern.test(code))?.[1] ?? "cannot be opened";
  return new StoreOpenError(`store ${file} ${fault} (${code})`, { cause: error });
}
