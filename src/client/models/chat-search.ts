// Search in a chat: the hits found so far, newest first, and the current one.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { searchForm } from "../../protocol/text.ts";
import type { Disposable } from "../../util/disposable.ts";
import { DisconnectedError } from "../errors.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";

const PAGE = 50;

export class ChatSearch implements Disposable {
  readonly #messenger: Messenger;
  readonly #chatId: ChatId;
  readonly #changes = new ChangeSignal();
  readonly #subscription: Disposable;
  #word = "";
  #hits: readonly Message[] = [];
  #index = 0;
  #hasMore = false;
  /** Where the search in what is kept goes on. */
  #keptNext: number | undefined;
  #problem: string | undefined;
  /** Counts searches, so that a late answer to an earlier one is known. */
  #generation = 0;

  constructor(messenger: Messenger, chatId: ChatId) {
    this.#messenger = messenger;
    this.#chatId = chatId;
    this.#subscription = messenger.events.on("changed", (change) => {
      if (change.chatId === chatId && this.#word !== "") this.#onChanged(change.messages);
    });
  }

  /** The searched word; "" when nothing is. */
  get word(): string {
    return this.#word;
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

  /** Why the last search failed, for people. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Searches the whole chat for a text, case-insensitively; "" ends the search. Never rejects. */
  async find(word: string): Promise<void> {
    this.#generation += 1;
    this.#word = word;
    this.#hits = [];
    this.#index = 0;
    this.#hasMore = false;
    this.#keptNext = undefined;
    this.#problem = undefined;
    this.#changes.touch();
    if (word !== "") await this.#loadMore();
  }

  /** Goes to the next older hit; at the last one it stays. */
  async older(): Promise<Message | undefined> {
    if (this.#index + 1 >= this.#hits.length && this.#hasMore) await this.#loadMore();
    return this.#goTo(this.#index + 1);
  }

  /** Goes to the next newer hit; at the first one it stays. */
  newer(): Message | undefined {
    return this.#goTo(this.#index - 1);
  }

  dispose(): void {
    this.#generation += 1;
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #goTo(index: number): Message | undefined {
    if (index >= 0 && index < this.#hits.length) this.#index = index;
    this.#changes.touch();
    return this.current;
  }

  /** A hit is shown in its newest state, and is none any more when the word has gone from it. */
  #onChanged(messages: readonly Message[]): void {
    const changed = new Map(messages.map((message) => [message.seq, message]));
    const { current } = this;
    this.#hits = this.#hits.flatMap((hit) => this.#hitNow(hit, changed.get(hit.seq)));
    const place = this.#hits.findIndex(({ seq }) => seq <= (current?.seq ?? 0));
    this.#index = place === -1 ? Math.max(0, this.#hits.length - 1) : place;
    this.#changes.touch();
  }

  /** The hit in the newer of two states; nothing when the word is not in that any more. */
  #hitNow(hit: Message, other: Message | undefined): Message[] {
    if (other === undefined || (other.rev ?? 0) <= (hit.rev ?? 0)) return [hit];
    return searchForm(other.message).includes(searchForm(this.#word)) ? [other] : [];
  }

  async #loadMore(): Promise<void> {
    const generation = this.#generation;
    const before = this.#hits.at(-1)?.seq;
    const range = before === undefined ? {} : { before };
    try {
      const found = await this.#messenger.request("search_in_chat", {
        chat_id: this.#chatId,
        word: this.#word,
        limit: PAGE,
        ...range,
      });
      if (generation !== this.#generation) return;
      // Two presses may have asked for the same page.
      const isNew = (hit: Message): boolean => hit.seq < (this.#hits.at(-1)?.seq ?? Number.POSITIVE_INFINITY);
      const { cache } = this.#messenger;
      // The answer may be older than a change that came before it.
      const added = found.messages
        .filter(isNew)
        .flatMap((hit) => this.#hitNow(hit, cache.after(this.#chatId, hit.seq - 1, 1)[0]));
      this.#hits = [...this.#hits, ...added];
      this.#hasMore = found.has_more;
    } catch (error) {
      if (error instanceof DisconnectedError && generation === this.#generation) this.#loadKept();
      else if (generation === this.#generation) this.#problem = error instanceof Error ? error.message : String(error);
    }
    this.#changes.touch();
  }

  /** Without a connection, what was seen before. */
  #loadKept(): void {
    const query = { word: this.#word, chatId: this.#chatId, before: this.#keptNext, limit: PAGE };
    const { messages, next } = this.#messenger.cache.search(query);
    const known = new Set(this.#hits.map(({ seq }) => seq));
    this.#hits = [...this.#hits, ...messages.filter(({ seq }) => !known.has(seq))];
    this.#keptNext = next;
    this.#hasMore = next !== undefined;
  }
}
