// Users who are typing, by chat; an entry ends when nothing more is heard.
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";

interface Typist {
  readonly username: string;
  readonly timer: NodeJS.Timeout;
}

/** Twice the interval at which clients tell of typing. */
const EXPIRY_MS = 6000;

interface Typist {
  readonly username: string;
  readonly timer: NodeJS.Timeout;
}

export class Typing implements Disposable {
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  readonly #timers = new Map<ChatId, Map<UserId, Typist>>();
  readonly #expiryMs: number;

  constructor(messenger: Messenger, expiryMs = EXPIRY_MS) {
    this.#expiryMs = expiryMs;
    const { events } = messenger;
    this.#subscriptions.add(
      events.on("typing", ({ chat_id: chatId, user_id: userId, username }) => this.#begin(chatId, userId, username)),
    );
    this.#subscriptions.add(
      events.on("messages", ({ chatId, messages }) => {
        for (const message of messages) this.#end(chatId, message.user_id);
      }),
    );
    this.#subscriptions.add(
      events.on("state", ({ kind }) => {
        if (kind !== "online") this.#endAll();
      }),
    );
  }

  /** Names of those who are typing in the chat. */
  in(chatId: ChatId): string[] {
    return [...(this.#timers.get(chatId)?.values() ?? [])].map(({ username }) => username);
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#endAll();
    this.#changes.dispose();
  }

  #begin(chatId: ChatId, userId: UserId, username: string): void {
    this.#end(chatId, userId);
    const users = this.#timers.get(chatId) ?? new Map<UserId, Typist>();
    this.#timers.set(chatId, users);
    users.set(userId, { username, timer: setTimeout(() => this.#end(chatId, userId), this.#expiryMs) });
    this.#changes.touch();
  }

  #end(chatId: ChatId, userId: UserId): void {
    const users = this.#timers.get(chatId);
    const entry = users?.get(userId);
    if (!users || !entry) return;
    clearTimeout(entry.timer);
    users.delete(userId);
    if (users.size === 0) this.#timers.delete(chatId);
    this.#changes.touch();
  }

  #endAll(): void {
    for (const [chatId, users] of this.#timers) for (const userId of users.keys()) this.#end(chatId, userId);
  }
}
