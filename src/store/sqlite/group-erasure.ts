// Erasure of what was written in groups that are gone, some messages at a time.
import type Database from "better-sqlite3";
import { indexText } from "../../protocol/search-trigrams.ts";

/** Messages that one step erases: some milliseconds. */
const STEP_MESSAGES = 256;

interface DueRow {
  readonly id: number;
  readonly indexed_seq: number;
}

function prepare(database: Database.Database) {
  return {
    due: database.prepare<[], DueRow>("SELECT id, indexed_seq FROM chats WHERE kind = 'gone' AND last_seq > 0 LIMIT 1"),
    newest: database.prepare<[number, number, number], { id: number; seq: number; text: string }>(
      `SELECT id, id & 0xffffffff AS seq, text FROM messages
       WHERE id > (? << 32) AND id < ((? + 1) << 32) ORDER BY id DESC LIMIT ?`,
    ),
    unindex: database.prepare<[number, string]>(
      "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', ?, ?)",
    ),
    remove: database.prepare<[number]>("DELETE FROM messages WHERE id = ?"),
    unreact: database.prepare<[number]>("DELETE FROM reactions WHERE message = ?"),
    shorten: database.prepare<[{ chat: number; lastSeq: number }]>(
      `UPDATE chats SET last_seq = @lastSeq, rev = iif(@lastSeq = 0, 0, rev), indexed_seq = min(indexed_seq, @lastSeq)
       WHERE id = @chat`,
    ),
  };
}

/** Owned by the writer; called within a transaction only. */
export class GroupErasure {
  readonly #sql: ReturnType<typeof prepare>;
  #isPending: boolean;

  constructor(database: Database.Database) {
    this.#sql = prepare(database);
    this.#isPending = this.#sql.due.get() !== undefined;
  }

  /** Whether there may be something to erase. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** To be called after a group has ended. */
  note(): void {
    this.#isPending = true;
  }

  /** Erases some messages, the newest first; returns whether there were any. */
  step(): boolean {
    const chat = this.#sql.due.get();
    if (chat === undefined) {
      this.#isPending = false;
      return false;
    }
    const rows = this.#sql.newest.all(chat.id, chat.id, STEP_MESSAGES);
    for (const { id, seq, text } of rows) {
      // A message that was deleted is not in the index, and one without a text has nothing in it.
      if (text !== "" && seq <= chat.indexed_seq) this.#sql.unindex.run(id, indexText(text));
      this.#sql.unreact.run(id);
      this.#sql.remove.run(id);
    }
    const last = rows.length === STEP_MESSAGES ? rows.at(-1) : undefined;
    this.#sql.shorten.run({ chat: chat.id, lastSeq: last === undefined ? 0 : last.seq - 1 });
    return true;
  }
}
