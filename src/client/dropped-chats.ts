// Chats that were dropped from the history cache: hidden at once, and erased from the file in small steps.
import type Database from "better-sqlite3";
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { CacheSearch, Indexed } from "./cache-search.ts";
import { parseJson } from "./cached-json.ts";

const DROP_NOTE = "drop:";
const EPOCH_NOTE = "epoch:";
/** More than any seq: all of a chat. */
const WHOLE = Number.MAX_SAFE_INTEGER;

interface Row extends Indexed {
  readonly id: number;
  readonly bytes: number;
}

/**
 * The rows of a chat have a key in the place of its id. A chat that is dropped gets another key, so that the old rows are
 * not found any more and the same seqs can be kept anew. Notes tell the next start of the keys, and of what is to be erased.
 */
export class DroppedChats {
  readonly #notes: Database.Statement<[string], { readonly name: string; readonly json: string }>;
  readonly #search: CacheSearch;
  readonly #save: Database.Statement<[string, string]>;
  readonly #forget: Database.Statement<[string]>;
  readonly #first: Database.Statement<[string, number], Row>;
  readonly #count: Database.Statement<[string, number]>;
  readonly #delete: Database.Statement<[number]>;
  /** How often each chat was dropped. */
  readonly #epochs = new Map<string, number>();
  /** What is to be erased: the messages of a key before a seq. */
  readonly #dropped = new Map<string, number>();

  /** Over the open file of a cache, which nobody else writes. */
  constructor(database: Database.Database, search: CacheSearch) {
    this.#notes = database.prepare("SELECT name, json FROM note WHERE name GLOB ?");
    this.#search = search;
    this.#save = database.prepare("REPLACE INTO note VALUES (?, ?)");
    this.#forget = database.prepare("DELETE FROM note WHERE name = ?");
    this.#first = database.prepare(
      "SELECT id, bytes, place, json FROM message WHERE chat_id = ? AND seq < ? ORDER BY seq LIMIT 1",
    );
    this.#count = database.prepare("SELECT count(*) FROM message WHERE chat_id = ? AND seq < ?").pluck();
    this.#delete = database.prepare("DELETE FROM message WHERE id = ?");
    this.load();
  }

  /** Reads the notes, at the start and when others have been put into the file. */
  load(): void {
    this.clear();
    for (const [prefix, kept] of [
      [EPOCH_NOTE, this.#epochs],
      [DROP_NOTE, this.#dropped],
    ] as const) {
      for (const { name, json } of this.#notes.all(`${prefix}*`)) {
        const value = parseJson(json);
        if (typeof value === "number") kept.set(name.slice(prefix.length), value);
      }
    }
  }

  /** After the file was emptied. */
  clear(): void {
    this.#epochs.clear();
    this.#dropped.clear();
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
    if (this.#first.get(key, before) === undefined) return;
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
    return this.#dropped.size > 0;
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
   * Erases the next message, from the index too; undefined when a chat has no more. In a transaction of its own: SQLite
   * does the work of all messages that leave the index when that ends.
   */
  step(): { readonly bytes: number } | undefined {
    for (const [key, before] of this.#dropped) {
      const row = this.#first.get(key, before);
      if (row !== undefined) {
        this.#search.forget(row);
        this.#delete.run(row.id);
        return row;
      }
      this.#forget.run(DROP_NOTE + key);
      this.#dropped.delete(key);
    }
    return undefined;
  }
}
