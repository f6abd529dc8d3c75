// Changes of stored messages: each takes the next revision of its chat.
import type Database from "better-sqlite3";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Changed } from "../../domain/writes/message-change.ts";
import type { ChangeKind, ChangeWrite } from "../../domain/writes/table.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { MessageWrites } from "./messages.ts";
import { MessagePins } from "./pins.ts";
import { MessageReactions } from "./reactions.ts";
import { MESSAGE_COLUMNS, mentionColumns, MessageReads } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import { indexText } from "./search-text.ts";
import type { UserWrites } from "./users.ts";

/** A message as a change finds it. */
export interface FoundMessage extends MessageRow {
  /** Time of the latest change, Unix milliseconds; null for a message that was never changed. */
  readonly changed_ms: number | null;
  readonly is_indexed: 0 | 1;
}

type Outcome = WriteOutcome<ChangeKind>;
/** The columns of a message that a change sets, beside those that each sets. */
type Columns = Partial<
  Pick<MessageRow, "text" | "edited_ms" | "deleted" | "mentions" | "mentions_all" | "pinned" | "reactions">
>;

const KEY = "id = (@chat << 32 | @seq)";

function prepare(database: Database.Database) {
  return {
    // Only in a chat of which the user is a member.
    find: database.prepare<[number, ChatId, UserId], FoundMessage>(
      `SELECT ${MESSAGE_COLUMNS}, m.changed_ms, m.id & 0xffffffff <= c.indexed_seq AS is_indexed
       FROM chats c JOIN messages m ON m.id = (c.id << 32 | ?) JOIN users u ON u.id = m.user
       WHERE c.chat_id = ? AND (c.kind = 'everyone'
         OR (SELECT id FROM users WHERE user_id = ? AND state <> 'deleted') IN (c.first_user, c.second_user))`,
    ),
    nextRev: database.prepare<[number], number>("UPDATE chats SET rev = rev + 1 WHERE id = ? RETURNING rev").pluck(),
    change: database.prepare<[FoundMessage]>(
      `UPDATE messages SET rev = @rev, changed_ms = @changed_ms, edited_ms = @edited_ms, deleted = @deleted,
         mentions = @mentions, mentions_all = @mentions_all, pinned = @pinned, reactions = @reactions WHERE ${KEY}`,
    ),
    // Apart from the rest: a text of several pages is written anew only when it is another one.
    setText: database.prepare<[FoundMessage]>(`UPDATE messages SET text = @text WHERE ${KEY}`),
    index: database.prepare<[number, number, string]>("INSERT INTO search_index (rowid, text) VALUES (? << 32 | ?, ?)"),
    unindex: database.prepare<[number, number, string]>(
      "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', ? << 32 | ?, ?)",
    ),
  };
}

/** Carries out the writes that change messages; called within the batch's transaction only. */
export class MessageChanges {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;
  readonly #messages: MessageWrites;
  readonly #reactions: MessageReactions;
  readonly #pins: MessagePins;
  readonly #reads: MessageReads;

  constructor(database: Database.Database, users: UserWrites, messages: MessageWrites) {
    this.#users = users;
    this.#messages = messages;
    this.#reactions = new MessageReactions(database, users);
    this.#pins = new MessagePins(database);
    this.#reads = new MessageReads(database);
    this.#sql = prepare(database);
  }

  carryOut(write: ChangeWrite, nowMs: number): Outcome {
    const found = this.#sql.find.get(write.seq, write.chatId, write.userId);
    if (found === undefined) return refused(Refusal.NotFound);
    switch (write.kind) {
      case "deleteMessage":
        return this.#delete(found, write, nowMs);
      case "editMessage":
        return this.#edit(found, write, nowMs);
      case "react":
        return this.#react(found, write, nowMs);
      case "pinMessage":
        return this.#pin(found, write, nowMs);
    }
  }

  /** Gives the message another text, in the search index too. */
  #edit(found: FoundMessage, write: WriteOf<"editMessage">, nowMs: number): Outcome {
    const { text, sinceMs, userId } = write;
    if (found.deleted !== null) return refused(Refusal.NotFound);
    if (found.user_id !== userId) return refused(Refusal.Forbidden);
    if (found.time_ms < sinceMs) return refused(Refusal.TooLate);
    const refusal = this.#refusal(write);
    if (refusal !== undefined) return refused(refusal);
    if (found.text === text) return this.#same(write.chatId, found);
    const [mentions, mentions_all] = mentionColumns(write);
    return this.#change(write, found, { text, edited_ms: nowMs, mentions, mentions_all }, nowMs);
  }

  /** Empties the message and takes it out of the search index. */
  #delete(found: FoundMessage, write: WriteOf<"deleteMessage">, nowMs: number): Outcome {
    if (found.user_id !== write.userId) return refused(Refusal.Forbidden);
    if (found.deleted !== null) return this.#same(write.chatId, found);
    const refusal = this.#users.refusalOf(write.userId);
    if (refusal !== undefined) return refusal;
    if (found.reactions !== null) this.#reactions.drop(found);
    const nothing = { edited_ms: null, mentions: null, mentions_all: null, pinned: null, reactions: null };
    return this.#change(write, found, { ...nothing, text: "", deleted: "author" }, nowMs);
  }

  #react(found: FoundMessage, write: WriteOf<"react">, nowMs: number): Outcome {
    if (found.deleted !== null) return refused(Refusal.NotFound);
    const refusal = this.#refusal(write) ?? this.#reactions.refusal(found, write);
    if (refusal !== undefined) return refused(refusal);
    if (this.#reactions.isThere(found, write) === write.on) return this.#same(write.chatId, found);
    const rev = this.#nextRev(write.chatId, found);
    const reactions = this.#reactions.set(found, write, rev);
    return this.#change(write, found, { reactions }, nowMs, rev);
  }

  #pin(found: FoundMessage, write: WriteOf<"pinMessage">, nowMs: number): Outcome {
    if (found.deleted !== null) return refused(Refusal.NotFound);
    const isPinned = found.pinned !== null;
    const refusal = this.#refusal(write) ?? (write.on && !isPinned ? this.#pins.refusal(found) : undefined);
    if (refusal !== undefined) return refused(refusal);
    if (isPinned === write.on) return this.#same(write.chatId, found);
    const rev = this.#nextRev(write.chatId, found);
    return this.#change(write, found, { pinned: write.on ? rev : null }, nowMs, rev);
  }

  /** Why the user may not be heard in the chat now. */
  #refusal({ userId, chatId }: ChangeWrite): Refusal | undefined {
    const own = this.#users.refusalOf(userId);
    return own?.done === false ? own.refusal : this.#messages.heardRefusal(userId, chatId);
  }

  #change({ chatId }: ChangeWrite, found: FoundMessage, columns: Columns, changed_ms: number, given?: number): Outcome {
    const rev = given ?? this.#nextRev(chatId, found);
    const row = { ...found, ...columns, rev, changed_ms };
    this.#sql.change.run(row);
    if (row.text !== found.text) {
      this.#sql.setText.run(row);
      this.#reindex(found, row.text);
    }
    return outcome({ message: this.#reads.message(chatId, row), isChanged: true, changedMs: changed_ms });
  }

  /** Nothing was to be changed. */
  #same(chatId: ChatId, found: FoundMessage): Outcome {
    return outcome({ message: this.#reads.message(chatId, found), isChanged: false, changedMs: found.changed_ms });
  }

  #nextRev(chatId: ChatId, { chat }: FoundMessage): number {
    const rev = this.#sql.nextRev.get(chat);
    if (rev === undefined) throw new Error(`store: a message whose chat is not there (${chatId})`);
    return rev;
  }

  /** One that is not in the index yet gets there with the text that it has then. */
  #reindex({ chat, seq, text: before, is_indexed }: FoundMessage, text: string): void {
    if (is_indexed === 0) return;
    this.#sql.unindex.run(chat, seq, indexText(before));
    if (text !== "") this.#sql.index.run(chat, seq, indexText(text));
  }
}

function refused(refusal: Refusal): Outcome {
  return { done: false, refusal };
}

function outcome(result: Changed): Outcome {
  return { done: true, result };
}
