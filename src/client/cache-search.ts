// The search index of the history cache: words and parts of words in all chats, the newest messages first.
import type Database from "better-sqlite3";
import type { Message } from "../protocol/entities.ts";
import { indexText, wordQuery } from "../protocol/search-trigrams.ts";
import { searchForm } from "../protocol/text.ts";
import { byTime, type CachePage, type CacheQuery } from "./cache.ts";
import { parseMessage } from "./cached-json.ts";

/** Whether messages leave the index without a trace, from then on. */
function erase(on: 0 | 1): string {
  return `INSERT INTO message_index (message_index, rank) VALUES ('secure-delete', ${on})`;
}

/**
 * `place` is the order of all messages by time, and the number of a message in the index; NULL until it is there. The
 * index holds no texts, only where each three characters occur; what is deleted from it goes at once, not with the next
 * merge of its segments.
 */
export const SEARCH_SCHEMA = `
  CREATE UNIQUE INDEX message_place ON message (place);
  CREATE VIRTUAL TABLE message_index
    USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1');
  ${erase(1)};
  CREATE VIRTUAL TABLE message_trigram USING fts5vocab (message_index, instance);
`;

/** Takes away the index of an earlier version; all messages have to be indexed again. */
export const DROP_SEARCH = `
  DROP TABLE IF EXISTS message_terms;
  DROP TABLE IF EXISTS message_trigram;
  DROP TABLE message_index;
  DROP INDEX message_place;
  UPDATE message SET place = NULL WHERE place IS NOT NULL;
`;

/** Messages of one millisecond that have places of their own. */
const PLACES_PER_MS = 1024;
const MAX_TIME_MS = 2 ** 42;
/**
 * For a word of one or two characters so many of the newest messages are looked through: a frequent one is among them. Of
 * others the index lists every message with a trigram that begins with the word.
 */
const SCANNED = 500;
/** Pages that a step of a merge writes, some milliseconds. */
const MERGED_PAGES = 8;
/** A merge with nothing to do counts as one change. */
const MERGE_CHANGES = 2;
/** More than any place. */
const AFTER_ALL = Number.MAX_SAFE_INTEGER;

/** A message that leaves the index. */
export interface Indexed {
  readonly place: number | null;
  readonly json: string;
}

interface Row {
  readonly place: number;
  readonly key: string;
  readonly json: string;
}

/** Over the open file of a cache. */
export class CacheSearch {
  readonly #unindexed: Database.Statement<[number], { readonly id: number; readonly json: string }>;
  readonly #lastPlace: Database.Statement;
  readonly #setPlace: Database.Statement;
  readonly #insert: Database.Statement;
  readonly #delete: Database.Statement;
  readonly #eraseOff: Database.Statement;
  readonly #eraseOn: Database.Statement;
  readonly #merge: Database.Statement<[number]>;
  readonly #changeCount: Database.Statement<[], number>;
  readonly #places: Database.Statement<[string, string, number], number>;
  readonly #at: Database.Statement<[number], Row>;
  readonly #match: Database.Statement<[string, number], Row>;
  readonly #scan: Database.Statement<[number, number], Row>;

  constructor(database: Database.Database) {
    this.#unindexed = database.prepare("SELECT id, json FROM message WHERE place IS NULL ORDER BY id DESC LIMIT ?");
    this.#lastPlace = database.prepare("SELECT max(place) FROM message WHERE place >= ? AND place < ?").pluck();
    this.#setPlace = database.prepare("UPDATE message SET place = ? WHERE id = ?");
    this.#insert = database.prepare("INSERT INTO message_index (rowid, text) VALUES (?, ?)");
    this.#delete = database.prepare("INSERT INTO message_index (message_index, rowid, text) VALUES ('delete', ?, ?)");
    this.#eraseOff = database.prepare(erase(0));
    this.#eraseOn = database.prepare(erase(1));
    this.#merge = database.prepare("INSERT INTO message_index (message_index, rank) VALUES ('merge', ?)");
    this.#changeCount = database.prepare<[], number>("SELECT total_changes()").pluck();
    this.#places = database
      .prepare<[string, string, number], number>(
        "SELECT DISTINCT doc FROM message_trigram WHERE term >= ? AND term <= ? AND doc < ? ORDER BY doc DESC",
      )
      .pluck();
    this.#at = database.prepare("SELECT place, chat_id AS key, json FROM message WHERE place = ?");
    this.#match = database.prepare(`
      SELECT message.place, chat_id AS key, json FROM message_index JOIN message ON message.place = message_index.rowid
      WHERE message_index MATCH ? AND message_index.rowid < ? ORDER BY message_index.rowid DESC
    `);
    this.#scan = database.prepare(
      "SELECT place, chat_id AS key, json FROM message WHERE place < ? ORDER BY place DESC LIMIT ?",
    );
  }

  /** Takes up to `limit` messages into the index, the latest kept first; false when there are no more. In a transaction. */
  index(limit: number): boolean {
    const rows = this.#unindexed.all(limit);
    for (const { id, json } of rows) {
      const [message] = parseMessage(json);
      const place = this.#newPlace(message?.time ?? 0);
      this.#setPlace.run(place, id);
      this.#insert.run(place, indexedText(json));
    }
    return rows.length === limit;
  }

  /** The message is gone, or its text another one: nothing of it is left in the index. */
  forget({ place, json }: Indexed): void {
    if (place !== null) this.#delete.run(place, indexedText(json));
  }

  /** Leaves it to the next merges to take the messages out of the index, which costs a fraction of `forget`. */
  drop(messages: readonly Indexed[]): void {
    this.#eraseOff.run();
    for (const message of messages) this.forget(message);
    this.#eraseOn.run();
  }

  /**
   * A step to one segment of all that there are when it is the first one; false at the end: there is no trace left of
   * messages that were dropped before the first step. In a transaction.
   */
  merge(isFirst: boolean): boolean {
    const before = this.#changeCount.get() ?? 0;
    this.#merge.run(isFirst ? -MERGED_PAGES : MERGED_PAGES);
    return (this.#changeCount.get() ?? 0) - before >= MERGE_CHANGES;
  }

  /** Hits for which `isShown` says so; it is told the key that the row has in the place of the chat's id. */
  find({ word, before, limit }: CacheQuery, isShown: (message: Message, key: string) => boolean): CachePage {
    const wanted = searchForm(word);
    const found: { readonly place: number; readonly message: Message }[] = [];
    for (const { place, key, json } of this.#candidates(wanted, before ?? AFTER_ALL)) {
      const [message] = parseMessage(json);
      if (message === undefined || !isShown(message, key)) continue;
      if (!searchForm(message.message).includes(wanted)) continue;
      if (found.length === limit) return page(found, found.at(-1)?.place);
      found.push({ place, message });
    }
    return page(found, undefined);
  }

  *#candidates(wanted: string, before: number): Iterable<Row> {
    const query = wordQuery(wanted);
    if (query.kind === "match") {
      yield* this.#match.iterate(query.match, before);
      return;
    }
    let scanned = 0;
    let last = before;
    for (const row of this.#scan.iterate(before, SCANNED)) {
      yield row;
      last = row.place;
      scanned += 1;
    }
    if (scanned < SCANNED) return;
    for (const place of this.#places.all(query.first, query.last, last)) {
      const row = this.#at.get(place);
      if (row !== undefined) yield row;
    }
  }

  #newPlace(timeSec: number): number {
    const first = Math.min(MAX_TIME_MS, Math.max(0, Math.floor(timeSec * 1000))) * PLACES_PER_MS;
    const last = this.#lastPlace.get(first, first + PLACES_PER_MS);
    return typeof last === "number" ? last + 1 : first;
  }
}

/** The same whenever it is asked: what is deleted from the index has to be what was put in. */
function indexedText(json: string): string {
  return indexText(parseMessage(json)[0]?.message ?? "");
}

function page(found: readonly { readonly message: Message }[], next: number | undefined): CachePage {
  const messages = found.map(({ message }) => message).toSorted(byTime);
  return next === undefined ? { messages } : { messages, next };
}
