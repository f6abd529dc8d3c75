// Search in a chat: the hits found so far, newest first, and the current one.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { Disposable } from "../../util/disposable.ts";
import { DisconnectedError } from "../errors.ts";
import type { Messenger } from "../messenger.ts";
import { MessageSearch, newerOf, SEARCH_PAGE } from "./message-search.ts";

export class ChatSearch extends MessageSearch {
  readonly #chatId: ChatId;
  readonly #subscription: Disposable;
  #hits: readonly Message[] = [];
  #index = 0;
  #hasMore = false;
  /** Where the search in what is kept goes on. */
  #keptNext: number | undefined;

  constructor(messenger: Messenger, chatId: ChatId) {
    super(messenger);
    this.#chatId = chatId;
    this.#subscription = messenger.events.on("changed", (change) => {
      if (change.chatId === chatId && this.word !== "") this.#onChanged(change.messages);
    });
  }

  /** Newest first. */
  get hits(): readonly Message[] {
    return this.#hits;
  }

  /** The server has older hits than the last of `hits`. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** The hit that is looked at. */
  get current(): Message | undefined {
    return this.#hits[this.#index];
  }

  /** Its place in `hits`. */
  get index(): number {
    return this.#index;
  }

  /** Goes to the next older hit; at the last one it stays. */
  async older(): Promise<Message | undefined> {
    if (this.#index + 1 >= this.#hits.length && this.#hasMore) await this.search();
    return this.#goTo(this.#index + 1);
  }

  /** Goes to the next newer hit; at the first one it stays. */
  newer(): Message | undefined {
    return this.#goTo(this.#index - 1);
  }

  override dispose(): void {
    this.#subscription.dispose();
    super.dispose();
  }

  #goTo(index: number): Message | undefined {
    if (index >= 0 && index < this.#hits.length) this.#index = index;
    this.touch();
    return this.current;
  }

  /** A hit is shown in its newest state, and is none any more when the word has gone from it. */
  #onChanged(messages: readonly Message[]): void {
    const changed = new Map(messages.map((message) => [message.seq, message]));
    const { current } = this;
    this.#hits = this.#hits.map((hit) => newerOf(hit, changed.get(hit.seq))).filter((hit) => this.holdsWord(hit));
    const place = this.#hits.findIndex(({ seq }) => seq <= (current?.seq ?? 0));
    this.#index = place === -1 ? Math.max(0, this.#hits.length - 1) : place;
    this.touch();
  }

  protected override reset(): void {
    this.#hits = [];
    this.#index = 0;
    this.#hasMore = false;
    this.#keptNext = undefined;
  }

  /** Adds the hits that follow those that there are. */
  protected override search(): Promise<void> {
    const before = this.#hits.at(-1)?.seq;
    const range = before === undefined ? {} : { before };
    const data = { chat_id: this.#chatId, word: this.word, limit: SEARCH_PAGE, ...range };
    return this.ask(
      this.messenger.request("search_in_chat", data),
      ({ messages, has_more: hasMore }) => {
        // Two presses may have asked for the same page.
        const isNew = (hit: Message): boolean => hit.seq < (this.#hits.at(-1)?.seq ?? Number.POSITIVE_INFINITY);
        const added = this.messenger
          .visible(messages)
          .filter(isNew)
          .map((hit) => this.newest(hit));
        this.#hits = [...this.#hits, ...added.filter((hit) => this.holdsWord(hit))];
        this.#hasMore = hasMore;
      },
      (error) => (error instanceof DisconnectedError ? this.#loadKept() : this.fail(error)),
    );
  }

  /** Without a connection, what was seen before. */
  #loadKept(): void {
    const query = { word: this.word, chatId: this.#chatId, before: this.#keptNext, limit: SEARCH_PAGE };
    const { messages, next } = this.messenger.cache.search(query);
    const known = new Set(this.#hits.map(({ seq }) => seq));
    this.#hits = [...this.#hits, ...messages.filter(({ seq }) => !known.has(seq))];
    this.#keptNext = next;
    this.#hasMore = next !== undefined;
  }
}
