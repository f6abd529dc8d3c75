// Erasure of deleted texts from all of the store's files: the log, and what SQLite leaves beside the rows.
import type Database from "better-sqlite3";
import { PageGaps } from "../../util/page-gaps.ts";
import { StoreUnavailableError } from "../store.ts";
import type { PageRun, PageSet } from "./page-set.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

/** While batches follow one another the erasure begins this long after the first of what is to be erased, in milliseconds. */
const MAX_AGE_MS = 20_000;
/** While batches follow one another the log is emptied so often at most, in milliseconds: that syncs the file. */
const BUSY_PAUSE_MS = 500;
/** Pages of one step between batches (4 MiB, some milliseconds), and of one that batches wait for. */
const IDLE_STEP_PAGES = 1_024;
const BUSY_STEP_PAGES = 8_192;
/** Pages that are read at a time: 1 MiB. */
const PAGES_PER_READ = 256;
/**
 * So many pages that were written (64 MiB) are looked through even if nothing is to be erased: then what an erasure has to
 * look through does not grow with the store, and takes seconds.
 */
const MAX_WRITTEN_PAGES = 16_384;
/** The store's end does not wait longer, in milliseconds. */
const CLOSE_TIMEOUT_MS = 4_000;

function prepare(database: Database.Database) {
  return {
    isWhole: database.prepare<[], number>("SELECT count(*) FROM erased").pluck(),
    begin: database.prepare<[]>("DELETE FROM erased"),
    end: database.prepare<[]>("INSERT OR IGNORE INTO erased (id) VALUES (1)"),
  };
}

/**
 * `secure_delete` overwrites what is deleted in the file of the store. The log still has the pages as they were before:
 * emptying it writes them back to the file, so this waits for a moment in which nothing is committed, but not for long. Then
 * the pages that were written since the last time are looked through for copies of rows in their gaps, in steps. Its steps
 * throw StoreUnavailableError when the files cannot be read or written; what they had to do is then still to be done.
 */
export class Erasure {
  readonly #database: Database.Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #gaps: PageGaps;
  readonly #log: WriteAheadLog;
  /** Of the first erasure since the look at the pages has begun, on the monotonic clock. */
  #sinceMs: number | undefined;
  /** Pages that are still to be looked through; undefined when none are. */
  #pages: PageSet | undefined;
  /** Whether something was overwritten that may not be on the disk yet. */
  #isUnsynced = false;
  /** Whether something was committed since the log was empty, and when it was emptied. */
  #isLogUsed = true;
  #emptiedMs = -Infinity;

  /** From `checkpointPages` on the log is written back to the file. */
  constructor(database: Database.Database, checkpointPages: number) {
    this.#database = database;
    this.#sql = prepare(database);
    this.#gaps = new PageGaps(database.name, Number(database.pragma("page_size", { simple: true })));
    this.#log = new WriteAheadLog(database, checkpointPages);
    if (this.#sql.isWhole.get() === 1) {
      this.#sql.begin.run();
      return;
    }
    // A process before this one has ended between an erasure and its end, and what pages it had written nobody knows.
    this.#log.noteAll();
    this.#sinceMs = performance.now();
  }

  /** Whether an erased text may still be in a file. */
  get isPending(): boolean {
    return this.#sinceMs !== undefined || this.#pages !== undefined;
  }

  /** To be called after each commit; `hasErased` is true when something was erased in it. */
  note(hasErased: boolean): void {
    this.#isLogUsed = true;
    if (hasErased) this.#sinceMs ??= performance.now();
  }

  /** To be called after each transaction that has failed. */
  noteFailure(): void {
    this.#log.noteFailure();
  }

  /** Goes on after a batch: at once when it was empty, else when the erasure has waited for too long. Keeps the log short. */
  settle(isIdle: boolean): void {
    this.#keepShort();
    if (!this.isPending) return;
    const nowMs = performance.now();
    const isDue = this.#pages !== undefined || nowMs - (this.#sinceMs ?? nowMs) >= MAX_AGE_MS;
    if (isIdle) this.#step(IDLE_STEP_PAGES);
    else if (isDue && nowMs - this.#emptiedMs >= BUSY_PAUSE_MS) this.#step(BUSY_STEP_PAGES);
  }

  /** One step between batches, once the look at the pages has begun; whether there is more to do now. */
  idleStep(): boolean {
    this.#keepShort();
    if (this.#pages === undefined) return false;
    if (this.#isLogUsed && performance.now() - this.#emptiedMs < BUSY_PAUSE_MS) return false;
    return this.#step(IDLE_STEP_PAGES) && this.#pages !== undefined;
  }

  /** Goes to the end, but not for too long; before the database is closed. */
  finish(): void {
    const endMs = performance.now() + CLOSE_TIMEOUT_MS;
    this.#sinceMs ??= performance.now(); // what was written since the last time
    try {
      while (this.isPending && performance.now() < endMs) if (!this.#step(BUSY_STEP_PAGES)) break;
      if (!this.isPending) this.#sql.end.run();
    } finally {
      this.#log.close();
    }
  }

  /** After the database was closed. */
  close(): void {
    this.#gaps.close();
  }

  /** False when a reader was in the way: the next call tries again. */
  #step(pageCount: number): boolean {
    if (!this.#emptyLog()) return false;
    if (this.#pages === undefined) {
      this.#sinceMs = undefined;
      this.#pages = this.#log.takeWritten();
    }
    const pages = this.#pages;
    // Within a transaction: no other process, such as a shell of SQLite, writes pages back to the file meanwhile.
    const look = this.#database.transaction(() => (this.#log.isEmpty() ? this.#clean(pages, pageCount) : undefined));
    const hasCleaned = look.immediate();
    if (hasCleaned === undefined) {
      this.#isLogUsed = true; // another process has written
      return false;
    }
    if (hasCleaned) this.#database.pragma("shrink_memory"); // pages in the cache are as they were
    if (pages.size === 0) this.#pages = undefined;
    return true;
  }

  /** Whether something was overwritten. After an error all pages of the step are still to be looked through. */
  #clean(pages: PageSet, pageCount: number): boolean {
    const taken: PageRun[] = [];
    try {
      for (let left = pageCount; left > 0;) {
        const run = pages.takeRun(Math.min(left, PAGES_PER_READ));
        if (run === undefined) break;
        taken.push(run);
        if (this.#gaps.clean(run.from, run.count).cleanedCount > 0) this.#isUnsynced = true;
        left -= run.count;
      }
      if (!this.#isUnsynced) return false;
      this.#gaps.sync();
      this.#isUnsynced = false;
      return true;
    } catch (error) {
      for (const run of taken) pages.addRun(run);
      this.#isUnsynced = true;
      if (!(error instanceof Error) || !("code" in error)) throw error;
      throw new StoreUnavailableError(`store: ${error.message}`, { cause: error });
    }
  }

  #keepShort(): void {
    this.#log.keepShort();
    if (this.#log.writtenCount > MAX_WRITTEN_PAGES) this.#sinceMs ??= performance.now();
  }

  #emptyLog(): boolean {
    if (!this.#isLogUsed) return true;
    this.#isLogUsed = !this.#log.empty();
    this.#emptiedMs = performance.now();
    return !this.#isLogUsed;
  }
}
