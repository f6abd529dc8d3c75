// Changes of stored messages: each takes the next revision of its chat.
import type Database from "better-sqlite3";
import { changerRefusal } from "../../domain/groups.ts";
import type { Role } from "../../protocol/entities.ts";
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Changed, Remade } from "../../domain/writes/message-change.ts";
import { changeOf } from "../../domain/writes/table.ts";
import type { ChangeKind, ChangeWrite, PlainChange } from "../../domain/writes/table.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { MessageWrites } from "./messages.ts";
import { MessagePins } from "./pins.ts";
import { MessageReactions } from "./reactions.ts";
import { MAX_SEQ, MESSAGE_COLUMNS, mentionColumns, MessageReads } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import { indexText } from "../../protocol/search-trigrams.ts";
import type { UserWrites } from "./users.ts";

/** A message as a change finds it. */
interface FoundRow extends MessageRow {
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
    // Only in a chat of which the user is a member; who is one of a group is asked before. Without a user: in every chat.
    find: database.prepare<[{ seq: number; chatId: ChatId; userId: UserId | null }], FoundRow>(
      `SELECT ${MESSAGE_COLUMNS}, m.changed_ms, m.id & 0xffffffff <= c.indexed_seq AS is_indexed
       FROM chats c JOIN messages m ON m.id = (c.id << 32 | @seq) JOIN users u ON u.id = m.user
       WHERE c.chat_id = @chatId AND (c.kind IN ('everyone', 'group') OR (c.kind = 'direct' AND (@userId IS NULL
         OR (SELECT id FROM users WHERE user_id = @userId AND state <> 'deleted') IN (c.first_user, c.second_user))))`,
    ),
    nextRev: database.prepare<[number], number>("UPDATE chats SET rev = rev + 1 WHERE id = ? RETURNING rev").pluck(),
    change: database.prepare<[FoundRow]>(
      `UPDATE messages SET rev = @rev, changed_ms = @changed_ms, edited_ms = @edited_ms, deleted = @deleted,
         mentions = @mentions, mentions_all = @mentions_all, pinned = @pinned, reactions = @reactions WHERE ${KEY}`,
    ),
    // Apart from the rest: a text of several pages is rewritten only when it is another one.
    setText: database.prepare<[FoundRow]>(`UPDATE messages SET text = @text WHERE ${KEY}`),
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
    const { chatId, userId } = write;
    const asksMembers = chatForm(chatId)?.kind === "group" && userId !== undefined;
    const changer = asksMembers ? this.#messages.changerIn(chatId, userId) : undefined;
    if (asksMembers && changer === undefined) return refused(Refusal.NoChat);
    const refusal = changerRefusal(write.kind, write.seq, changer);
    const found = refusal === undefined ? this.#find(write) : undefined;
    if (found === undefined) return refused(refusal ?? Refusal.NotFound);
    if (write.kind === "react") return this.#react(found, write, nowMs);
    if (write.kind === "pinMessage") return this.#pin(found, write, nowMs);
    return this.#plain(found, write, nowMs, changer?.role);
  }

  /** The outcome for a change that was made before, whoever may change what now; undefined for a message that is gone. */
  madeBefore(write: ChangeWrite): Outcome | undefined {
    const found = this.#find(write);
    return found && this.#same(write.chatId, found);
  }

  #find({ seq, chatId, userId }: ChangeWrite): FoundRow | undefined {
    return seq > MAX_SEQ ? undefined : this.#sql.find.get({ seq, chatId, userId: userId ?? null });
  }

  /** By the rules of its kind. */
  #plain(found: FoundRow, write: PlainChange, nowMs: number, role: Role | undefined): Outcome {
    const { user_id: userId, text, time_ms: sentMs, deleted } = found;
    const { made, isSpeech } = changeOf(write, { userId, text, sentMs, isDeleted: deleted !== null, role });
    if (typeof made === "string") return refused(made);
    const refusal = this.#refusal(write, isSpeech);
    if (refusal !== undefined) return refused(refusal);
    if (made === undefined) return this.#same(write.chatId, found);
    if (made.text === undefined && found.reactions !== null) this.#reactions.drop(found);
    return this.#change(write, found, columnsOf(made, nowMs), nowMs);
  }

  #react(found: FoundRow, write: WriteOf<"react">, nowMs: number): Outcome {
    if (found.deleted !== null) return refused(Refusal.NotFound);
    const refusal = this.#refusal(write) ?? this.#reactions.refusal(found, write);
    if (refusal !== undefined) return refused(refusal);
    if (this.#reactions.isThere(found, write) === write.on) return this.#same(write.chatId, found);
    const rev = this.#nextRev(write.chatId, found);
    const reactions = this.#reactions.set(found, write, rev);
    return this.#change(write, found, { reactions }, nowMs, rev);
  }

  #pin(found: FoundRow, write: WriteOf<"pinMessage">, nowMs: number): Outcome {
    if (found.deleted !== null) return refused(Refusal.NotFound);
    const isPinned = found.pinned !== null;
    const refusal = this.#refusal(write) ?? (write.on && !isPinned ? this.#pins.refusal(found) : undefined);
    if (refusal !== undefined) return refused(refusal);
    if (isPinned === write.on) return this.#same(write.chatId, found);
    const rev = this.#nextRev(write.chatId, found);
    return this.#change(write, found, { pinned: write.on ? rev : null }, nowMs, rev);
  }

  /** Why the user may not do it, or not be heard in the chat now. */
  #refusal({ userId, chatId }: ChangeWrite, isSpeech = true): Refusal | undefined {
    if (userId === undefined) return undefined;
    const own = this.#users.refusalOf(userId);
    if (own?.done === false) return own.refusal;
    // In a group the rule about who may send messages has been asked where it counts.
    const refusal = isSpeech ? this.#messages.heardRefusal(userId, chatId) : undefined;
    return refusal === Refusal.RoleTooLow ? undefined : refusal;
  }

  #change({ chatId }: ChangeWrite, found: FoundRow, columns: Columns, changed_ms: number, given?: number): Outcome {
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
  #same(chatId: ChatId, found: FoundRow): Outcome {
    return outcome({ message: this.#reads.message(chatId, found), isChanged: false, changedMs: found.changed_ms });
  }

  #nextRev(chatId: ChatId, { chat }: FoundRow): number {
    const rev = this.#sql.nextRev.get(chat);
    if (rev === undefined) throw new Error(`store: a message whose chat is not there (${chatId})`);
    return rev;
  }

  /** One that is not in the index yet gets there with the text that it has then. */
  #reindex({ chat, seq, text: before, is_indexed }: FoundRow, text: string): void {
    if (is_indexed === 0) return;
    this.#sql.unindex.run(chat, seq, indexText(before));
    if (text !== "") this.#sql.index.run(chat, seq, indexText(text));
  }
}

/** A deleted message is empty. */
const EMPTY = { text: "", edited_ms: null, mentions: null, mentions_all: null, pinned: null, reactions: null };

function columnsOf(made: Remade, nowMs: number): Columns {
  if (made.text === undefined) return { ...EMPTY, deleted: made.deleted };
  const [mentions, mentions_all] = mentionColumns(made);
  return { text: made.text, edited_ms: nowMs, mentions, mentions_all };
}

function refused(refusal: Refusal): Outcome {
  return { done: false, refusal };
}

function outcome(result: Changed): Outcome {
  return { done: true, result };
}
