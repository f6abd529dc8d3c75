// Erasure of deleted texts from the file of the history cache: what SQLite leaves of them beside the rows.
import type Database from "better-sqlite3";
import { PageGaps } from "../util/page-gaps.ts";

/** The file is looked through so long after a text has gone from it, in milliseconds: together for those of that time. */
const DELAY_MS = 20_000;
/** Between two steps, and pages of one (4 MiB, some milliseconds). */
const STEP_INTERVAL_MS = 100;
const STEP_PAGES = 1024;
/** The end of the client does not wait longer, in milliseconds; the next start goes on. */
const CLOSE_TIMEOUT_MS = 1000;
/** Name of the note that is there until the file has been looked through. */
const NOTE = "erasure";

/**
 * `secure_delete` overwrites a text in its row, and the index forgets it. Copies of rows that were moved from page to page
 * are overwritten here, in steps, a while after something was deleted.
 */
export class CacheErasure {
  readonly #database: Database.Database;
  readonly #gaps: PageGaps;
  readonly #noteIt: Database.Statement;
  readonly #forgetNote: Database.Statement;
  readonly #selectNote: Database.Statement;
  /** Something has been deleted since the look through the file began. */
  #isNoted = false;
  /** Where the look goes on, as an index of a page; undefined while there is none. */
  #nextPage: number | undefined;

  /** Over the open file of a cache, which nobody else writes. */
  constructor(database: Database.Database) {
    this.#database = database;
    this.#gaps = new PageGaps(database.name, Number(database.pragma("page_size", { simple: true })));
    this.#noteIt = database.prepare("REPLACE INTO note VALUES (?, 'true')");
    this.#forgetNote = database.prepare("DELETE FROM note WHERE name = ?");
    this.#selectNote = database.prepare("SELECT 1 FROM note WHERE name = ?");
    this.load();
  }

  /** Reads the note, at the start and when a transaction has failed. */
  load(): void {
    this.#isNoted = this.#selectNote.get(NOTE) !== undefined;
  }

  /** When to call `step` next, in milliseconds from now; undefined: there is nothing to erase. */
  get delayMs(): number | undefined {
    if (this.#nextPage !== undefined) return STEP_INTERVAL_MS;
    return this.#isNoted ? DELAY_MS : undefined;
  }

  /** A text has been deleted, in the transaction that is open. */
  note(): void {
    if (!this.#isNoted) this.#noteIt.run(NOTE);
    this.#isNoted = true;
  }

  /** Looks through some more of the file; outside of transactions. */
  step(): void {
    if (this.#nextPage === undefined) this.#isNoted = false;
    const cleaned = this.#clean(this.#nextPage ?? 0);
    this.#nextPage = cleaned?.next;
    if (cleaned === undefined) return;
    if (cleaned.cleanedCount > 0) this.#database.pragma("shrink_memory"); // pages in the cache are as they were
    if (cleaned.next === undefined && !this.#isNoted) this.#forgetNote.run(NOTE);
  }

  /** Undefined where the disk refuses: nobody is to be stopped by that, and the next start tries again. */
  #clean(from: number) {
    try {
      return this.#gaps.clean(from, STEP_PAGES);
    } catch (error) {
      if (error instanceof Error && "code" in error) return undefined;
      throw error;
    }
  }

  /** Looks through the file to its end, but not for too long. */
  finish(): void {
    const endMs = performance.now() + CLOSE_TIMEOUT_MS;
    while (this.delayMs !== undefined && performance.now() < endMs) this.step();
  }

  /** After the database was closed. */
  close(): void {
    this.#gaps.close();
  }
}
