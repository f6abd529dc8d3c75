// Changes of stored messages: each takes the next revision of its chat.
import type Database from "better-sqlite3";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Changed } from "../../domain/writes/message-change.ts";
import type { ChangeKind } from "../../domain/writes/table.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { MessageWrites } from "./messages.ts";
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

type Outcome = WriteOutcome<ChangeKind>;

function prepare(database: Database.Database) {
  return {
    // Only in a chat of which the user is a member.
    find: database.prepare<[number, ChatId, UserId], Found>(
      `SELECT ${MESSAGE_COLUMNS}, m.id, c.id AS chat, m.changed_ms, m.id & 0xffffffff <= c.indexed_seq AS is_indexed
       FROM chats c JOIN messages m ON m.id = (c.id << 32 | ?) JOIN users u ON u.id = m.user
       WHERE c.chat_id = ? AND (c.kind = 'everyone'
         OR (SELECT id FROM users WHERE user_id = ? AND state <> 'deleted') IN (c.first_user, c.second_user))`,
    ),
    nextRev: database.prepare<[number], { rev: number }>("UPDATE chats SET rev = rev + 1 WHERE id = ? RETURNING rev"),
    edit: database.prepare<[string, number, number, number, number]>(
      "UPDATE messages SET text = ?, rev = ?, changed_ms = ?, edited_ms = ? WHERE id = ?",
    ),
    erase: database.prepare<[number, number, string, number]>(
      "UPDATE messages SET text = '', rev = ?, changed_ms = ?, edited_ms = NULL, deleted = ? WHERE id = ?",
    ),
    index: database.prepare<[number, string]>("INSERT INTO search_index (rowid, text) VALUES (?, ?)"),
    unindex: database.prepare<[number, string]>(
      "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', ?, ?)",
    ),
  };
}

/** Carries out the writes that change messages; called within the batch's transaction only. */
export class MessageChanges {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;
  readonly #messages: MessageWrites;

  constructor(database: Database.Database, users: UserWrites, messages: MessageWrites) {
    this.#users = users;
    this.#messages = messages;
    this.#sql = prepare(database);
  }

  /** Gives the message another text, in the search index too. */
  edit({ chatId, userId, seq, text, sinceMs }: WriteOf<"editMessage">, nowMs: number): Outcome {
    const found = this.#sql.find.get(seq, chatId, userId);
    if (found === undefined || found.deleted !== null) return refused(Refusal.NotFound);
    if (found.user_id !== userId) return refused(Refusal.Forbidden);
    if (found.time_ms < sinceMs) return refused(Refusal.TooLate);
    const refusal = this.#users.refusalOf(userId);
    if (refusal !== undefined) return refusal;
    const unheard = this.#messages.heardRefusal(userId, chatId);
    if (unheard !== undefined) return refused(unheard);
    if (found.text === text) return same(chatId, found);
    const rev = this.#nextRev(chatId, found);
    this.#sql.edit.run(text, rev, nowMs, nowMs, found.id);
    this.#reindex(found, text);
    return changed(chatId, { ...found, text, rev, edited_ms: nowMs }, nowMs);
  }

  /** Empties the message and takes it out of the search index. */
  delete({ chatId, userId, seq }: WriteOf<"deleteMessage">, nowMs: number): Outcome {
    const found = this.#sql.find.get(seq, chatId, userId);
    if (found === undefined) return refused(Refusal.NotFound);
    if (found.user_id !== userId) return refused(Refusal.Forbidden);
    if (found.deleted !== null) return same(chatId, found);
    const refusal = this.#users.refusalOf(userId);
    if (refusal !== undefined) return refusal;
    const rev = this.#nextRev(chatId, found);
    this.#sql.erase.run(rev, nowMs, "author", found.id);
    this.#reindex(found, undefined);
    return changed(chatId, { ...found, text: "", rev, deleted: "author" }, nowMs);
  }

  #nextRev(chatId: ChatId, { chat }: Found): number {
    const row = this.#sql.nextRev.get(chat);
    if (row === undefined) throw new Error(`store: a message whose chat is not there (${chatId})`);
    return row.rev;
  }

  /** One that is not in the index yet gets there with the text that it has then. */
  #reindex({ id, text: before, is_indexed }: Found, text: string | undefined): void {
    if (is_indexed === 0) return;
    this.#sql.unindex.run(id, indexText(before));
    if (text !== undefined) this.#sql.index.run(id, indexText(text));
  }
}

function refused(refusal: Refusal): Outcome {
  return { done: false, refusal };
}

/** Nothing was to be changed. */
function same(chatId: ChatId, found: Found): Outcome {
  return outcome({ message: messageOf(chatId, found), isChanged: false, changedMs: found.changed_ms });
}

function changed(chatId: ChatId, row: MessageRow, changedMs: number): Outcome {
  return outcome({ message: messageOf(chatId, row), isChanged: true, changedMs });
}

function outcome(result: Changed): Outcome {
  return { done: true, result };
}
