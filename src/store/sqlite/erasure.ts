// Erasure of deleted texts from all of the store's files: the log, and what SQLite leaves beside the rows.
import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import { PageGaps } from "../../util/page-gaps.ts";
import { StoreUnavailableError } from "../store.ts";

/** While batches follow one another the erasure begins this long after the first of what is to be erased, in milliseconds. */
const MAX_AGE_MS = 20_000;
/** While batches follow one another the log is emptied so often at most, in milliseconds: that syncs the file. */
const BUSY_PAUSE_MS = 500;
/** Pages of one step between batches (4 MiB, some milliseconds), and of one that batches wait for. */
const IDLE_STEP_PAGES = 1_024;
const BUSY_STEP_PAGES = 8_192;
/** The store's end does not wait longer, in milliseconds. */
const CLOSE_TIMEOUT_MS = 4_000;

/**
 * `secure_delete` overwrites what is deleted in the file of the store. The log still has the pages as they were before:
 * emptying it writes them back to the file, so this waits for a moment in which nothing is committed, but not for long. Then
 * the file is looked through for copies of rows in the gaps of pages, in steps.
 */
export class Erasure {
  readonly #database: Database.Database;
  readonly #gaps: PageGaps;
  /** Of the first erasure since the look through the file has begun, on the monotonic clock. */
  #sinceMs: number | undefined;
  /** The page where the look through the file goes on. */
  #nextPage: number | undefined;
  /** Whether something was committed since the log was empty, and when it was emptied. */
  #isLogUsed = true;
  #emptiedMs = -Infinity;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#gaps = new PageGaps(database.name, Number(database.pragma("page_size", { simple: true })), true);
    // A process before this one may have ended between an erasure and its end.
    this.#sinceMs = performance.now();
  }

  /** Whether an erased text may still be in a file. */
  get isPending(): boolean {
    return this.#sinceMs !== undefined || this.#nextPage !== undefined;
  }

  /** To be called after each commit; `hasErased` is true when something was erased in it. */
  note(hasErased: boolean): void {
    this.#isLogUsed = true;
    if (hasErased) this.#sinceMs ??= performance.now();
  }

  /** Goes on after a batch: at once when it was empty, else when the erasure has waited for too long. */
  settle(isIdle: boolean): void {
    if (!this.isPending) return;
    const nowMs = performance.now();
    const isDue = this.#nextPage !== undefined || nowMs - (this.#sinceMs ?? nowMs) >= MAX_AGE_MS;
    if (isIdle) this.#step(IDLE_STEP_PAGES);
    else if (isDue && nowMs - this.#emptiedMs >= BUSY_PAUSE_MS) this.#step(BUSY_STEP_PAGES);
  }

  /** One step between batches, once the look through the file has begun; whether there is more to do now. */
  idleStep(): boolean {
    if (this.#nextPage === undefined) return false;
    if (this.#isLogUsed && performance.now() - this.#emptiedMs < BUSY_PAUSE_MS) return false;
    return this.#step(IDLE_STEP_PAGES) && this.#nextPage !== undefined;
  }

  /** Goes to the end, but not for too long; before the database is closed. */
  finish(): void {
    const endMs = performance.now() + CLOSE_TIMEOUT_MS;
    while (this.isPending && performance.now() < endMs) if (!this.#step(BUSY_STEP_PAGES)) return;
  }

  /** After the database was closed. */
  close(): void {
    this.#gaps.close();
  }

  /** False when a reader was in the way: the next call tries again. */
  #step(pageCount: number): boolean {
    if (!this.#emptyLog()) return false;
    if (this.#nextPage === undefined) {
      this.#sinceMs = undefined;
      this.#nextPage = 0;
    }
    const from = this.#nextPage;
    // Within a transaction: no other process, such as a shell of SQLite, writes pages back to the file meanwhile.
    const look = this.#database.transaction(() => (this.#isLogEmpty() ? this.#clean(from, pageCount) : undefined));
    const cleaned = look.immediate();
    if (cleaned === undefined) {
      this.#isLogUsed = true; // another process has written
      return false;
    }
    const { cleanedCount, next } = cleaned;
    if (cleanedCount > 0) this.#database.pragma("shrink_memory"); // pages in the cache are as they were
    this.#nextPage = next;
    return true;
  }

  #clean(from: number, pageCount: number) {
    try {
      return this.#gaps.clean(from, pageCount);
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
      throw new StoreUnavailableError(`store: ${error.message}`, { cause: error });
    }
  }

  #isLogEmpty(): boolean {
    return (statSync(`${this.#database.name}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
  }

  #emptyLog(): boolean {
    if (!this.#isLogUsed) return true;
    const timeoutMs = this.#database.pragma("busy_timeout", { simple: true });
    this.#database.pragma("busy_timeout = 0"); // a reader that is in the way is not waited for
    try {
      const [result] = this.#database.pragma("wal_checkpoint(TRUNCATE)") as { readonly busy: number }[];
      this.#isLogUsed = result?.busy !== 0;
      this.#emptiedMs = performance.now();
      return !this.#isLogUsed;
    } finally {
      this.#database.pragma(`busy_timeout = ${Number(timeoutMs)}`);
    }
  }
}
