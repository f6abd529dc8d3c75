// Erasure of deleted texts from the write-ahead log.
import type Database from "better-sqlite3";

/** While batches follow one another the log is emptied this long after the first erasure in it, in milliseconds. */
const MAX_AGE_MS = 30_000;

/**
 * `secure_delete` overwrites what is deleted in the file of the store; the log still has the pages as they were before.
 * Emptying it writes them back to the file, so this waits for a moment in which nothing is committed, but not for long.
 */
export class Erasure {
  readonly #database: Database.Database;
  /** Of the first erasure that may still be read in the log, on the monotonic clock. */
  #sinceMs: number | undefined;

  constructor(database: Database.Database) {
    this.#database = database;
    database.pragma("secure_delete = ON");
    // A process before this one may have ended between an erasure and its way out of the log.
    this.#sinceMs = performance.now();
  }

  /** Whether an erased text may still be in the log. */
  get isPending(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** To be called after a commit in which something was erased. */
  note(): void {
    this.#sinceMs ??= performance.now();
  }

  /** Empties the log when there is something to erase and `isIdle`, or when it has waited for too long. */
  settle(isIdle: boolean): void {
    if (this.#sinceMs === undefined) return;
    if (!isIdle && performance.now() - this.#sinceMs < MAX_AGE_MS) return;
    const timeoutMs = this.#database.pragma("busy_timeout", { simple: true });
    this.#database.pragma("busy_timeout = 0"); // a reader that is in the way is not waited for: the next call tries again
    try {
      const [result] = this.#database.pragma("wal_checkpoint(TRUNCATE)") as { readonly busy: number }[];
      if (result?.busy === 0) this.#sinceMs = undefined;
    } finally {
      this.#database.pragma(`busy_timeout = ${Number(timeoutMs)}`);
    }
  }
}
