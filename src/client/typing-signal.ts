// Own typing, told to the server at most once in a while in each chat.
import type { ChatId } from "../protocol/ids.ts";
import type { Requester } from "./history.ts";

const INTERVAL_MS = 3000;

export class TypingSignal {
  readonly #toldMs = new Map<ChatId, number>();

  /** May be called at every key. Without a connection nobody is told. */
  tell(requester: Requester | undefined, chatId: ChatId): void {
    const nowMs = Date.now();
    if (!requester || nowMs - (this.#toldMs.get(chatId) ?? 0) < INTERVAL_MS) return;
    this.#toldMs.set(chatId, nowMs);
    requester.request("typing", { chat_id: chatId }).catch(() => {}); // of no use to anybody when it is late
  }
}
