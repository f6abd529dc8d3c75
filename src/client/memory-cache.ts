// The history cache in memory, for a client that keeps nothing: it holds the last messages that it was given.
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import { searchForm } from "../protocol/text.ts";
import { byTime, type CachePage, type CacheQuery, type HistoryCache } from "./cache.ts";

const MAX_MESSAGES = 10_000;

interface KeptChat {
  readonly messages: Map<number, Message>;
  rev: number;
}

/** Beyond `maxMessages` the messages that were put in first are dropped. */
export class MemoryCache implements HistoryCache {
  readonly #maxMessages: number;
  readonly #chats = new Map<ChatId, KeptChat>();
  /** The places of all messages, in the order in which they were put in. */
  readonly #places = new Set<readonly [ChatId, number]>();
  readonly #notes = new Map<string, string>();

  constructor(maxMessages = MAX_MESSAGES) {
    this.#maxMessages = maxMessages;
  }

  put(messages: readonly Message[]): void {
    for (const message of messages) {
      const kept = this.#chat(message.chat_id).messages;
      if (!kept.has(message.seq)) {
        kept.set(message.seq, message);
        this.#places.add([message.chat_id, message.seq]);
      } else replaceOlder(kept, message);
    }
    for (const place of this.#places) {
      if (this.#places.size <= this.#maxMessages) break;
      const [chatId, seq] = place;
      this.#places.delete(place);
      this.#chats.get(chatId)?.messages.delete(seq);
    }
  }

  rev(chatId: ChatId): number {
    return this.#chats.get(chatId)?.rev ?? 0;
  }

  change(chatId: ChatId, messages: readonly Message[], rev: number): void {
    for (const message of messages) replaceOlder(this.#chat(message.chat_id).messages, message);
    const chat = this.#chat(chatId);
    chat.rev = Math.max(chat.rev, rev);
  }

  before(chatId: ChatId, before: number | undefined, limit: number): Message[] {
    const kept = this.#chat(chatId).messages;
    const last = before === undefined ? newestOf(kept) : before - 1;
    return run(kept, last, -1, limit).reverse();
  }

  after(chatId: ChatId, after: number, limit: number): Message[] {
    return run(this.#chat(chatId).messages, after + 1, 1, limit);
  }

  newest(): Message[] {
    const chats = [...this.#chats].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return chats.flatMap(([, { messages }]) => messages.get(newestOf(messages)) ?? []);
  }

  search({ word, chatId, before = 0, limit }: CacheQuery): CachePage {
    const wanted = searchForm(word);
    const chats = chatId === undefined ? [...this.#chats.values()] : [this.#chat(chatId)];
    const hits = chats
      .flatMap(({ messages }) => [...messages.values()])
      .filter(({ message }) => searchForm(message).includes(wanted))
      .toSorted(byTime);
    const end = before + limit;
    return { messages: hits.slice(before, end), ...(hits.length > end && { next: end }) };
  }

  load(name: string): unknown {
    const json = this.#notes.get(name);
    return json === undefined ? undefined : JSON.parse(json);
  }

  save(name: string, value: unknown): void {
    if (value === undefined) this.#notes.delete(name);
    else this.#notes.set(name, JSON.stringify(value));
  }

  dropChat(chatId: ChatId, before?: number): void {
    if (before === undefined) this.#chats.delete(chatId);
    for (const place of this.#places) {
      if (place[0] !== chatId || place[1] >= (before ?? Number.POSITIVE_INFINITY)) continue;
      this.#places.delete(place);
      this.#chats.get(chatId)?.messages.delete(place[1]);
    }
  }

  clear(): void {
    for (const kept of [this.#chats, this.#places, this.#notes]) kept.clear();
  }

  close(): void {}

  #chat(chatId: ChatId): KeptChat {
    let chat = this.#chats.get(chatId);
    if (chat === undefined) this.#chats.set(chatId, (chat = { messages: new Map(), rev: 0 }));
    return chat;
  }
}

/** Takes the newer state of a message that is kept. */
function replaceOlder(kept: Map<number, Message>, message: Message): void {
  const older = kept.get(message.seq);
  if (older !== undefined && (older.rev ?? 0) < (message.rev ?? 0)) kept.set(message.seq, message);
}

function newestOf(kept: ReadonlyMap<number, Message>): number {
  let newest = 0;
  for (const seq of kept.keys()) newest = Math.max(newest, seq);
  return newest;
}

/** Messages one after the other from `first`, as far as none is missing. */
function run(kept: ReadonlyMap<number, Message>, first: number, step: 1 | -1, limit: number): Message[] {
  const found: Message[] = [];
  for (let seq = first; found.length < limit; seq += step) {
    const message = kept.get(seq);
    if (message === undefined) break;
    found.push(message);
  }
  return found;
}
