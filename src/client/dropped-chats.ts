// Chats that were dropped from the history cache: hidden at once, and erased from the file in small steps.
import type Database from "better-sqlite3";
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { CacheSearch, Indexed } from "./cache-search.ts";
import { parseJson } from "./cached-json.ts";

const DROP_NOTE = "drop:";
const EPOCH_NOTE = "epoch:";
/** Name of the note that is there until the index has no trace of messages that were erased. */
const MERGE_NOTE = "merge";
/** Messages of one step. */
const ERASED_AT_ONCE = 16;
/** More than any seq: all of a chat. */
const WHOLE = Number.MAX_SAFE_INTEGER;

interface Row extends Indexed {
  readonly id: number;
  readonly bytes: number;
}

/**
 * The rows of a chat have a key in the place of its id. A chat that is dropped gets another key, so that the old rows are
 * not found any more and the same seqs can be kept again. Notes tell the next start of the keys, and of what is to be erased.
 */
export class DroppedChats {
  readonly #notes: Database.Statement<[string], { readonly name: string; readonly json: string }>;
  readonly #search: CacheSearch;
  readonly #save: Database.Statement<[string, string]>;
  readonly #forget: Database.Statement<[string]>;
  readonly #first: Database.Statement<[string, number, number], Row>;
  readonly #count: Database.Statement<[string, number]>;
  readonly #delete: Database.Statement<[number]>;
  /** How often each chat was dropped. */
  #epochs = new Map<string, number>();
  /** What is to be erased: the messages of a key before a seq. */
  #dropped = new Map<string, number>();
  /** Messages have left the index since its segments were merged to one. */
  #isMergeNoted = false;
  /** That merge has begun, with all of them. */
  #isMerging = false;

  /** Over the open file of a cache, which nobody else writes. */
  constructor(database: Database.Database, search: CacheSearch) {
    this.#notes = database.prepare("SELECT name, json FROM note WHERE name GLOB ?");
    this.#search = search;
    this.#save = database.prepare("REPLACE INTO note VALUES (?, ?)");
    this.#forget = database.prepare("DELETE FROM note WHERE name = ?");
    this.#first = database.prepare(
      "SELECT id, bytes, place, json FROM message WHERE chat_id = ? AND seq < ? ORDER BY seq LIMIT ?",
    );
    this.#count = database.prepare("SELECT count(*) FROM message WHERE chat_id = ? AND seq < ?").pluck();
    this.#delete = database.prepare("DELETE FROM message WHERE id = ?");
    this.load();
  }

  /** Reads the notes: at the start, when others have been put into the file, and when a transaction has failed. */
  load(): void {
    this.#epochs = this.#numbers(EPOCH_NOTE);
    this.#dropped = this.#numbers(DROP_NOTE);
    this.#isMergeNoted = this.#notes.get(MERGE_NOTE) !== undefined;
    this.#isMerging = false;
  }

  #numbers(prefix: string): Map<string, number> {
    const numbers = new Map<string, number>();
    for (const { name, json } of this.#notes.all(`${prefix}*`)) {
      const value = parseJson(json);
      if (typeof value === "number") numbers.set(name.slice(prefix.length), value);
    }
    return numbers;
  }

  /** After the file was emptied. */
  clear(): void {
    this.#epochs.clear();
    this.#dropped.clear();
    this.#isMergeNoted = this.#isMerging = false;
  }

  /** The key of the chat's rows. */
  key(chatId: ChatId): string {
    const epoch = this.#epochs.get(chatId);
    return epoch === undefined ? chatId : `${chatId} ${epoch}`;
  }

  /** The first seq of the chat that is not dropped. */
  floor(chatId: ChatId): number {
    return this.#dropped.get(this.key(chatId)) ?? 0;
  }

  /** False for a message that was dropped and is still in the file, under this key. */
  isShown({ chat_id: chatId, seq }: Message, key: string): boolean {
    return key === this.key(chatId) && seq >= this.floor(chatId);
  }

  /** Hides a chat, or only its messages before a seq; `step` erases them. In a transaction. */
  drop(chatId: ChatId, before = WHOLE): void {
    const key = this.key(chatId);
    if (this.#first.get(key, before, 1) === undefined) return;
    const end = Math.max(before, this.#dropped.get(key) ?? 0);
    this.#dropped.set(key, end);
    this.#save.run(DROP_NOTE + key, JSON.stringify(end));
    if (before < WHOLE) return;
    const epoch = (this.#epochs.get(chatId) ?? 0) + 1;
    this.#epochs.set(chatId, epoch);
    this.#save.run(EPOCH_NOTE + chatId, JSON.stringify(epoch));
  }

  /** True when there is something to erase. */
  get isPending(): boolean {
    return this.#dropped.size > 0 || this.#isMergeNoted;
  }

  /** Of the chats that something is to be erased of. */
  get keys(): string[] {
    return [...this.#dropped.keys()];
  }

  /** Messages that are to be erased. */
  countRows(): number {
    let count = 0;
    for (const [key, before] of this.#dropped) count += Number(this.#count.get(key, before));
    return count;
  }

  /**
   * Erases some messages; when there are no more, what is left of them in the index. In a transaction of its own. Returns
   * the messages that are gone.
   */
  step(): readonly { readonly bytes: number }[] {
    for (const [key, before] of this.#dropped) {
      const rows = this.#first.all(key, before, ERASED_AT_ONCE);
      if (rows.length > 0) {
        // Without a trace at once it costs 70 times as much.
        this.#search.drop(rows);
        for (const { id } of rows) this.#delete.run(id);
        return rows;
      }
      this.#forget.run(DROP_NOTE + key);
      this.#dropped.delete(key);
      this.#save.run(MERGE_NOTE, "true");
      this.#isMergeNoted = true;
      this.#isMerging = false;
    }
    this.#merge();
    return [];
  }

  #merge(): void {
    const goesOn = this.#search.merge(!this.#isMerging);
    this.#isMerging = goesOn;
    if (goesOn) return;
    this.#forget.run(MERGE_NOTE);
    this.#isMergeNoted = false;
  }
}
