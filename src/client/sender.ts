// Sends what the outgoing queue holds: one message of a chat at a time, in order, until each is acknowledged or refused.
import type { Message } from "../protocol/entities.ts";
import { Code } from "../protocol/codes.ts";
import type { ChatId } from "../protocol/ids.ts";
import { backoffDelayMs, type BackoffOptions } from "../util/backoff.ts";
import type { Connection } from "./connection.ts";
import { RequestError } from "./errors.ts";
import type { OutgoingMessage, OutgoingQueue } from "./outgoing.ts";

/** Who sends; the author of what is acknowledged. */
export interface Author {
  readonly userId: string;
  readonly username: string;
}

/** What makes no difference when it is tried again: the message itself is wrong. */
const FINAL: ReadonlySet<number> = new Set([
  Code.BadRequest,
  Code.Forbidden,
  Code.NotFound,
  Code.Conflict,
  Code.FrameTooLarge,
]);
/** After so many internal errors of the server in a row, a message counts as refused and lets the next ones pass. */
const MAX_INTERNAL_ERRORS = 5;

/**
 * A later message of a chat leaves only after the earlier one was acknowledged, since the server may refuse one and
 * accept the next: so the order is kept whatever happens. Chats do not wait for each other.
 */
export class Sender {
  readonly #queue: OutgoingQueue;
  readonly #onStored: (message: Message) => void;
  readonly #backoff: BackoffOptions;
  readonly #busy = new Set<ChatId>();
  readonly #retries = new Map<ChatId, NodeJS.Timeout>();
  /** Attempts that failed in a row, by message. */
  readonly #attempts = new Map<string, number>();
  #online: { readonly connection: Connection; readonly author: Author } | undefined;

  /** `onStored` is called with each message that the server has acknowledged, before it leaves the queue. */
  constructor(queue: OutgoingQueue, onStored: (message: Message) => void, backoff: BackoffOptions) {
    this.#queue = queue;
    this.#onStored = onStored;
    this.#backoff = backoff;
    queue.events.on("ready", ({ chatId }) => this.#next(chatId));
    queue.events.on("changed", ({ chatId }) => this.#next(chatId));
  }

  /** Begins to send over a connection that is logged in. */
  start(connection: Connection, author: Author): void {
    this.stop();
    this.#online = { connection, author };
    for (const chatId of this.#queue.chats()) this.#next(chatId);
  }

  /** Stops sending; what is under way is sent again by the next `start`, under the same id. */
  stop(): void {
    this.#online = undefined;
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
    this.#busy.clear();
  }

  #next(chatId: ChatId): void {
    const online = this.#online;
    if (!online || this.#busy.has(chatId) || this.#retries.has(chatId)) return;
    const message = this.#queue.next(chatId);
    if (!message) return;
    this.#busy.add(chatId);
    void this.#sendThenNext(message, online.connection, online.author);
  }

  async #sendThenNext(message: OutgoingMessage, connection: Connection, author: Author): Promise<void> {
    await this.#send(message, connection, author);
    // A connection given up meanwhile has no say any more.
    if (this.#online?.connection !== connection) return;
    this.#busy.delete(message.chatId);
    this.#next(message.chatId);
  }

  async #send(outgoing: OutgoingMessage, connection: Connection, author: Author): Promise<void> {
    const { chatId, messageId, text } = outgoing;
    try {
      const stored = await connection.request("add_message", { chat_id: chatId, message: text, message_id: messageId });
      this.#attempts.delete(messageId);
      this.#onStored({
        chat_id: chatId,
        seq: stored.seq,
        message_id: messageId,
        user_id: author.userId,
        username: author.username,
        message: text,
        time: stored.time,
      });
      this.#queue.remove(messageId);
    } catch (error) {
      if (this.#online?.connection === connection) this.#onError(outgoing, error);
    }
  }

  #onError({ chatId, messageId }: OutgoingMessage, error: unknown): void {
    const attempts = this.#attempts.get(messageId) ?? 0;
    const code = error instanceof RequestError ? error.code : undefined;
    const isFinal =
      code !== undefined && (FINAL.has(code) || (code === Code.Internal && attempts >= MAX_INTERNAL_ERRORS));
    if (isFinal) {
      this.#attempts.delete(messageId);
      this.#queue.fail(messageId, error instanceof Error ? error.message : "refused");
      return;
    }
    this.#attempts.set(messageId, attempts + 1);
    const askedMs = error instanceof RequestError ? (error.retryAfterMs ?? 0) : 0;
    const retry = (): void => {
      this.#retries.delete(chatId);
      this.#next(chatId);
    };
    this.#retries.set(chatId, setTimeout(retry, Math.max(askedMs, backoffDelayMs(attempts, this.#backoff))));
  }
}
