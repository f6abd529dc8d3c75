// Messages as SQLite returns them, and pages made of them.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES } from "../../protocol/limits.ts";

/** Greatest seq that a message's key has room for. */
export const MAX_SEQ = 2 ** 32 - 1;

export interface MessageRow {
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
}

/** The columns of a MessageRow; `m` is messages, `u` users. */
export const MESSAGE_COLUMNS =
  "m.id & 0xffffffff AS seq, m.message_id, u.user_id, u.username, m.text, m.time_ms, m.rev, m.edited_ms, m.deleted";

export function messageOf(chatId: ChatId, row: MessageRow): Message {
  const { seq, message_id, user_id, username, text, time_ms, rev } = row;
  const message = { chat_id: chatId, seq, message_id, user_id, username, message: text, time: time_ms / 1000 };
  return rev === null ? message : { ...message, rev, ...changesOf(row) };
}

function changesOf({ edited_ms, deleted }: MessageRow): Pick<Message, "edited" | "deleted"> {
  if (deleted !== null) return { deleted };
  return edited_ms === null ? {} : { edited: edited_ms / 1000 };
}

/** Gathers the messages of one page, in the order in which they are added. */
export class Page {
  readonly messages: Message[] = [];
  hasMore = false;
  readonly #chatId: ChatId;
  readonly #limit: number;
  #bytes = 0;

  constructor(chatId: ChatId, limit: number) {
    this.#chatId = chatId;
    this.#limit = limit;
  }

  /** Adds the message, or returns false: the page is full, and there is more. */
  add(row: MessageRow): boolean {
    this.#bytes += Buffer.byteLength(JSON.stringify(row.text)) + MESSAGE_EXTRA_BYTES;
    const isFull = this.messages.length === this.#limit;
    if (isFull || (this.#bytes > PAGE_BYTES && this.messages.length > 0)) {
      this.hasMore = true;
      return false;
    }
    this.messages.push(messageOf(this.#chatId, row));
    return true;
  }
}
