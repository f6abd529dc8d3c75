// Search in a chat: candidates from the index where there is one, from a scan where not, each one verified.
import { setImmediate } from "node:timers/promises";
import type Database from "better-sqlite3";
import type { ChatId } from "../../protocol/ids.ts";
import { foldCase } from "../../protocol/text.ts";
import { StoreUnavailableError } from "../store.ts";
import type { SearchResult } from "../store.ts";
import { MAX_SEQ, MESSAGE_COLUMNS, Page } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import { matchAll, wordQuery } from "./search-text.ts";

/** Messages read in one go; between two goes the thread's other tasks have their turn. */
const CHUNK_ROWS = 256;
/** A word of one or two characters is mostly frequent: this many messages are scanned before the index is asked. */
export const SHORT_WORD_SCAN_COUNT = 4096;
/** Trigrams that a short word may stand for in a query; with more of them a scan finds the word soon enough. */
const SHORT_WORD_TRIGRAMS = 1000;

interface ChatRow {
  readonly id: number;
  readonly last_seq: number;
  readonly indexed_seq: number;
}

type Bounds = [chat: number, after: number, sameChat: number, before: number, rows: number];

const BETWEEN = "> (? << 32 | ?) AND m.id < (? << 32 | ?) ORDER BY m.id DESC LIMIT ?";

function prepare(database: Database.Database) {
  return {
    chat: database.prepare<[ChatId], ChatRow>("SELECT id, last_seq, indexed_seq FROM chats WHERE chat_id = ?"),
    scan: database.prepare<Bounds, MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user WHERE m.id ${BETWEEN}`,
    ),
    // CROSS JOIN keeps the index the outer loop, so that its hits come newest first and the limit ends them.
    match: database.prepare<[string, ...Bounds], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM search_index s CROSS JOIN messages m ON m.id = s.rowid
         CROSS JOIN users u ON u.id = m.user
       WHERE s.search_index MATCH ? AND s.rowid > (? << 32 | ?) AND s.rowid < (? << 32 | ?)
       ORDER BY s.rowid DESC LIMIT ?`,
    ),
    terms: database
      .prepare<[string, string, number], string>("SELECT term FROM search_terms WHERE term >= ? AND term <= ? LIMIT ?")
      .pluck(),
  };
}

/** Messages, newest first. */
type Chunks = AsyncGenerator<MessageRow[], void>;

/** Finds words over a reader's connection. */
export class Search {
  readonly #database: Database.Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #shortWordScanCount: number;

  constructor(database: Database.Database, shortWordScanCount: number) {
    this.#database = database;
    this.#shortWordScanCount = shortWordScanCount;
    this.#sql = prepare(database);
  }

  /** See StoreReader.search. Messages never change, so the parts may be read one after another. */
  async find(chatId: ChatId, word: string, before: number | undefined, limit: number): Promise<SearchResult> {
    const page = new Page(chatId, limit);
    const chat = this.#sql.chat.get(chatId);
    const folded = foldCase(word);
    if (chat !== undefined) {
      search: for await (const rows of this.#candidates(chat, folded, before ?? MAX_SEQ)) {
        for (const row of rows) {
          if (foldCase(row.text).includes(folded) && !page.add(row)) break search;
        }
      }
    }
    return { messages: page.messages, hasMore: page.hasMore };
  }

  /** All messages before seq `before` that may hold the word, newest first, in chunks. */
  async *#candidates(chat: ChatRow, folded: string, before: number): Chunks {
    const end = Math.min(before, chat.last_seq + 1);
    yield* this.#scan(chat, chat.indexed_seq, end);
    yield* this.#indexed(chat, folded, Math.min(end, chat.indexed_seq + 1));
  }

  async *#indexed(chat: ChatRow, folded: string, end: number): Chunks {
    const query = wordQuery(folded);
    if (query.kind === "match") return yield* this.#matches(chat, query.match, end);
    const start = Math.max(0, end - 1 - this.#shortWordScanCount);
    yield* this.#scan(chat, start, end);
    if (start === 0) return;
    const terms = this.#sql.terms.all(query.first, query.last, SHORT_WORD_TRIGRAMS + 1);
    if (terms.length > SHORT_WORD_TRIGRAMS) return yield* this.#scan(chat, 0, start + 1);
    if (terms.length > 0) yield* this.#matches(chat, matchAll(terms, "OR"), start + 1);
  }

  /** The messages with `after` < seq < `end`. */
  #scan(chat: ChatRow, after: number, end: number): Chunks {
    return this.#chunks(end, (before) => this.#sql.scan.all(chat.id, after, chat.id, before, CHUNK_ROWS));
  }

  #matches(chat: ChatRow, match: string, end: number): Chunks {
    return this.#chunks(end, (before) => this.#sql.match.all(match, chat.id, 0, chat.id, before, CHUNK_ROWS));
  }

  async *#chunks(end: number, readBefore: (before: number) => MessageRow[]): Chunks {
    for (let before: number | undefined = end; before !== undefined;) {
      if (!this.#database.open) throw new StoreUnavailableError("store: closed");
      const rows = readBefore(before);
      if (rows.length > 0) yield rows;
      before = rows.length < CHUNK_ROWS ? undefined : rows.at(-1)?.seq;
      if (before !== undefined) await setImmediate();
    }
  }
}
