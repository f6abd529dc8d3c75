// Backup of an embedded store while it is in use, with a check that the copy is whole.
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type Database from "better-sqlite3";
import { makeFolder, syncFile, syncFolder } from "../../util/durable.ts";
import { SqliteDatabase } from "../../util/sqlite-driver.ts";
import { StoreOpenError, type BackupProgress, type BackupSummary } from "../store.ts";
import { openError } from "./errors.ts";
import { examineOpened } from "./examine.ts";
import { removeStore } from "./make.ts";
import { makeEmpty } from "./store-lock.ts";

/** Pages copied in one go (4 MiB), between two reports of progress. */
const PAGES_PER_STEP = 1024;
const BUSY_TIMEOUT_MS = 5000;

type Counts = Pick<BackupSummary, "userCount" | "chatCount" | "messageCount">;

/**
 * Copies the store in `file` to the new file `target`, which appears under its name only when it is complete, checked
 * and on the disk. Throws StoreOpenError when the store cannot be read or the copy not written.
 */
export async function backupSqlite(
  file: string,
  target: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<BackupSummary> {
  if (!existsSync(file)) throw new StoreOpenError(`store ${file} is not there`);
  if (existsSync(target)) throw new StoreOpenError(`backup ${target} is there already; name another file`);
  const part = `${target}.part`;
  try {
    onTarget(target, () => makePart(part));
    const counts = await copy(file, part, onProgress).catch((error: unknown) => {
      throw isOfTarget(error) ? targetError(error, target) : error;
    });
    onTarget(target, () => {
      verify(file, part, counts);
      syncFile(part);
      renameSync(part, target);
      syncFolder(dirname(target));
    });
    return { ...counts, bytes: statSync(target).size };
  } catch (error) {
    removeQuietly(part);
    throw openError(error, file);
  }
}

/** Opens a copy, which nobody else uses, and counts what it holds. Throws StoreOpenError when that cannot be done. */
export function countSqlite(file: string): Counts {
  try {
    const database = new SqliteDatabase(file, { readonly: true, fileMustExist: true });
    try {
      examineOpened(database);
      return count(database);
    } finally {
      database.close();
    }
  } catch (error) {
    throw openError(error, file);
  }
}

/** Copies the store as it is at one moment, whatever is written to it meanwhile; what the copy must hold. */
async function copy(file: string, part: string, onProgress: (progress: BackupProgress) => void): Promise<Counts> {
  const database = new SqliteDatabase(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    examineOpened(database);
    // Within one reading transaction each step sees the same state; otherwise every commit would make it start again.
    database.exec("BEGIN");
    const counts = count(database);
    await database.backup(part, {
      progress({ totalPages, remainingPages }) {
        onProgress({ doneShare: totalPages === 0 ? 0 : 1 - remainingPages / totalPages });
        return PAGES_PER_STEP;
      },
    });
    return counts;
  } finally {
    database.close();
  }
}

/** Errors of the copy name the copy, not the store. */
function onTarget(target: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof StoreOpenError ? error : targetError(error, target);
  }
}

/** SQLite's errors while it copies, but for those of reading, come from the side that is written. */
function isOfTarget(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(?:FULL|CANTOPEN|READONLY|PERM|IOERR(?!_READ|_SHORT_READ))/.test(code);
}

function targetError(error: unknown, target: string): StoreOpenError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new StoreOpenError(`backup ${target}: cannot be written (${explained(code)})`, { cause: error });
}

function explained(code: string): string {
  if (code === "SQLITE_FULL" || code === "ENOSPC") return "the disk is full";
  return code === "ENOTDIR" ? "a part of the path is a file" : code;
}

/** The fault that is being told matters more than what it leaves behind. */
function removeQuietly(part: string): void {
  try {
    removeStore(part);
  } catch {
    // below a file there is nothing to remove; on a disk that fails it cannot be
  }
}

function makePart(part: string): void {
  makeFolder(dirname(part));
  // Left over by a backup that was broken off; two at a time to one target would be a mistake anyway.
  rmSync(part, { force: true });
  makeEmpty(part);
}

function verify(file: string, part: string, expected: Counts): void {
  const database = new SqliteDatabase(part);
  try {
    // One file, complete without a log beside it.
    database.pragma("journal_mode = DELETE");
    const check = database.pragma("quick_check(1)", { simple: true });
    const found = count(database);
    if (check !== "ok" || JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new StoreOpenError(`store ${file} is damaged, or the disk of the backup: the copy does not pass its check`);
    }
  } finally {
    database.close();
  }
}

function count(database: Database.Database): Counts {
  const rows = (table: string): number => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  return { userCount: rows("users"), chatCount: rows("chats"), messageCount: rows("messages") };
}
