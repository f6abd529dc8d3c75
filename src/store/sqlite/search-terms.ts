// The trigrams that the search index knows.
import type Database from "better-sqlite3";

/** Trigrams that a short word may stand for in a query; with more of them a scan finds the word soon enough. */
export const MAX_TERMS = 1000;

/** Reads on a connection that its owner opens and closes. */
export class SearchTerms {
  readonly #first: Database.Statement<[string, string], string>;

  constructor(database: Database.Database) {
    // A row for each message that has it: the first one tells of the trigram, however many there are.
    this.#first = database
      .prepare<[string, string], string>("SELECT term FROM search_instances WHERE term >= ? AND term <= ? LIMIT 1")
      .pluck();
  }

  /** The first trigram from `from` to `last`, both included. */
  first(from: string, last: string): string | undefined {
    return this.#first.get(from, last);
  }
}

/** The place after a trigram. */
export function behind(term: string): string {
  return `${term}\0`;
}
