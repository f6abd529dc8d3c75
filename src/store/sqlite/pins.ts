// Pinned messages: each has the revision that pinned it, which is its place among the pins of its chat.
import type Database from "better-sqlite3";
import type { ChatId } from "../../protocol/ids.ts";
import { MAX_PINS } from "../../protocol/limits.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { PinPage } from "../store.ts";
import { MESSAGE_COLUMNS, Page } from "./rows.ts";
import type { MessageReads, MessageRow } from "./rows.ts";

/** Called within the batch's transaction only. */
export class MessagePins {
  readonly #count: Database.Statement<[number], number>;

  constructor(database: Database.Database) {
    this.#count = database
      .prepare<[number], number>("SELECT count(*) FROM messages WHERE id >> 32 = ? AND pinned IS NOT NULL")
      .pluck();
  }

  /** Why no other message of the chat may be pinned. */
  refusal({ chat }: MessageRow): Refusal | undefined {
    return (this.#count.get(chat) ?? 0) >= MAX_PINS ? Refusal.Quota : undefined;
  }
}

/** Reads on a connection that its owner opens and closes. */
export class PinLists {
  readonly #reads: MessageReads;
  readonly #page: Database.Statement<[ChatId, number, number], MessageRow>;

  constructor(database: Database.Database, reads: MessageReads) {
    this.#reads = reads;
    this.#page = database.prepare(
      `SELECT ${MESSAGE_COLUMNS} FROM chats c CROSS JOIN messages m CROSS JOIN users u ON u.id = m.user
       WHERE c.chat_id = ? AND m.id >> 32 = c.id AND m.pinned < ? AND m.id & 0xffffffff >= ? ORDER BY m.pinned DESC`,
    );
  }

  /** See StoreReader.pins. */
  page(chatId: ChatId, before: number | undefined, firstSeq: number): PinPage {
    const page = new Page(this.#reads, chatId, MAX_PINS);
    let next: number | undefined;
    for (const row of this.#page.iterate(chatId, before ?? Number.MAX_SAFE_INTEGER, firstSeq)) {
      if (!page.add(row)) return { messages: page.messages, next };
      next = row.pinned ?? undefined;
    }
    return { messages: page.messages, next: undefined };
  }
}
