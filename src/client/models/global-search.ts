// Search in all chats: hits from the cache at once, joined by the server's as they come, newest first.
import type { Message } from "../../protocol/entities.ts";
import type { Disposable } from "../../util/disposable.ts";
import { searchForm } from "../../protocol/text.ts";
import { byTime } from "../cache.ts";
import { DisconnectedError, RequestError } from "../errors.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";

const PAGE = 50;

export class GlobalSearch implements Disposable {
  readonly #messenger: Messenger;
  readonly #changes = new ChangeSignal();
  readonly #subscription: Disposable;
  #word = "";
  #hits = new Map<string, Message>();
  #sorted: readonly Message[] | undefined;
  /** Where the cache and the server go on; undefined at their ends. */
  #keptNext: number | undefined;
  #serverNext: string | undefined;
  #problem: string | undefined;
  #isKeptOnly = true;
  /** Counts searches, so that a late answer to an earlier one is known. */
  #generation = 0;

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
    this.#subscription = messenger.events.on("changed", ({ messages }) => {
      if (messages.some((message) => this.#hits.has(keyOf(message))))
        this.#take(messages.filter((one) => this.#hits.has(keyOf(one))));
    });
  }

  /** The searched word; "" when nothing is. */
  get word(): string {
    return this.#word;
  }

  /** Newest first. */
  get hits(): readonly Message[] {
    this.#sorted ??= [...this.#hits.values()].toSorted(byTime);
    return this.#sorted;
  }

  get hasMore(): boolean {
    return this.#keptNext !== undefined || this.#serverNext !== undefined;
  }

  /** The server was not asked: there is no connection, or it cannot search all chats. */
  get isKeptOnly(): boolean {
    return this.#isKeptOnly;
  }

  /** Why the server could not search, for people; what is kept was searched all the same. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Searches for a part of a text, case-insensitively; "" ends the search. Resolves when the server has answered. */
  async find(word: string): Promise<void> {
    this.#generation += 1;
    this.#word = word;
    this.#hits = new Map();
    this.#sorted = undefined;
    this.#keptNext = this.#serverNext = this.#problem = undefined;
    this.#isKeptOnly = true;
    this.#changes.touch();
    if (word === "") return;
    this.#findKept(undefined);
    await this.#ask({});
  }

  /** Adds older hits. */
  async loadMore(): Promise<void> {
    if (this.#keptNext !== undefined) this.#findKept(this.#keptNext);
    if (this.#serverNext !== undefined) await this.#ask({ cursor: this.#serverNext });
  }

  dispose(): void {
    this.#generation += 1;
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #findKept(before: number | undefined): void {
    const page = this.#messenger.cache.search({ word: this.#word, before, limit: PAGE });
    this.#keptNext = page.next;
    this.#take(page.messages);
  }

  async #ask(from: { readonly cursor?: string }): Promise<void> {
    const generation = this.#generation;
    try {
      const found = await this.#messenger.request("search", { word: this.#word, limit: PAGE, ...from });
      if (generation !== this.#generation) return;
      this.#isKeptOnly = false;
      this.#serverNext = found.next;
      this.#take(found.messages.map((message) => this.#newest(message)));
    } catch (error) {
      if (generation !== this.#generation) return;
      const cannot = error instanceof DisconnectedError || (error instanceof RequestError && error.code === 404);
      if (!cannot) this.#problem = error instanceof Error ? error.message : String(error);
      this.#changes.touch();
    }
  }

  /** An answer may be older than a change that came before it. */
  #newest(message: Message): Message {
    const [kept] = this.#messenger.cache.after(message.chat_id, message.seq - 1, 1);
    return kept !== undefined && (kept.rev ?? 0) > (message.rev ?? 0) ? kept : message;
  }

  #take(messages: readonly Message[]): void {
    const wanted = searchForm(this.#word);
    for (const message of messages) {
      const before = this.#hits.get(keyOf(message));
      if (before !== undefined && (before.rev ?? 0) > (message.rev ?? 0)) continue;
      if (searchForm(message.message).includes(wanted)) this.#hits.set(keyOf(message), message);
      else this.#hits.delete(keyOf(message));
    }
    this.#sorted = undefined;
    this.#changes.touch();
  }
}

function keyOf({ chat_id: chatId, seq }: Message): string {
  return `${seq} ${chatId}`;
}
