// Messages of all chats of a user that may hold a word, as far as the search index tells; in slices.
import type Database from "better-sqlite3";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { matchAll, wordQuery } from "../../protocol/search-trigrams.ts";
import { searchForm } from "../../protocol/text.ts";
import type { SearchableChat, SearchablePlace, SearchableSlice } from "../store.ts";
import { behind, MAX_TERMS, SearchTerms } from "./search-terms.ts";

/** With more candidates than this the newest messages hold enough of them, and are looked at one by one. */
export const MAX_CANDIDATES = 4096;
/** The same, so many times, for rows that are looked at, those of others' chats too: some milliseconds of work. */
const ROWS_PER_CANDIDATE = 4;
/** How many rows are looked at between two looks at the clock. */
const ROWS_PER_LOOK = 64;
/** Messages that one statement looks at; more of them each time while that is quick. */
const FIRST_SPAN = 16 * 1024;
const LAST_SPAN = 1024 * 1024;
const QUICK_MS = 1;

/** A chat of the user that has messages. */
interface ChatRow {
  readonly id: number;
  readonly chatId: ChatId;
  readonly lastMs: number;
  readonly firstSeq: number;
  readonly indexedSeq: number;
  readonly lastSeq: number;
}

/** Where it goes on. */
interface Place extends SearchablePlace {
  readonly chats: readonly ChatRow[];
  /** Of a short word: trigrams that begin with it, and from where to look for the next; undefined when there is none. */
  readonly terms: readonly string[];
  readonly nextTerm: string | undefined;
  /** The chat that is looked into, its messages up to this seq were; and how many seqs the next statement looks at. */
  readonly walked: number;
  readonly afterSeq: number;
  readonly span: number;
  readonly rowCount: number;
  /** Places of chats in the list, and seqs in them; ascending. */
  readonly found: readonly (readonly [chat: number, seq: number])[];
}

type Range = [match: string, chat: number, after: number, lastChat: number, last: number];

function prepare(database: Database.Database) {
  return {
    chats: database.prepare<[UserId], ChatRow>(
      `SELECT c.id, c.indexed_seq AS indexedSeq, c.last_seq AS lastSeq, c.chat_id AS chatId, c.last_ms AS lastMs,
         iif(c.kind = 'group' AND c.history_rule = 'joined', m.since_seq, 1) AS firstSeq
       FROM members m JOIN chats c ON c.id = m.chat
       WHERE m.user = (SELECT id FROM users WHERE user_id = ?) AND c.last_seq > 0
         AND (c.kind IN ('everyone', 'direct') OR (c.kind = 'group' AND m.role IS NOT NULL))
       ORDER BY c.id`,
    ),
    match: database
      .prepare<Range>(
        `SELECT rowid >> 32, rowid & 0xffffffff FROM search_index
         WHERE search_index MATCH ? AND rowid > (? << 32 | ?) AND rowid <= (? << 32 | ?) ORDER BY rowid`,
      )
      .raw(),
  };
}

export interface CandidateLimits {
  readonly sliceMs: number;
  readonly maxCandidates: number;
}

/** Reads on a connection that its owner opens and closes. */
export class Candidates {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #terms: SearchTerms;
  readonly #limits: CandidateLimits;

  constructor(database: Database.Database, limits: CandidateLimits) {
    this.#sql = prepare(database);
    this.#terms = new SearchTerms(database);
    this.#limits = limits;
  }

  /** See StoreReader.searchable. */
  slice(userId: UserId, word: string, from: SearchablePlace | undefined): SearchableSlice {
    const query = wordQuery(searchForm(word));
    // Only this method makes places.
    const place = (from as Place | undefined) ?? {
      chats: this.#sql.chats.all(userId),
      terms: [],
      nextTerm: query.kind === "range" ? query.first : undefined,
      walked: 0,
      afterSeq: 0,
      span: FIRST_SPAN,
      rowCount: 0,
      found: [],
    };
    return new Walk(this.#sql, this.#terms, place, this.#limits).run(query);
  }
}

/** One slice. */
class Walk {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #allTerms: SearchTerms;
  readonly #endMs: number;
  readonly #maxCandidates: number;
  readonly #chats: readonly ChatRow[];
  readonly #terms: string[];
  #nextTerm: string | undefined;
  #walked: number;
  #afterSeq: number;
  #span: number;
  #rowCount: number;
  readonly #found: (readonly [chat: number, seq: number])[];

  constructor(sql: ReturnType<typeof prepare>, terms: SearchTerms, place: Place, limits: CandidateLimits) {
    this.#sql = sql;
    this.#allTerms = terms;
    this.#endMs = performance.now() + limits.sliceMs;
    this.#maxCandidates = limits.maxCandidates;
    this.#chats = place.chats;
    this.#terms = [...place.terms];
    this.#nextTerm = place.nextTerm;
    this.#walked = place.walked;
    this.#afterSeq = place.afterSeq;
    this.#span = place.span;
    this.#rowCount = place.rowCount;
    this.#found = [...place.found];
  }

  run(query: ReturnType<typeof wordQuery>): SearchableSlice {
    if (query.kind === "range" && query.first === "") return { chats: this.#chats.map(whole) }; // every message has it
    if (query.kind === "range" && !this.#findTerms(query.last)) return { place: this.#place };
    if (this.#terms.length > MAX_TERMS) return { chats: this.#chats.map(whole) };
    const match = query.kind === "match" ? query.match : matchAll(this.#terms, "OR");
    while (match !== "" && this.#walked < this.#chats.length) {
      if (!this.#walk(match)) return { place: this.#place };
      if (this.#isMany) return { chats: this.#chats.map(whole) };
    }
    return { chats: this.#narrowed() };
  }

  get #isMany(): boolean {
    return this.#found.length > this.#maxCandidates || this.#rowCount > this.#maxCandidates * ROWS_PER_CANDIDATE;
  }

  get #isLate(): boolean {
    return performance.now() >= this.#endMs;
  }

  get #place(): Place {
    return {
      chats: this.#chats,
      terms: this.#terms,
      nextTerm: this.#nextTerm,
      walked: this.#walked,
      afterSeq: this.#afterSeq,
      span: this.#span,
      rowCount: this.#rowCount,
      found: this.#found,
    };
  }

  /** False when the time is over. */
  #findTerms(last: string): boolean {
    while (this.#nextTerm !== undefined && this.#terms.length <= MAX_TERMS) {
      const term = this.#allTerms.first(this.#nextTerm, last);
      if (term !== undefined) this.#terms.push(term);
      this.#nextTerm = term === undefined ? undefined : behind(term);
      if (this.#isLate) return false;
    }
    return true;
  }

  /** Looks into some chats, or some of a big one. False when the time is over. */
  #walk(match: string): boolean {
    const first = this.#chats[this.#walked];
    if (first === undefined) return true;
    const startMs = performance.now();
    let end = this.#walked + 1;
    let left = this.#span - (first.indexedSeq - this.#afterSeq);
    for (let next = this.#chats[end]; next !== undefined && left >= next.indexedSeq; next = this.#chats[end]) {
      left -= next.indexedSeq;
      end += 1;
    }
    const last = this.#chats[end - 1] ?? first;
    const isPart = left < 0 && last === first;
    const lastSeq = isPart ? this.#afterSeq + this.#span : last.indexedSeq;
    for (const row of this.#sql.match.iterate(match, first.id, this.#afterSeq, last.id, lastSeq)) {
      const [chat = 0, seq = 0] = row as number[];
      this.#note(chat, seq);
      if (this.#isMany) return true;
      if (this.#rowCount % ROWS_PER_LOOK === 0 && this.#isLate) return false;
    }
    this.#walked = isPart ? this.#walked : end;
    this.#afterSeq = isPart ? lastSeq : 0;
    const isQuick = performance.now() - startMs < QUICK_MS;
    this.#span = isQuick ? Math.min(this.#span * 2, LAST_SPAN) : Math.max(FIRST_SPAN, this.#span / 2);
    return !this.#isLate || this.#walked === this.#chats.length;
  }

  /** Of a row that is looked at; those of others' chats, and what is hidden from the user, are none. */
  #note(id: number, seq: number): void {
    this.#rowCount += 1;
    while ((this.#chats[this.#walked]?.id ?? Infinity) < id) this.#walked += 1;
    const chat = this.#chats[this.#walked];
    this.#afterSeq = chat?.id === id ? seq : 0;
    if (chat?.id === id && seq <= chat.indexedSeq && seq >= chat.firstSeq) this.#found.push([this.#walked, seq]);
  }

  /** The chats in which the word may be. */
  #narrowed(): SearchableChat[] {
    const seqs = new Map<number, number[]>();
    for (const [chat, seq] of this.#found.toReversed()) {
      const some = seqs.get(chat);
      if (some === undefined) seqs.set(chat, [seq]);
      else some.push(seq);
    }
    return this.#chats.flatMap((chat, index) => {
      const { indexedSeq: upTo, lastSeq } = chat;
      const candidates = { upTo, seqs: seqs.get(index) ?? [] };
      return candidates.seqs.length === 0 && upTo >= lastSeq ? [] : [{ ...whole(chat), candidates }];
    });
  }
}

function whole({ chatId, lastMs, firstSeq }: ChatRow): SearchableChat {
  return { chatId, lastMs, firstSeq };
}
