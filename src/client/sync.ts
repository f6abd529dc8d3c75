// Synchronization of all known chats: after a login they are brought up to date, and events and pages become one sequence.
import type { Page } from "../protocol/actions.ts";
import type { ChatSummary, Message } from "../protocol/entities.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import { chatForm, type ChatId } from "../protocol/ids.ts";
import { Emitter } from "../util/emitter.ts";
import { Feed } from "./feed.ts";
import type { HistoryCache } from "./cache.ts";
import { retryDelayMs } from "./retry.ts";

export interface SyncEvents {
  /**
   * The next messages of a chat: ascending by seq, none twice, and without a hole but for those that `skipped` tells of.
   * `live` is false for what was fetched after an absence.
   */
  messages: { readonly chatId: ChatId; readonly messages: readonly Message[]; readonly live: boolean };
  /** These were too many to fetch and are not given out; they can be loaded as history. Both ends are inclusive. */
  skipped: { readonly chatId: ChatId; readonly fromSeq: number; readonly toSeq: number };
  /**
   * The chat's history on the server is another one than before (it was restored or replaced): forget what was seen.
   * `isForgotten` is true where nothing of the account is kept any more: what its user has set for the chat is gone too.
   */
  reset: { readonly chatId: ChatId; readonly isForgotten: boolean };
  /** Nothing is missing any more in any chat. */
  caughtUp: Record<string, never>;
}

/** The chats in a login's result. */
export interface KnownChats {
  readonly chats: readonly ChatSummary[];
  /** False when the server has named only some of them. */
  readonly isWhole: boolean;
}

/** Fetches a part of a chat's history, or rejects. */
export type FetchPage = (chatId: ChatId, page: Page) => Promise<{ readonly messages: Message[] }>;

/** Missed messages of a chat that are fetched one after the other; of more than these only the newest page is. */
const MAX_CATCH_UP = 1000;
const MAX_FETCHES = 4;
/** How long an own message may be on its way back. */
const OWN_TIMEOUT_MS = 5000;
/** Chats that are asked for news after each login, though the login told of none. */
const MAX_ASKED = 200;
/** Rejected fetches of one chat before it waits for the next event or login. */
const MAX_ATTEMPTS = 6;

export class Sync {
  /** `unnamed`: the user is in this group no more, since the server did not name it among all chats. */
  readonly events = new Emitter<SyncEvents & { unnamed: { readonly chatId: ChatId } }>();
  readonly #cache: HistoryCache;
  readonly #feeds = new Map<ChatId, Feed>();
  readonly #waiting = new Set<ChatId>();
  readonly #fetching = new Set<ChatId>();
  /** Chats that were not asked for since the login, with the seq at which the login said that they end. */
  readonly #unasked = new Map<ChatId, number>();
  /** Of the connection there is; a fetch for an earlier one has no say. */
  #fetchPage: FetchPage | undefined;
  #isCaughtUp = false;
  /** Nothing was seen yet of chats that are not known. */
  #isFirst: boolean;
  /** Chats of which something came since the login, and those that it and its later pages have told of. */
  readonly #touched = new Set<ChatId>();
  readonly #named = new Set<ChatId>();
  /** Chats that the user has left since the login: whatever still comes of them is too late. */
  readonly #left = new Set<ChatId>();

  /** Chats that the cache knows go on where it ends, others where they ended at the last login (`known`), if any. */
  constructor(cache: HistoryCache, known: KnownChats | undefined) {
    this.#cache = cache;
    this.#isFirst = known?.isWhole !== true;
    for (const { chat_id: chatId, last_seq: lastSeq, last_message: last } of known?.chats ?? []) {
      this.#feeds.set(chatId, new Feed(lastSeq, last));
    }
    for (const message of cache.newest()) this.#feeds.set(message.chat_id, new Feed(message.seq, message));
  }

  /** Nothing is known to be missing; false without a connection. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp && this.#fetchPage !== undefined;
  }

  /** The seq of the last message given out; 0 for an empty or unknown chat. */
  liveSeq(chatId: ChatId): number {
    return this.#feeds.get(chatId)?.liveSeq ?? 0;
  }

  /**
   * After a login, before `start`: forgets the chats of which the login shows that their history on the server is not the
   * one that was seen. A server that was restored from a backup has others at the same seqs.
   */
  reconcile({ chats, isWhole }: KnownChats): void {
    for (const chatIds of [this.#named, this.#touched, this.#left]) chatIds.clear();
    this.#reconcile(chats);
    if (isWhole) this.#forgetUnnamed();
  }

  /**
   * After a login: catches up with what each chat has had meanwhile. Chats without news are asked too: a message that was
   * stored while the login was under way may be neither in its answer nor an event.
   */
  start({ chats, isWhole }: KnownChats, fetchPage: FetchPage): void {
    this.stop();
    this.#fetchPage = fetchPage;
    this.#isCaughtUp = false;
    this.#begin(chats);
    if (isWhole) this.#isFirst = false;
    this.#fetchNext();
  }

  /** The login did not tell of these: the same for them, while events come already. */
  more(listed: readonly ChatSummary[]): void {
    const chats = listed.filter((chat) => !this.#left.has(chat.chat_id));
    // Where something came since the login, the summary may be older or newer: the chat is asked.
    this.#reconcile(chats.filter((chat) => !this.#touched.has(chat.chat_id)));
    this.#begin(chats);
    this.#fetchNext();
  }

  /** The login and `more` have told of all chats: others that are known are no more. */
  endMore(): void {
    this.#forgetUnnamed();
    this.#isFirst = false;
  }

  /** The user may have come into the chat just now; in any case it is as the summary says. */
  join(chat: ChatSummary): void {
    this.#left.delete(chat.chat_id);
    this.#feedFor(chat);
    this.expect(chat.chat_id, chat.last_seq);
  }

  /** The user is not in the chat any more: it is forgotten, with what is still on its way. */
  leave(chatId: ChatId): void {
    this.#left.add(chatId);
    this.#feeds.delete(chatId);
    this.#waiting.delete(chatId);
    this.#unasked.delete(chatId);
    this.#cache.dropChat(chatId);
    this.#fetchNext();
  }

  /** True for a chat that the user has left since the login. */
  hasLeft(chatId: ChatId): boolean {
    return this.#left.has(chatId);
  }

  #begin(chats: readonly ChatSummary[]): void {
    for (const chat of chats) {
      const { chat_id: chatId, last_seq: lastSeq } = chat;
      this.#named.add(chatId);
      const feed = this.#feedFor(chat);
      feed.expect(lastSeq);
      const isAsked = feed.isBehind || this.#touched.has(chatId) || this.#unasked.size < MAX_ASKED;
      if (isAsked) this.#unasked.set(chatId, lastSeq);
      this.#follow(chatId, feed);
    }
  }

  /** The chat's feed; a new one where there is none, and where what was seen last may not be seen any more. */
  #feedFor(chat: ChatSummary): Feed {
    const { chat_id: chatId, last_seq: lastSeq, last_message: last, since_seq: sinceSeq = 0 } = chat;
    const known = this.#feeds.get(chatId);
    if (known && known.liveSeq >= sinceSeq) return known;
    // At the first login every chat begins at its end: what came before is history, loaded when it is looked at.
    const first = this.#isFirst ? new Feed(lastSeq, last) : new Feed(seqBefore(chat));
    const feed = known ? new Feed(sinceSeq - 1) : first;
    feed.expect(known?.lastSeq ?? 0);
    this.#feeds.set(chatId, feed);
    return feed;
  }

  #reconcile(chats: readonly ChatSummary[]): void {
    for (const chat of chats) {
      const { chat_id: chatId, last_seq: lastSeq, last_message: last, rev } = chat;
      this.#named.add(chatId);
      if (!this.#feeds.has(chatId)) continue;
      const feed = this.#feedFor(chat);
      const hasChanges = rev === undefined || rev >= this.#cache.rev(chatId);
      if (feed.liveSeq < lastSeq && hasChanges) continue;
      const isEnd = feed.liveSeq === lastSeq && (!feed.last || !last || isSame(feed.last, last));
      if (isEnd && hasChanges) continue;
      this.#forgetChat(chatId, new Feed(lastSeq, last));
    }
  }

  #forgetUnnamed(): void {
    for (const chatId of this.#feeds.keys()) {
      if (this.#named.has(chatId) || this.#touched.has(chatId)) continue;
      if (chatForm(chatId)?.kind === "group") this.events.emit("unnamed", { chatId });
      else this.#forgetChat(chatId, undefined);
    }
  }

  /**
   * The connection is lost: nothing is fetched until the next `start`. Messages that wait for an earlier one are
   * dropped and fetched again then: the next connection may be to a server that was restored and has others.
   */
  stop(): void {
    this.#fetchPage = undefined;
    for (const feed of this.#feeds.values()) feed.giveUp();
    this.#waiting.clear();
    this.#fetching.clear();
    this.#unasked.clear();
  }

  /** Forgets all chats, as if none had been seen; to be called while stopped. */
  forget(): void {
    for (const chatId of this.#feeds.keys()) this.events.emit("reset", { chatId, isForgotten: true });
    this.#feeds.clear();
    this.#isFirst = true;
  }

  /**
   * An own message that was acknowledged. Only the server can say whom it mentions: such a message is given out as the
   * server has it. Resolves when it is given out, at the latest after a while.
   */
  takeOwn(message: Message): Promise<void> | void {
    const { chat_id: chatId, seq } = message;
    if (this.#left.has(chatId)) return;
    if (!message.message.includes("@")) return this.offer(message);
    this.expect(chatId, seq);
    if (this.liveSeq(chatId) >= seq) return;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        subscription.dispose();
        resolve();
      };
      const timer = setTimeout(end, OWN_TIMEOUT_MS).unref();
      const subscription = this.events.on("messages", () => {
        if (this.liveSeq(chatId) >= seq) end();
      });
    });
  }

  /** A message from an event. */
  offer(message: Message): void {
    if (this.#left.has(message.chat_id)) return;
    this.#touched.add(message.chat_id);
    const feed = this.#feedOf(message.chat_id, message.seq - 1);
    this.#deliver(message.chat_id, feed.take([message]), true);
    this.#follow(message.chat_id, feed);
    this.#fetchNext();
  }

  /**
   * A message in a newer state. One that was not given out yet is now given out in this state: its own event, which may
   * wait for an earlier message or come later, and what was acknowledged, are older.
   */
  change(message: Message): void {
    this.#touched.add(message.chat_id);
    if (message.seq > this.liveSeq(message.chat_id)) this.offer(message);
  }

  /** The chat has messages up to `seq` that no event will bring. */
  expect(chatId: ChatId, seq: number): void {
    if (this.#left.has(chatId)) return;
    this.#touched.add(chatId);
    const feed = this.#feedOf(chatId, 0);
    feed.expect(seq);
    this.#follow(chatId, feed);
    this.#fetchNext();
  }

  /** Of a chat that the first login has not told of yet, what was before `liveSeq` is history. */
  #feedOf(chatId: ChatId, liveSeq: number): Feed {
    const feed = this.#feeds.get(chatId) ?? new Feed(this.#isFirst ? liveSeq : 0);
    this.#feeds.set(chatId, feed);
    return feed;
  }

  #deliver(chatId: ChatId, messages: readonly Message[], live: boolean): void {
    if (messages.length === 0) return;
    this.#cache.put(messages);
    this.events.emit("messages", { chatId, messages, live });
  }

  #follow(chatId: ChatId, feed: Feed): void {
    if (this.#hasToAsk(chatId, feed) && this.#fetchPage && !this.#fetching.has(chatId)) this.#waiting.add(chatId);
  }

  #hasToAsk(chatId: ChatId, feed: Feed): boolean {
    return feed.isBehind || this.#unasked.has(chatId);
  }

  #forgetChat(chatId: ChatId, feed: Feed | undefined): void {
    const hadMessages = this.liveSeq(chatId) > 0;
    this.#cache.dropChat(chatId);
    if (feed) this.#feeds.set(chatId, feed);
    else this.#feeds.delete(chatId);
    if (hadMessages) this.events.emit("reset", { chatId, isForgotten: false });
  }

  #fetchNext(): void {
    const fetchPage = this.#fetchPage;
    if (!fetchPage) return;
    for (const chatId of this.#waiting) {
      if (this.#fetching.size >= MAX_FETCHES) return;
      this.#waiting.delete(chatId);
      this.#fetching.add(chatId);
      void this.#catchUp(chatId, fetchPage);
    }
    if (this.#fetching.size > 0 || this.#isCaughtUp) return;
    this.#isCaughtUp = true;
    this.events.emit("caughtUp", {});
  }

  async #catchUp(chatId: ChatId, fetchPage: FetchPage): Promise<void> {
    const isCurrent = (): boolean => this.#fetchPage === fetchPage;
    for (let attempts = 0; isCurrent() && attempts < MAX_ATTEMPTS;) {
      const feed = this.#feeds.get(chatId);
      if (!feed || !this.#hasToAsk(chatId, feed)) break;
      try {
        const endAtLogin = this.#unasked.get(chatId);
        // The first page after a login begins with the last message that is known, to see whether it is still the same.
        const known = endAtLogin === undefined ? undefined : feed.last;
        const { messages } = await fetchPage(chatId, nextPage(feed, known));
        if (!isCurrent()) return;
        if (this.#feeds.get(chatId) !== feed) continue; // left meanwhile, or begun anew
        attempts = 0;
        this.#unasked.delete(chatId);
        if (known && !isSame(known, messages[0])) this.#replace(chatId, feed, endAtLogin ?? 0);
        else this.#merge(chatId, feed, known ? messages.slice(1) : messages, messages.length === 0);
      } catch (error) {
        attempts += 1;
        await new Promise((resolve) => setTimeout(resolve, retryDelayMs(error, attempts)).unref());
      }
    }
    if (!isCurrent()) return;
    this.#unasked.delete(chatId);
    const feed = this.#feeds.get(chatId);
    if (feed?.isBehind === true) feed.giveUp();
    this.#fetching.delete(chatId);
    this.#fetchNext();
  }

  /** The chat has another history than the one that was seen: it goes on from where it ended at the login. */
  #replace(chatId: ChatId, old: Feed, endAtLogin: number): void {
    const feed = new Feed(endAtLogin);
    feed.expect(old.lastSeq);
    this.#forgetChat(chatId, feed);
    this.#deliver(chatId, feed.take(old.ahead), true);
  }

  #merge(chatId: ChatId, feed: Feed, page: readonly Message[], isEnd: boolean): void {
    const firstSeq = page[0]?.seq;
    if (isEnd) return feed.giveUp(); // the server has nothing after all
    if (firstSeq === undefined) return;
    const fromSeq = feed.liveSeq + 1;
    if (firstSeq > fromSeq) {
      feed.skipTo(firstSeq - 1);
      this.events.emit("skipped", { chatId, fromSeq, toSeq: firstSeq - 1 });
    }
    this.#deliver(chatId, feed.take(page), false);
  }
}

/** The part of the chat to be fetched next; with `known`, the page begins with that message. */
function nextPage(feed: Feed, known: Message | undefined): Page {
  const isFar = feed.lastSeq - feed.liveSeq > MAX_CATCH_UP;
  if (known) return { after: known.seq - 1, limit: isFar ? 1 : MAX_PAGE };
  return isFar ? { limit: MAX_PAGE } : { after: feed.liveSeq, limit: MAX_PAGE };
}

/**
 * The seq before the first message that is given out of a chat that appears after the first login: it is new, and none of
 * its messages has been seen. Messages from before the user was in a group are history.
 */
function seqBefore({ chat_id: chatId, read_seq: readSeq, since_seq: sinceSeq = 1 }: ChatSummary): number {
  return chatForm(chatId)?.kind === "group" ? Math.max(readSeq, sinceSeq - 1) : 0;
}

/** Whether two messages of one seq are the same; the time shows a message that was sent again after a restore. */
function isSame(one: Message, other: Message | undefined): boolean {
  return one.seq === other?.seq && one.message_id === other.message_id && one.time === other.time;
}
