// Reactions to messages: counted in the message, kept in a table of its own.
import type Database from "better-sqlite3";
import { MAX_REACTION_KINDS } from "../../protocol/limits.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf } from "../../domain/writes/table.ts";
import { countOf, countsOf, withCount } from "../reaction-counts.ts";
import type { NamePage, ReactionPage, ReactionTarget } from "../store.ts";
import { MAX_SEQ } from "./rows.ts";
import type { MessageRow } from "./rows.ts";
import type { UserWrites } from "./users.ts";

type Reaction = [chat: number, seq: number, reaction: string, user: number];

/** By what lists are sorted: a deleted account's key is not that of its name. */
const NAME_KEY = "iif(u.state = 'deleted', u.username, u.username_key)";

function prepare(database: Database.Database) {
  return {
    isThere: database.prepare<Reaction, number>(
      "SELECT 1 FROM reactions WHERE message = (? << 32 | ?) AND reaction = ? AND user = ?",
    ),
    add: database.prepare<[...Reaction, number]>(
      "INSERT INTO reactions (message, reaction, user, rev) VALUES (? << 32 | ?, ?, ?, ?)",
    ),
    remove: database.prepare<Reaction>(
      "DELETE FROM reactions WHERE message = (? << 32 | ?) AND reaction = ? AND user = ?",
    ),
    drop: database.prepare<[number, number]>("DELETE FROM reactions WHERE message = (? << 32 | ?)"),
  };
}

/** Called within the batch's transaction only. */
export class MessageReactions {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;

  constructor(database: Database.Database, users: UserWrites) {
    this.#sql = prepare(database);
    this.#users = users;
  }

  /** Why no reaction of this kind may come to the message. */
  refusal({ reactions }: MessageRow, { reaction, on }: WriteOf<"react">): Refusal | undefined {
    const counts = countsOf(reactions);
    const isFull = counts.length >= MAX_REACTION_KINDS && countOf(counts, reaction) === 0;
    return on && isFull ? Refusal.Quota : undefined;
  }

  isThere(message: MessageRow, write: WriteOf<"react">): boolean {
    return this.#sql.isThere.get(...this.#key(message, write)) !== undefined;
  }

  /** Adds or removes a reaction that is not so yet; the message's column `reactions` from now on. */
  set(message: MessageRow, write: WriteOf<"react">, rev: number): string | null {
    const key = this.#key(message, write);
    if (write.on) this.#sql.add.run(...key, rev);
    else this.#sql.remove.run(...key);
    const counts = countsOf(message.reactions);
    const now = withCount(counts, write.reaction, countOf(counts, write.reaction) + (write.on ? 1 : -1));
    return now.length === 0 ? null : JSON.stringify(now);
  }

  /** Of a message that is deleted. */
  drop({ chat, seq }: MessageRow): void {
    this.#sql.drop.run(chat, seq);
  }

  #key({ chat, seq }: MessageRow, { reaction, userId }: WriteOf<"react">): Reaction {
    return [chat, seq, reaction, this.#users.find(userId)?.id ?? 0];
  }
}

/** Reads on a connection that its owner opens and closes. */
export class ReactionLists {
  readonly #isThere: Database.Statement<[number, string], number>;
  readonly #page: Database.Statement<[string, number, string, string, number], { user_id: string; username: string }>;

  constructor(database: Database.Database) {
    this.#isThere = database.prepare(
      `SELECT 1 FROM chats c JOIN messages m ON m.id = (c.id << 32 | ?) WHERE c.chat_id = ? AND m.deleted IS NULL`,
    );
    this.#page = database.prepare(
      `SELECT u.user_id, u.username FROM chats c CROSS JOIN reactions r CROSS JOIN users u ON u.id = r.user
       WHERE c.chat_id = ? AND r.message = (c.id << 32 | ?) AND r.reaction = ? AND ${NAME_KEY} > ?
       ORDER BY ${NAME_KEY} LIMIT ?`,
    );
  }

  /** See StoreReader.reactions. */
  page({ chatId, seq, reaction }: ReactionTarget, { after, limit }: NamePage): ReactionPage | undefined {
    if (seq > MAX_SEQ || this.#isThere.get(seq, chatId) === undefined) return undefined;
    const rows = this.#page.all(chatId, seq, reaction, after, limit + 1);
    const users = rows.slice(0, limit).map(({ user_id: userId, username }) => ({ userId, username }));
    return { users, hasMore: rows.length > limit };
  }
}
