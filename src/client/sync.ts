// Brings every known chat up to date after a login, and keeps it so: events and fetched pages become one sequence.
import type { Page } from "../protocol/actions.ts";
import type { ChatSummary, Message } from "../protocol/entities.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import type { ChatId } from "../protocol/ids.ts";
import { backoffDelayMs } from "../util/backoff.ts";
import { Emitter } from "../util/emitter.ts";
import { RequestError } from "./errors.ts";
import { Feed } from "./feed.ts";
import type { HistoryCache } from "./history-cache.ts";

export interface SyncEvents {
  /**
   * The next messages of a chat: ascending by seq, none twice, and without a hole but for those that `skipped` tells of.
   * `live` is false for what was fetched after an absence.
   */
  messages: { readonly chatId: ChatId; readonly messages: readonly Message[]; readonly live: boolean };
  /** These were too many to fetch and are not given out; they can be loaded as history. Both ends are inclusive. */
  skipped: { readonly chatId: ChatId; readonly fromSeq: number; readonly toSeq: number };
  /** The chat's history on the server is another one than before (it was restored or replaced): forget what was seen. */
  reset: { readonly chatId: ChatId };
  /** Nothing is missing any more in any chat. */
  caughtUp: Record<string, never>;
}

/** Fetches a part of a chat's history, or rejects. */
export type FetchPage = (chatId: ChatId, page: Page) => Promise<{ readonly messages: Message[] }>;

/** Missed messages of a chat that are fetched one after the other; of more than these only the newest page is. */
const MAX_CATCH_UP = 1000;
const MAX_FETCHES = 4;
/** Rejected fetches of one chat before it waits for the next event or login. */
const MAX_ATTEMPTS = 6;
const RETRY = { baseMs: 500, capMs: 10_000 };

export class Sync {
  readonly events = new Emitter<SyncEvents>();
  readonly #cache: HistoryCache;
  readonly #feeds = new Map<ChatId, Feed>();
  readonly #waiting = new Set<ChatId>();
  readonly #fetching = new Set<ChatId>();
  /** Of the connection there is; a fetch for an earlier one has no say. */
  #fetchPage: FetchPage | undefined;
  #isCaughtUp = false;
  /** Nothing has been seen of this account yet. */
  #isFirst: boolean;

  /** Chats that the cache knows go on where it ends, others where they ended at the last login (`known`), if any. */
  constructor(cache: HistoryCache, known: readonly ChatSummary[] | undefined) {
    this.#cache = cache;
    this.#isFirst = known === undefined;
    for (const { chat_id: chatId, last_seq: lastSeq } of known ?? []) this.#feeds.set(chatId, new Feed(lastSeq));
    for (const message of cache.newest()) this.#feeds.set(message.chat_id, new Feed(message.seq));
  }

  /** Nothing is known to be missing; false without a connection. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp && this.#fetchPage !== undefined;
  }

  /** The seq of the last message given out; 0 for an empty or unknown chat. */
  liveSeq(chatId: ChatId): number {
    return this.#feeds.get(chatId)?.liveSeq ?? 0;
  }

  /** After a login, before `start`: forgets the chats whose history on the server is shorter than what was seen of it. */
  reconcile(chats: readonly ChatSummary[]): void {
    for (const { chat_id: chatId, last_seq: lastSeq } of chats) {
      if (this.liveSeq(chatId) <= lastSeq) continue;
      this.#cache.dropChat(chatId);
      this.#feeds.set(chatId, new Feed(lastSeq));
      this.events.emit("reset", { chatId });
    }
  }

  /** After a login: catches up with what each chat has had meanwhile. */
  start(chats: readonly ChatSummary[], fetchPage: FetchPage): void {
    this.stop();
    this.#fetchPage = fetchPage;
    this.#isCaughtUp = false;
    for (const { chat_id: chatId, last_seq: lastSeq } of chats) {
      // At the first login every chat begins at its end: what came before is history, loaded when it is looked at.
      // A chat that appears later is new, and none of its messages has been seen.
      const feed = this.#feeds.get(chatId) ?? new Feed(this.#isFirst ? lastSeq : 0);
      this.#feeds.set(chatId, feed);
      feed.expect(lastSeq);
      this.#follow(chatId, feed);
    }
    this.#isFirst = false;
    this.#fetchNext();
  }

  /** The connection is lost: nothing is fetched until the next `start`. */
  stop(): void {
    this.#fetchPage = undefined;
    this.#waiting.clear();
    this.#fetching.clear();
  }

  /** Forgets all chats, as if none had been seen; to be called while stopped. */
  forget(): void {
    for (const chatId of this.#feeds.keys()) this.events.emit("reset", { chatId });
    this.#feeds.clear();
    this.#isFirst = true;
  }

  /** A message from an event, or an own one that was acknowledged. */
  offer(message: Message): void {
    const feed = this.#feedOf(message.chat_id);
    this.#deliver(message.chat_id, feed.take([message]), true);
    this.#follow(message.chat_id, feed);
    this.#fetchNext();
  }

  /** The chat has messages up to `seq` that no event will bring. */
  expect(chatId: ChatId, seq: number): void {
    const feed = this.#feedOf(chatId);
    feed.expect(seq);
    this.#follow(chatId, feed);
    this.#fetchNext();
  }

  #feedOf(chatId: ChatId): Feed {
    const feed = this.#feeds.get(chatId) ?? new Feed(0);
    this.#feeds.set(chatId, feed);
    return feed;
  }

  #deliver(chatId: ChatId, messages: readonly Message[], live: boolean): void {
    if (messages.length === 0) return;
    this.#cache.put(messages);
    this.events.emit("messages", { chatId, messages, live });
  }

  #follow(chatId: ChatId, feed: Feed): void {
    if (feed.isBehind && this.#fetchPage && !this.#fetching.has(chatId)) this.#waiting.add(chatId);
  }

  #fetchNext(): void {
    const fetchPage = this.#fetchPage;
    if (!fetchPage) return;
    for (const chatId of this.#waiting) {
      if (this.#fetching.size >= MAX_FETCHES) return;
      this.#waiting.delete(chatId);
      this.#fetching.add(chatId);
      void this.#catchUp(chatId, this.#feedOf(chatId), fetchPage);
    }
    if (this.#fetching.size > 0 || this.#isCaughtUp) return;
    this.#isCaughtUp = true;
    this.events.emit("caughtUp", {});
  }

  async #catchUp(chatId: ChatId, feed: Feed, fetchPage: FetchPage): Promise<void> {
    const isCurrent = (): boolean => this.#fetchPage === fetchPage;
    for (let attempts = 0; feed.isBehind && isCurrent() && attempts < MAX_ATTEMPTS;) {
      try {
        const isFar = feed.lastSeq - feed.liveSeq > MAX_CATCH_UP;
        const page = isFar ? { limit: MAX_PAGE } : { after: feed.liveSeq, limit: MAX_PAGE };
        const { messages } = await fetchPage(chatId, page);
        if (!isCurrent()) return;
        this.#merge(chatId, feed, messages);
        attempts = 0;
      } catch (error) {
        attempts += 1;
        const askedMs = error instanceof RequestError ? (error.retryAfterMs ?? 0) : 0;
        await new Promise((resolve) => setTimeout(resolve, Math.max(askedMs, backoffDelayMs(attempts, RETRY))).unref());
      }
    }
    if (!isCurrent()) return;
    if (feed.isBehind) feed.giveUp();
    this.#fetching.delete(chatId);
    this.#fetchNext();
  }

  #merge(chatId: ChatId, feed: Feed, page: readonly Message[]): void {
    const firstSeq = page[0]?.seq;
    if (firstSeq === undefined) return feed.giveUp(); // the server has nothing after all
    const fromSeq = feed.liveSeq + 1;
    if (firstSeq > fromSeq) {
      feed.skipTo(firstSeq - 1);
      this.events.emit("skipped", { chatId, fromSeq, toSeq: firstSeq - 1 });
    }
    this.#deliver(chatId, feed.take(page), false);
  }
}
