// Search in all chats: hits from the cache at once, joined by the server's as they come, newest first.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { DisposableStore } from "../../util/disposable.ts";
import { byTime } from "../cache.ts";
import { DisconnectedError, RequestError } from "../errors.ts";
import type { Messenger } from "../messenger.ts";
import { MessageSearch, SEARCH_PAGE } from "./message-search.ts";

export class GlobalSearch extends MessageSearch {
  readonly #subscriptions = new DisposableStore();
  #hits = new Map<string, Message>();
  #sorted: readonly Message[] | undefined;
  /** Where the cache and the server go on; undefined at their ends. */
  #keptNext: number | undefined;
  #serverNext: string | undefined;
  #isKeptOnly = true;
  #isAsking = false;
  #pauseMs = 0;
  /** Counts beginnings and ends of searches, so that the server is not asked for what nobody looks for any more. */
  #turn = 0;

  constructor(messenger: Messenger) {
    super(messenger);
    const { events } = messenger;
    this.#subscriptions.add(events.on("changed", ({ messages }) => this.#onChanged(messages)));
    for (const name of ["reset", "gone"] as const) {
      this.#subscriptions.add(events.on(name, ({ chatId }) => this.#drop(chatId, Number.POSITIVE_INFINITY)));
    }
    this.#subscriptions.add(events.on("hidden", ({ chatId, beforeSeq }) => this.#drop(chatId, beforeSeq)));
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

  /** The server has not answered yet. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** As in all searches; the server is asked after `pauseMs` only, unless something else is searched for by then. */
  override find(word: string, pauseMs = 0): Promise<void> {
    this.#pauseMs = pauseMs;
    return super.find(word);
  }

  /** Adds older hits. */
  async loadMore(): Promise<void> {
    if (this.#keptNext !== undefined) this.#findKept(this.#keptNext);
    if (this.#serverNext !== undefined) await this.#ask({ cursor: this.#serverNext });
  }

  override dispose(): void {
    this.#turn += 1;
    this.#subscriptions.dispose();
    super.dispose();
  }

  protected override reset(): void {
    this.#hits = new Map();
    this.#sorted = undefined;
    this.#keptNext = this.#serverNext = undefined;
    this.#isKeptOnly = true;
    this.#isAsking = false;
    this.#turn += 1;
  }

  protected override async search(): Promise<void> {
    this.#isAsking = true;
    const turn = this.#turn;
    this.#findKept(undefined);
    if (this.#pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
    if (turn === this.#turn) await this.#ask({});
  }

  #onChanged(messages: readonly Message[]): void {
    const known = messages.filter((message) => this.#hits.has(keyOf(message)));
    if (known.length > 0) this.#take(known);
  }

  /** The hits in the chat before this seq are not there any more. */
  #drop(chatId: ChatId, beforeSeq: number): void {
    for (const [key, hit] of this.#hits) if (hit.chat_id === chatId && hit.seq < beforeSeq) this.#hits.delete(key);
    this.#take([]);
  }

  #findKept(before: number | undefined): void {
    const page = this.messenger.cache.search({ word: this.word, before, limit: SEARCH_PAGE });
    this.#keptNext = page.next;
    this.#take(page.messages);
  }

  #ask(from: { readonly cursor?: string }): Promise<void> {
    this.#isAsking = true;
    return this.ask(
      this.messenger.request("search", { word: this.word, limit: SEARCH_PAGE, ...from }),
      ({ messages, next }) => {
        this.#isKeptOnly = false;
        this.#isAsking = false;
        this.#serverNext = next;
        this.#take(this.messenger.visible(messages).map((message) => this.newest(message)));
      },
      (error) => {
        this.#isAsking = false;
        const cannot = error instanceof DisconnectedError || (error instanceof RequestError && error.code === 404);
        if (!cannot) this.fail(error);
      },
    );
  }

  #take(messages: readonly Message[]): void {
    for (const message of messages) {
      const before = this.#hits.get(keyOf(message));
      if (before !== undefined && (before.rev ?? 0) > (message.rev ?? 0)) continue;
      if (this.holdsWord(message)) this.#hits.set(keyOf(message), message);
      else this.#hits.delete(keyOf(message));
    }
    this.#sorted = undefined;
    this.touch();
  }
}

function keyOf({ chat_id: chatId, seq }: Message): string {
  return `${seq} ${chatId}`;
}
