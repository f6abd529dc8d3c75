// Messages on their way to the server: kept in order and on the disk until the server has acknowledged them.
import type { ChatId } from "../protocol/ids.ts";
import { Emitter } from "../util/emitter.ts";
import { newMessageId } from "../util/message-id.ts";
import { Journal } from "./journal.ts";
import { isCount, isRecord, isText, objectOf, optional } from "./shapes.ts";

/** A message that the server has not acknowledged yet, or has refused. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly chatId: ChatId;
  readonly text: string;
  /** When it was written: this machine's clock, milliseconds since 1970. */
  readonly writtenMs: number;
  /** Why the server refused it; such a message is not sent again unless `retry` is called. */
  readonly failure?: string | undefined;
}

export interface OutgoingEvents {
  added: OutgoingMessage;
  /** It is on the disk (or cannot be): it may be sent now. */
  ready: OutgoingMessage;
  /** Refused by the server, or taken up again. */
  changed: OutgoingMessage;
  /** Acknowledged or discarded. */
  removed: OutgoingMessage;
  /** The journal cannot be written: messages are sent, but would not survive a restart. */
  trouble: string;
}

/** The queue holds as many messages as it may. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

const MAX_MESSAGES = 10_000;
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** The journal is rewritten when it is longer than this and mostly of lines that do not count any more. */
const COMPACT_BYTES = 256 * 1024;

interface Slot {
  message: OutgoingMessage;
  ready: boolean;
}

export class OutgoingQueue {
  readonly events = new Emitter<OutgoingEvents>();
  readonly #journal: Journal | undefined;
  /** In the order in which they were written. */
  readonly #slots = new Map<string, Slot>();
  #textBytes = 0;

  /** Opens the queue kept in `file`; without a file it lives in memory only. Rejects when the file cannot be used. */
  static async open(file: string | undefined): Promise<OutgoingQueue> {
    if (file === undefined) return new OutgoingQueue(undefined, []);
    const { journal, values } = await Journal.open(file);
    return new OutgoingQueue(journal, values);
  }

  private constructor(journal: Journal | undefined, values: readonly unknown[]) {
    this.#journal = journal;
    for (const value of values) this.#replay(value);
    this.#textBytes = this.list().reduce((sum, message) => sum + Buffer.byteLength(message.text), 0);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** How many wait to be sent; refused ones do not. */
  get waitingCount(): number {
    return [...this.#slots.values()].filter((slot) => slot.message.failure === undefined).length;
  }

  /** Messages in the order in which they were written, refused ones among them. */
  list(chatId?: ChatId): OutgoingMessage[] {
    const messages = [...this.#slots.values()].map((slot) => slot.message);
    return chatId === undefined ? messages : messages.filter((message) => message.chatId === chatId);
  }

  get(messageId: string): OutgoingMessage | undefined {
    return this.#slots.get(messageId)?.message;
  }

  /** The message of this chat to be sent next: the earliest that is not refused, once it is on the disk. */
  next(chatId: ChatId): OutgoingMessage | undefined {
    for (const { message, ready } of this.#slots.values()) {
      if (message.chatId === chatId && message.failure === undefined) return ready ? message : undefined;
    }
    return undefined;
  }

  /** The chats in which a message waits. */
  chats(): ChatId[] {
    return [...new Set(this.list().flatMap((message) => (message.failure === undefined ? [message.chatId] : [])))];
  }

  /** Queues a text (1 to 8,192 characters; longer ones the server refuses). Throws QueueFullError. */
  add(chatId: ChatId, text: string): OutgoingMessage {
    const bytes = Buffer.byteLength(text);
    if (this.#slots.size >= MAX_MESSAGES || this.#textBytes + bytes > MAX_TEXT_BYTES) {
      throw new QueueFullError("too many messages wait to be sent");
    }
    const message = { messageId: newMessageId(), chatId, text, writtenMs: Date.now() };
    this.#textBytes += bytes;
    this.#slots.set(message.messageId, { message, ready: false });
    this.events.emit("added", message);
    void this.#write({ add: message }).then(() => this.#makeReady(message.messageId));
    return message;
  }

  /** The server has it, or the user wants it no more. Unknown ids are ignored. */
  remove(messageId: string): void {
    const slot = this.#slots.get(messageId);
    if (!slot) return;
    this.#slots.delete(messageId);
    this.#textBytes -= Buffer.byteLength(slot.message.text);
    // Sent again after a crash that loses this line, the server would recognise it by its id: nobody waits for it.
    void this.#write({ remove: messageId });
    this.#compact();
    this.events.emit("removed", slot.message);
  }

  /** The server refuses it for good. It stays, to be shown, but holds up no later one. */
  fail(messageId: string, failure: string): void {
    this.#change(messageId, (message) => ({ ...message, failure }));
  }

  /** Sends a refused message again, in its old place. */
  retry(messageId: string): void {
    this.#change(messageId, (message) => ({ ...message, failure: undefined }));
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  #change(messageId: string, change: (message: OutgoingMessage) => OutgoingMessage): void {
    const slot = this.#slots.get(messageId);
    if (!slot) return;
    slot.message = change(slot.message);
    void this.#write({ add: slot.message });
    this.events.emit("changed", slot.message);
  }

  #makeReady(messageId: string): void {
    const slot = this.#slots.get(messageId);
    if (!slot) return;
    slot.ready = true;
    this.events.emit("ready", slot.message);
  }

  async #write(value: unknown): Promise<void> {
    try {
      await this.#journal?.append(value);
    } catch (error) {
      this.events.emit("trouble", `unsent messages cannot be kept on the disk: ${String(error)}`);
    }
  }

  #compact(): void {
    const bytes = this.#journal?.bytes ?? 0;
    if (bytes < COMPACT_BYTES || bytes < this.#textBytes * 4) return;
    this.#journal?.rewrite(() => this.list().map((message) => ({ add: message })));
  }

  #replay(value: unknown): void {
    if (!isRecord(value)) return;
    const { add, remove } = value;
    if (isOutgoing(add)) this.#slots.set(add.messageId, { message: add, ready: true });
    else if (isText(remove)) this.#slots.delete(remove);
  }
}

const isOutgoing = objectOf<OutgoingMessage>({
  messageId: isText,
  chatId: isText,
  text: isText,
  writtenMs: isCount,
  failure: optional(isText),
});
