// Read marks on their way to the server: sent a moment later, and only the last of many.
import type { ChatId } from "../protocol/ids.ts";
import { DisconnectedError } from "./errors.ts";
import type { Requester } from "./history.ts";

const DELAY_MS = 200;

/** Marks made while there is no connection wait for the next one. */
export class ReadMarks {
  readonly #waiting = new Map<ChatId, number>();
  #requester: Requester | undefined;
  #timer: NodeJS.Timeout | undefined;

  start(requester: Requester): void {
    this.#requester = requester;
    this.#schedule();
  }

  stop(): void {
    this.#requester = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  mark(chatId: ChatId, seq: number): void {
    this.#waiting.set(chatId, Math.max(seq, this.#waiting.get(chatId) ?? 0));
    this.#schedule();
  }

  /** A mark that was made in another history of the chat must not be told. */
  forget(chatId: ChatId): void {
    this.#waiting.delete(chatId);
  }

  /** Tells what waits at once; resolves when it is told, or cannot be told now. */
  async flush(timeoutMs: number): Promise<void> {
    clearTimeout(this.#timer);
    await this.#tell(timeoutMs);
  }

  #schedule(): void {
    if (this.#waiting.size > 0 && this.#requester) this.#timer ??= setTimeout(() => void this.#tell(), DELAY_MS);
  }

  async #tell(timeoutMs?: number): Promise<void> {
    this.#timer = undefined;
    const requester = this.#requester;
    if (!requester) return;
    const marks = [...this.#waiting];
    this.#waiting.clear();
    const tell = async ([chatId, seq]: readonly [ChatId, number]): Promise<void> => {
      try {
        await requester.request("mark_read", { chat_id: chatId, seq }, timeoutMs);
      } catch (error) {
        // A refused mark is of no use; one that was lost is told to the next connection.
        if (error instanceof DisconnectedError) this.mark(chatId, seq);
      }
    };
    await Promise.all(marks.map(tell));
  }
}
