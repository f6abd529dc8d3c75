// Changes of stored messages: each takes the next revision of its chat.
import type Database from "better-sqlite3";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { WriteOf, WriteOutcome } from "../store.ts";
import { MESSAGE_COLUMNS, messageOf } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import type { UserWrites } from "./users.ts";
import { indexText } from "./search-text.ts";

/** A message as a change finds it; `id` is its key. */
interface Found extends MessageRow {
  readonly id: number;
  readonly chat: number;
  /** Time of the latest change, Unix milliseconds; null for a message that was never changed. */
  readonly changed_ms: number | null;
  readonly is_indexed: 0 | 1;
}

const NOT_FOUND = { done: false, refusal: Refusal.NotFound } as const;
const FORBIDDEN = { done: false, refusal: Refusal.Forbidden } as const;

function prepare(database: Database.Database) {
  return {
    // Only a chat that the user takes part in: the common chat has no participants of its own.
    find: database.prepare<[number, ChatId, UserId], Found>(
      `SELECT ${MESSAGE_COLUMNS}, m.id, c.id AS chat, m.changed_ms, m.id & 0xffffffff <= c.indexed_seq AS is_indexed
       FROM chats c JOIN messages m ON m.id = (c.id << 32 | ?) JOIN users u ON u.id = m.user
       WHERE c.chat_id = ? AND (c.first_user IS NULL
         OR (SELECT id FROM users WHERE user_id = ? AND state <> 'deleted') IN (c.first_user, c.second_user))`,
    ),
    nextRev: database.prepare<[number], { rev: number }>("UPDATE chats SET rev = rev + 1 WHERE id = ? RETURNING rev"),
    erase: database.prepare<[number, number, string, number]>(
      "UPDATE messages SET text = '', rev = ?, changed_ms = ?, deleted = ? WHERE id = ?",
    ),
    unindex: database.prepare<[number, string]>(
      "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', ?, ?)",
    ),
  };
}

/** Carries out the writes that change messages; called within the batch's transaction only. */
export class MessageChanges {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;

  constructor(database: Database.Database, users: UserWrites) {
    this.#users = users;
    this.#sql = prepare(database);
  }

  /** Empties the message and takes it out of the search index. */
  delete({ chatId, userId, seq }: WriteOf<"deleteMessage">, nowMs: number): WriteOutcome<"deleteMessage"> {
    const found = this.#sql.find.get(seq, chatId, userId);
    if (found === undefined) return NOT_FOUND;
    if (found.user_id !== userId) return FORBIDDEN;
    if (found.deleted !== null) {
      return {
        done: true,
        result: { message: messageOf(chatId, found), isChanged: false, changedMs: found.changed_ms },
      };
    }
    const refused = this.#users.refusalOf(userId);
    if (refused !== undefined) return refused;
    const { rev } = this.#sql.nextRev.get(found.chat) ?? missing(chatId);
    this.#sql.erase.run(rev, nowMs, "author", found.id);
    if (found.is_indexed === 1) this.#sql.unindex.run(found.id, indexText(found.text));
    const message = messageOf(chatId, { ...found, text: "", rev, deleted: "author" });
    return { done: true, result: { message, isChanged: true, changedMs: nowMs } };
  }
}

function missing(chatId: ChatId): never {
  throw new Error(`store: a message whose chat is not there (${chatId})`);
}
