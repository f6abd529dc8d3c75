// Search in a chat: candidates from the index where there is one, from a scan where not, each one verified; in slices.
import type Database from "better-sqlite3";
import type { ChatId } from "../../protocol/ids.ts";
import { searchForm } from "../../protocol/text.ts";
import { isWanted } from "../store.ts";
import type { SearchPlace, SearchQuery, SearchSlice } from "../store.ts";
import { MAX_SEQ, MESSAGE_COLUMNS, Page } from "./rows.ts";
import type { MessageReads, MessageRow } from "./rows.ts";
import { matchAll, wordQuery } from "../../protocol/search-trigrams.ts";
import { behind, MAX_TERMS, SearchTerms } from "./search-terms.ts";

/** After so long a slice ends, in milliseconds: most searches need one. */
export const SEARCH_SLICE_MS = 5;
/** How many messages are looked at between two looks at the clock. */
const ROWS_PER_LOOK = 16;
/**
 * Seqs that one statement looks at: its time within the index is bounded by them alone when few messages come out of it.
 * More of them each time while that is quick.
 */
const FIRST_SPAN = 128;
const LAST_SPAN = 32 * 1024;
const QUICK_MS = 1;
/** A word of one or two characters is mostly frequent: this many messages are scanned before the index is asked. */
export const SHORT_WORD_SCAN_COUNT = 4096;

interface ChatRow {
  readonly id: number;
  readonly last_seq: number;
  readonly indexed_seq: number;
}

/** The messages with `after` < seq < `before` of a chat. */
type Bounds = [chat: number, after: number, sameChat: number, before: number];

function prepare(database: Database.Database) {
  return {
    chat: database.prepare<[ChatId], ChatRow>("SELECT id, last_seq, indexed_seq FROM chats WHERE chat_id = ?"),
    message: database.prepare<[chat: number, seq: number], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user WHERE m.id = (? << 32 | ?)`,
    ),
    // In a text of ASCII SQLite itself looks for the word, three times as fast; the others are looked at here.
    scan: database.prepare<[...Bounds, string], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m CROSS JOIN users u ON u.id = m.user
       WHERE m.id > (? << 32 | ?) AND m.id < (? << 32 | ?)
         AND (instr(lower(m.text), ?) > 0 OR length(m.text) <> octet_length(m.text))
       ORDER BY m.id DESC`,
    ),
    time: database
      .prepare<[chat: number, seq: number], number>("SELECT time_ms FROM messages WHERE id = (? << 32 | ?)")
      .pluck(),
    // CROSS JOIN keeps the index the outer loop, so that its hits come newest first.
    match: database.prepare<[string, ...Bounds], MessageRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM search_index s CROSS JOIN messages m ON m.id = s.rowid
         CROSS JOIN users u ON u.id = m.user
       WHERE s.search_index MATCH ? AND s.rowid > (? << 32 | ?) AND s.rowid < (? << 32 | ?)
       ORDER BY s.rowid DESC`,
    ),
  };
}

type Statements = ReturnType<typeof prepare> & { readonly allTerms: SearchTerms };

export interface SearchLimits {
  readonly sliceMs: number;
  readonly shortWordScanCount: number;
}

/** Finds words over a reader's connection. */
export class Search {
  readonly #sql: Statements;
  readonly #reads: MessageReads;
  readonly #limits: SearchLimits;

  constructor(database: Database.Database, reads: MessageReads, limits: SearchLimits) {
    this.#reads = reads;
    this.#limits = limits;
    this.#sql = { ...prepare(database), allTerms: new SearchTerms(database) };
  }

  /** See StoreReader.search. */
  find(query: SearchQuery, from: SearchPlace | undefined): SearchSlice {
    const chat = this.#sql.chat.get(query.chatId);
    if (chat === undefined) return { result: { messages: [], hasMore: false } };
    const page = new Page(this.#reads, query.chatId, query.limit);
    return new Slice(this.#sql, this.#limits, page, chat, query, from).run();
  }
}

/** One slice. All parts of it return false when it is over: the page is full, or the time is. */
class Slice {
  readonly #sql: Statements;
  readonly #shortWordScanCount: number;
  readonly #chat: ChatRow;
  readonly #query: SearchQuery;
  readonly #folded: string;
  readonly #page: Page;
  readonly #endMs: number;
  /** Messages from this seq on have been looked at, here or in slices before. */
  #before: number;
  #span: number;
  #scannedCount: number;
  readonly #terms: string[];
  #nextTerm: string | undefined;
  readonly #foundBefore: readonly number[];
  /** Messages up to this seq are not there for the one who searches. */
  readonly #floor: number;
  #rowCount = 0;
  #isOutOfTime = false;

  constructor(
    sql: Statements,
    limits: SearchLimits,
    page: Page,
    chat: ChatRow,
    query: SearchQuery,
    from: SearchPlace | undefined,
  ) {
    this.#sql = sql;
    this.#shortWordScanCount = limits.shortWordScanCount;
    this.#chat = chat;
    this.#query = query;
    this.#folded = searchForm(query.word);
    this.#page = page;
    this.#endMs = performance.now() + limits.sliceMs;
    this.#before = Math.min(from?.before ?? query.before ?? MAX_SEQ, chat.last_seq + 1);
    this.#span = from?.span ?? FIRST_SPAN;
    this.#scannedCount = from?.scannedCount ?? 0;
    this.#terms = [...(from?.terms ?? [])];
    this.#nextTerm = from?.nextTerm;
    this.#foundBefore = from?.foundSeqs ?? [];
    this.#floor = (query.firstSeq ?? 1) - 1;
  }

  run(): SearchSlice {
    const { messages } = this.#page;
    const { candidates, endsAfterScan } = this.#query;
    const isScanned = this.#takeFound() && this.#scan(candidates?.upTo ?? this.#chat.indexed_seq) && this.#scanSome();
    if (isScanned && endsAfterScan === true && this.#before > this.#floor + 1) return this.#scanned();
    const isAtEnd = isScanned && (candidates === undefined ? this.#indexed() : this.#verify(candidates.seqs));
    if (isAtEnd || !this.#isOutOfTime) return { result: { messages, hasMore: this.#page.hasMore } };
    return {
      place: {
        before: this.#before,
        foundSeqs: messages.map(({ seq }) => seq),
        span: this.#span,
        scannedCount: this.#scannedCount,
        terms: this.#terms,
        ...(this.#nextTerm === undefined ? {} : { nextTerm: this.#nextTerm }),
      },
    };
  }

  #scanned(): SearchSlice {
    const boundMs = this.#sql.time.get(this.#chat.id, this.#before) ?? Infinity;
    return { result: { messages: this.#page.messages, hasMore: true }, rest: { before: this.#before, boundMs } };
  }

  /** Looks at these messages alone. */
  #verify(seqs: readonly number[]): boolean {
    for (const seq of seqs) {
      if (seq >= this.#before) continue;
      const row = seq > this.#floor ? this.#sql.message.get(this.#chat.id, seq) : undefined;
      if (row !== undefined && !this.#take(row)) return false;
      this.#before = seq;
      this.#rowCount += 1;
      if (this.#rowCount % ROWS_PER_LOOK === 0 && this.#isLate()) return false;
    }
    return true;
  }

  /** Looks at the newest messages, as many as the query wants, before the index is asked. */
  #scanSome(): boolean {
    const left = Math.max(0, (this.#query.scanFirst ?? 0) - this.#scannedCount);
    return left === 0 || this.#scan(Math.max(this.#floor, this.#before - 1 - left));
  }

  /** Reads again what the slices before have found: cheaper than to carry it from thread to thread. */
  #takeFound(): boolean {
    return this.#foundBefore.every((seq) => {
      const row = seq > this.#floor ? this.#sql.message.get(this.#chat.id, seq) : undefined;
      return row === undefined || this.#take(row);
    });
  }

  #take(row: MessageRow): boolean {
    const isHit = isWanted(this.#query, row.user_id, row.time_ms) && searchForm(row.text).includes(this.#folded);
    return !isHit || this.#page.add(row);
  }

  #indexed(): boolean {
    if (this.#folded === "") return this.#scan(0); // every message has it
    const query = wordQuery(this.#folded);
    if (query.kind === "match") return this.#matches(query.match);
    const left = Math.max(0, this.#shortWordScanCount - this.#scannedCount);
    const start = Math.max(0, this.#before - 1 - left);
    if (!this.#scan(start)) return false;
    if (start === 0) return true;
    if (!this.#findTerms(query.first, query.last)) return false;
    if (this.#terms.length > MAX_TERMS) return this.#scan(0);
    return this.#terms.length === 0 || this.#matches(matchAll(this.#terms, "OR"));
  }

  /** Looks up the trigrams from `first` to `last`. */
  #findTerms(first: string, last: string): boolean {
    const { allTerms } = this.#sql;
    for (let term = allTerms.first(this.#nextTerm ?? first, last); term !== undefined;) {
      this.#terms.push(term);
      this.#nextTerm = behind(term);
      if (this.#terms.length > MAX_TERMS) return true;
      if (this.#isLate()) return false;
      term = allTerms.first(this.#nextTerm, last);
    }
    this.#nextTerm = behind(last);
    return true;
  }

  /** Scans what is left down to the seq `after`, exclusive. */
  #scan(after: number): boolean {
    const from = this.#before;
    const isAtEnd = this.#look(after, (...bounds) => this.#sql.scan.iterate(...bounds, this.#folded));
    if (after < this.#chat.indexed_seq) this.#scannedCount += from - this.#before;
    return isAtEnd;
  }

  #matches(match: string): boolean {
    return this.#look(0, (...bounds) => this.#sql.match.iterate(match, ...bounds));
  }

  #look(limit: number, candidates: (...bounds: Bounds) => Iterable<MessageRow>): boolean {
    const { id } = this.#chat;
    const after = Math.max(limit, this.#floor);
    while (this.#before > after + 1) {
      const low = Math.max(after, this.#before - 1 - this.#span);
      const startMs = performance.now();
      for (const row of candidates(id, low, id, this.#before)) {
        if (!this.#take(row)) return false;
        this.#before = row.seq;
        this.#rowCount += 1;
        if (this.#rowCount % ROWS_PER_LOOK === 0 && this.#isLate()) return false;
      }
      this.#before = low + 1;
      const isQuick = performance.now() - startMs < QUICK_MS;
      this.#span = isQuick ? Math.min(this.#span * 2, LAST_SPAN) : Math.max(FIRST_SPAN, this.#span / 2);
      if (this.#before > after + 1 && this.#isLate()) return false;
    }
    return true;
  }

  #isLate(): boolean {
    this.#isOutOfTime = performance.now() >= this.#endMs;
    return this.#isOutOfTime;
  }
}
