// Messages of a chat that others answer: from the cache, or fetched one by one.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { Messenger } from "../messenger.ts";

/** Quoted messages kept in memory; of a window only those in view are asked for. */
const MAX_KEPT = 500;

export class Quotes {
  readonly #messenger: Messenger;
  readonly #chatId: ChatId;
  readonly #onLoaded: () => void;
  /** Undefined while it is asked for, and after an attempt that failed. */
  readonly #kept = new Map<number, Message | undefined>();

  constructor(messenger: Messenger, chatId: ChatId, onLoaded: () => void) {
    this.#messenger = messenger;
    this.#chatId = chatId;
    this.#onLoaded = onLoaded;
  }

  /** The message, or undefined until it is there: then `onLoaded` is called. */
  get(seq: number): Message | undefined {
    if (this.#kept.has(seq)) return this.#kept.get(seq);
    const [message] = this.#messenger.cache.after(this.#chatId, seq - 1, 1);
    this.#keep(seq, message);
    if (message === undefined) void this.#fetch(seq);
    return message;
  }

  change(messages: readonly Message[]): void {
    for (const message of messages) if (this.#kept.has(message.seq)) this.#kept.set(message.seq, message);
  }

  /** A message that could not be fetched is asked for again when it is wanted. */
  clear(): void {
    this.#kept.clear();
  }

  #keep(seq: number, message: Message | undefined): void {
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(seq, message);
  }

  async #fetch(seq: number): Promise<void> {
    try {
      const { messages } = await this.#messenger.history(this.#chatId, { after: seq - 1, limit: 1 });
      const message = messages.find((one) => one.seq === seq);
      if (message === undefined) return;
      this.#messenger.cache.put([message]);
      this.#keep(seq, message);
      this.#onLoaded();
    } catch {
      // No connection: the next login clears what is missing, and it is asked for again.
    }
  }
}
