// Messages as SQLite returns them, and pages made of them.
import type Database from "better-sqlite3";
import type { Message, Reaction, Role } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES, REACTION_USERS } from "../../protocol/limits.ts";
import type { Mentions } from "../../domain/writes/message-change.ts";
import { countsOf } from "../reaction-counts.ts";

/** Greatest seq that a message's key has room for. */
export const MAX_SEQ = 2 ** 32 - 1;

export interface MessageRow {
  /** The chat's row: with `seq` the message's key. */
  readonly chat: number;
  readonly seq: number;
  readonly message_id: string;
  readonly user_id: UserId;
  readonly username: string;
  readonly text: string;
  readonly time_ms: number;
  /** Null for a message that was never changed. */
  readonly rev: number | null;
  readonly edited_ms: number | null;
  readonly deleted: NonNullable<Message["deleted"]> | null;
  readonly reply_to: number | null;
  /** JSON of user ids. */
  readonly mentions: string | null;
  readonly mentions_all: 1 | null;
  /** The rev that pinned it. */
  readonly pinned: number | null;
  /** JSON of ReactionCounts. */
  readonly reactions: string | null;
}

/** The columns of a MessageRow; `m` is messages, `u` users. */
export const MESSAGE_COLUMNS = `m.id >> 32 AS chat, m.id & 0xffffffff AS seq, m.message_id, u.user_id, u.username, m.text, m.time_ms,
  m.rev, m.edited_ms, m.deleted, m.reply_to, m.mentions, m.mentions_all, m.pinned, m.reactions`;

/** The message without its reactions. */
export function messageOf(chatId: ChatId, row: MessageRow): Message {
  const { seq, message_id, user_id, username, text, time_ms } = row;
  const message = { chat_id: chatId, seq, message_id, user_id, username, message: text, time: time_ms / 1000 };
  const { rev, edited_ms, deleted, reply_to, mentions, mentions_all, pinned } = row;
  const isPlain = rev === null && reply_to === null && mentions === null && mentions_all === null;
  if (isPlain) return message;
  return {
    ...message,
    ...(rev !== null && { rev }),
    ...(edited_ms !== null && { edited: edited_ms / 1000 }),
    ...(deleted !== null && { deleted }),
    ...(reply_to !== null && { reply_to }),
    ...(mentions !== null && { mentions: JSON.parse(mentions) as UserId[] }),
    ...(mentions_all !== null && { mentions_all: true }),
    ...(pinned !== null && { pinned: true }),
  };
}

/** `mentions` and `mentions_all` as a row has them. */
export function mentionColumns({ mentions, mentionsAll }: Mentions): [mentions: string | null, all: 1 | null] {
  return [mentions === undefined ? null : JSON.stringify(mentions), mentionsAll === undefined ? null : 1];
}

/** Membership of a user in a group. */
export interface InGroup {
  readonly role: Role;
  /** The first message that the user may see. */
  readonly firstSeq: number;
}

/** Whole messages, with who reacted, over a connection that its owner opens and closes. */
export class MessageReads {
  readonly #reactors: Database.Statement<[chat: number, seq: number, reaction: string], UserId>;

  constructor(database: Database.Database) {
    this.#reactors = database
      .prepare<[number, number, string], UserId>(
        `SELECT u.user_id FROM reactions r JOIN users u ON u.id = r.user
         WHERE r.message = (? << 32 | ?) AND r.reaction = ? ORDER BY r.rev LIMIT ${REACTION_USERS}`,
      )
      .pluck();
  }

  message(chatId: ChatId, row: MessageRow): Message {
    const message = messageOf(chatId, row);
    if (row.reactions === null) return message;
    const reactions = countsOf(row.reactions).map(([reaction, count]): [string, Reaction] => {
      return [reaction, { count, user_ids: this.#reactors.all(row.chat, row.seq, reaction) }];
    });
    return { ...message, reactions: Object.fromEntries(reactions) };
  }
}

/** Gathers the messages of one page, in the order in which they are added. */
export class Page {
  readonly messages: Message[] = [];
  hasMore = false;
  readonly #reads: MessageReads;
  readonly #chatId: ChatId;
  readonly #limit: number;
  #bytes = 0;

  constructor(reads: MessageReads, chatId: ChatId, limit: number) {
    this.#reads = reads;
    this.#chatId = chatId;
    this.#limit = limit;
  }

  /** Adds the message, or returns false: the page is full, and there is more. */
  add(row: MessageRow): boolean {
    const message = this.#reads.message(this.#chatId, row);
    this.#bytes += pageBytes(message);
    const isFull = this.messages.length === this.#limit;
    if (isFull || (this.#bytes > PAGE_BYTES && this.messages.length > 0)) {
      this.hasMore = true;
      return false;
    }
    this.messages.push(message);
    return true;
  }
}

/** Bytes that a message counts in a page. */
function pageBytes({ message, reactions, mentions }: Message): number {
  let bytes = Buffer.byteLength(JSON.stringify(message)) + MESSAGE_EXTRA_BYTES;
  if (reactions !== undefined) bytes += Buffer.byteLength(JSON.stringify(reactions));
  if (mentions !== undefined) bytes += Buffer.byteLength(JSON.stringify(mentions));
  return bytes;
}
