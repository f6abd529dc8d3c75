// Indexer of the search: takes up messages some time after they were stored.
import type Database from "better-sqlite3";
import { indexText } from "../../protocol/search-trigrams.ts";

/**
 * A chat's messages are indexed when this many are not. A search scans so many in 60 µs, so one in hundreds of chats takes
 * some milliseconds.
 */
export const INDEX_FROM_COUNT = 64;
/** One step indexes at most this many messages, and ends after so many characters: about 3 ms of work. */
const STEP_MESSAGES = 256;
const STEP_CHARS = 64 * 1024;
/** Each indexing step makes one segment; after so many, segments are merged. */
const STEPS_PER_MERGE = 8;
/** Pages of the index that one merging step writes. */
const MERGE_PAGES = 64;

function prepare(database: Database.Database) {
  return {
    due: database.prepare<[number], number>("SELECT id FROM chats WHERE last_seq - indexed_seq >= ?").pluck(),
    next: database.prepare<[number, number], { id: bigint; text: string }>(
      `SELECT m.id, m.text FROM chats c JOIN messages m ON m.id > (c.id << 32 | c.indexed_seq)
         AND m.id <= (c.id << 32 | c.last_seq) WHERE c.id = ? ORDER BY m.id LIMIT ?`,
    ),
    insert: database.prepare<[bigint, string]>("INSERT INTO search_index (rowid, text) VALUES (?, ?)"),
    indexed: database.prepare<[bigint, number]>("UPDATE chats SET indexed_seq = ? & 0xffffffff WHERE id = ?"),
    merge: database.prepare<[number]>("INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)"),
    changes: database.prepare<[], number>("SELECT total_changes()").pluck(),
  };
}

/**
 * Owns the search index's growth. A message and the position up to which its chat is indexed are stored in one
 * transaction, so the index never lacks what it is said to hold, and never holds a message twice.
 */
export class Indexer {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #indexSome: Database.Transaction<(chats: Iterable<number>) => number[]>;
  /** Keys of chats with enough messages to index. */
  readonly #due: Set<number>;
  #stepsToMerge = 0;

  constructor(database: Database.Database, fromCount: number) {
    this.#sql = prepare(database);
    this.#sql.next.safeIntegers();
    this.#indexSome = database.transaction((chats: Iterable<number>) => this.#index(chats));
    this.#due = new Set(this.#sql.due.all(fromCount));
  }

  /** Says that the chat has enough messages that are not indexed. */
  announce(chat: number): void {
    this.#due.add(chat);
  }

  /** One short step; whether more is to do. */
  step(): boolean {
    const isDue = this.#due.size > 0;
    if (isDue && this.#stepsToMerge > 0) {
      this.#stepsToMerge--;
      for (const chat of this.#indexSome.immediate(this.#due)) this.#due.delete(chat);
      return true;
    }
    if (this.#merge()) return true;
    this.#stepsToMerge = STEPS_PER_MERGE;
    return isDue;
  }

  /** Indexes the next messages of chats; those of which all are indexed now. */
  #index(chats: Iterable<number>): number[] {
    const done: number[] = [];
    let [messageCount, chars] = [0, 0];
    for (const chat of chats) {
      const rows = this.#sql.next.all(chat, STEP_MESSAGES - messageCount);
      let last: bigint | undefined;
      for (const { id, text } of rows) {
        if (chars > STEP_CHARS) break;
        chars += text.length;
        messageCount += 1;
        this.#sql.insert.run(id, indexText(text));
        last = id;
      }
      if (last !== undefined) this.#sql.indexed.run(last, chat);
      if (messageCount >= STEP_MESSAGES || chars > STEP_CHARS) break;
      done.push(chat);
    }
    return done;
  }

  /** Merges some segments of the index; false when there was nothing to merge (FTS5 then changes less than two rows). */
  #merge(): boolean {
    const before = this.#sql.changes.get() ?? 0;
    this.#sql.merge.run(MERGE_PAGES);
    return (this.#sql.changes.get() ?? 0) - before >= 2;
  }
}
