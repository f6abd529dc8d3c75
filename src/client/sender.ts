// Sender of the outgoing queue: one entry of a chat at a time, in order, until each is acknowledged or refused.
import type { Message } from "../protocol/entities.ts";
import { Code } from "../protocol/codes.ts";
import type { ChatId } from "../protocol/ids.ts";
import { backoffDelayMs, type BackoffOptions } from "../util/backoff.ts";
import type { Connection } from "./connection.ts";
import { RequestError } from "./errors.ts";
import type { Requester } from "./history.ts";
import type { OutgoingQueue } from "./outgoing.ts";
import { isOutgoingChange, outgoingId, type Outgoing, type OutgoingChange } from "./outgoing-entry.ts";
import type { OutgoingMessage } from "./outgoing-entry.ts";

/** The sender; the author of what is acknowledged. */
export interface Author {
  readonly userId: string;
  readonly username: string;
}

/** Codes with which another try makes no difference: the message itself is wrong. */
const FINAL: ReadonlySet<number> = new Set([
  Code.BadRequest,
  Code.Forbidden,
  Code.NotFound,
  Code.Conflict,
  Code.FrameTooLarge,
]);
const OVERTAKEN = "it was edited elsewhere meanwhile";
/** After so many internal errors of the server in a row, it counts as refused and lets the next ones pass. */
const MAX_INTERNAL_ERRORS = 5;

export interface SenderListener {
  /** With each message that the server has acknowledged; it leaves the queue when this is resolved. */
  onStored(message: Message): Promise<void> | void;
  /** Whether the chat's state at this revision has been seen. */
  hasSeen(chatId: ChatId, rev: number): boolean;
  /** The newest state of a message that has been seen, if any is kept. */
  messageAt(chatId: ChatId, seq: number): Message | undefined;
}

/**
 * A later message or change of a chat leaves only after the earlier one was acknowledged, since the server may refuse one and
 * accept the next: so the order is kept whatever happens. Chats do not wait for each other.
 */
export class Sender {
  readonly #queue: OutgoingQueue;
  readonly #listener: SenderListener;
  readonly #backoff: BackoffOptions;
  readonly #busy = new Set<ChatId>();
  readonly #retries = new Map<ChatId, NodeJS.Timeout>();
  /** Attempts that failed in a row, by what is sent. */
  readonly #attempts = new Map<string, number>();
  #online: { readonly connection: Connection; readonly author: Author } | undefined;
  /** It is known that the server has the messages that were seen: a restored one may have others at the same seqs. */
  #sendsChanges = false;

  constructor(queue: OutgoingQueue, listener: SenderListener, backoff: BackoffOptions) {
    this.#queue = queue;
    this.#listener = listener;
    this.#backoff = backoff;
    queue.events.on("ready", ({ chatId }) => this.#next(chatId));
    queue.events.on("changed", ({ chatId }) => this.#next(chatId));
  }

  /** Begins to send messages over a connection that is logged in. Changes, and what follows them, wait for `sendChanges`. */
  start(connection: Connection, author: Author): void {
    this.stop();
    this.#online = { connection, author };
    for (const chatId of this.#queue.chats()) this.#next(chatId);
  }

  /** Begins to send changes too, until the next `start` or `stop`. */
  sendChanges(): void {
    this.#sendsChanges = true;
    for (const chatId of this.#queue.chats()) this.#next(chatId);
  }

  /** Stops sending; what is under way is sent again by the next `start`, under the same id. */
  stop(): void {
    this.#online = undefined;
    this.#sendsChanges = false;
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
    this.#busy.clear();
  }

  #next(chatId: ChatId): void {
    const online = this.#online;
    if (!online || this.#busy.has(chatId) || this.#retries.has(chatId)) return;
    const entry = this.#queue.next(chatId);
    if (!entry || (isOutgoingChange(entry) && !this.#sendsChanges)) return;
    this.#busy.add(chatId);
    void this.#sendThenNext(entry, online.connection, online.author);
  }

  async #sendThenNext(entry: Outgoing, connection: Connection, author: Author): Promise<void> {
    try {
      if (isOutgoingChange(entry)) await this.#sendChange(entry, connection);
      else await this.#sendMessage(entry, connection, author);
      this.#attempts.delete(outgoingId(entry));
    } catch (error) {
      if (this.#online?.connection === connection) this.#onError(entry, error);
    }
    // A connection given up meanwhile has no say any more.
    if (this.#online?.connection !== connection) return;
    this.#busy.delete(entry.chatId);
    this.#next(entry.chatId);
  }

  async #sendMessage(outgoing: OutgoingMessage, connection: Connection, author: Author): Promise<void> {
    const { chatId, messageId, text, replyTo } = outgoing;
    const answer = replyTo === undefined ? {} : { reply_to: replyTo };
    const message = { chat_id: chatId, message: text, message_id: messageId, ...answer };
    const { seq, time } = await connection.request("add_message", message);
    await this.#listener.onStored({ ...message, seq, user_id: author.userId, username: author.username, time });
    this.#queue.remove(messageId);
  }

  async #sendChange(outgoing: OutgoingChange, connection: Connection): Promise<void> {
    const { changeId, chatId, seq } = outgoing;
    if (isOvertaken(outgoing, this.#listener.messageAt(chatId, seq))) return this.#queue.fail(changeId, OVERTAKEN);
    const result = await requestChange(connection, outgoing);
    this.#queue.settle(changeId, result, this.#listener.hasSeen(chatId, result.rev));
  }

  #onError(entry: Outgoing, error: unknown): void {
    const [id, { chatId }] = [outgoingId(entry), entry];
    const attempts = this.#attempts.get(id) ?? 0;
    const code = error instanceof RequestError ? error.code : undefined;
    const isFinal =
      code !== undefined && (FINAL.has(code) || (code === Code.Internal && attempts >= MAX_INTERNAL_ERRORS));
    if (isFinal) {
      this.#attempts.delete(id);
      this.#queue.fail(id, error instanceof Error ? error.message : "refused");
      return;
    }
    this.#attempts.set(id, attempts + 1);
    const askedMs = error instanceof RequestError ? (error.retryAfterMs ?? 0) : 0;
    const retry = (): void => {
      this.#retries.delete(chatId);
      this.#next(chatId);
    };
    this.#retries.set(chatId, setTimeout(retry, Math.max(askedMs, backoffDelayMs(attempts, this.#backoff))));
  }
}

/**
 * Another session of the user has given the message another text since this edit was written. The edit may even have been
 * made before that: its answer was lost then, and to make it again would bring back the older of the two texts.
 */
function isOvertaken({ change, replaces }: OutgoingChange, known: Message | undefined): boolean {
  if (change.kind !== "edit" || replaces === undefined || known === undefined) return false;
  return known.deleted === undefined && known.message !== change.text && (known.edited ?? 0) > replaces;
}

function requestChange(
  requester: Requester,
  outgoing: OutgoingChange,
): Promise<{ readonly rev: number; readonly edited?: number }> {
  const { chatId, seq, change } = outgoing;
  const message = { chat_id: chatId, seq };
  switch (change.kind) {
    case "delete":
      return requester.request("delete_message", message);
    case "edit":
      return requester.request("edit_message", { ...message, message: change.text });
    case "react":
      return requester.request("react", { ...message, reaction: change.reaction, on: change.on });
    case "pin":
      return requester.request("pin_message", { ...message, on: change.on });
  }
}
