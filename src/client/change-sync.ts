// Changes of messages: keeps what is known of each chat in the state of the chat's newest revision.
import type { ResultOf } from "../protocol/actions.ts";
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import { Emitter } from "../util/emitter.ts";
import type { HistoryCache } from "./cache.ts";
import { retryDelayMs } from "./retry.ts";

export interface ChangeSyncEvents {
  /** Messages in a newer state than before, in the order of their changes; some may never have been given out. */
  changed: { readonly chatId: ChatId; readonly messages: readonly Message[] };
}

/** Fetches the changes of a chat after a revision, or rejects. */
export type FetchChanges = (chatId: ChatId, afterRev: number) => Promise<ResultOf<"changes">>;

/** A part of a chat's history, in the state of `rev` or a later one; servers before revisions leave `rev` out. */
export interface StatedPage {
  readonly rev?: number;
  readonly messages: readonly Message[];
}

const MAX_FETCHES = 4;
/** Rejected or useless fetches of one chat before it waits for the next change or login. */
const MAX_ATTEMPTS = 6;

/**
 * Everything up to a chat's `rev` in the cache has been taken in. Events bring the changes that follow; what they cannot
 * bring (an absence, a gap) is fetched.
 */
export class ChangeSync {
  readonly events = new Emitter<ChangeSyncEvents & { idle: undefined }>();
  readonly #cache: HistoryCache;
  readonly #isSending: (chatId: ChatId) => boolean;
  /** Revisions that chats are known to have, where they are above the one in the cache. */
  readonly #expected = new Map<ChatId, number>();
  readonly #fetching = new Set<ChatId>();
  /** Chats whose changes are followed since some login of this process. */
  readonly #followed = new Set<ChatId>();
  /** Of the connection there is, when it brings changes. */
  #fetch: FetchChanges | undefined;

  /** `isSending` tells whether messages of one's own for the chat were not acknowledged yet. */
  constructor(cache: HistoryCache, isSending: (chatId: ChatId) => boolean) {
    this.#cache = cache;
    this.#isSending = isSending;
  }

  /** No change is known to be missing. */
  get isIdle(): boolean {
    return this.#expected.size === 0;
  }

  /** After a login: catches up with the changes of the chats that were missed. */
  start(chats: readonly { readonly chat_id: ChatId; readonly rev?: number }[], fetch: FetchChanges): void {
    this.stop();
    this.#fetch = fetch;
    this.follow(chats);
  }

  /** Catches up with chats of which the login did not tell yet; does nothing where there is nothing to fetch from. */
  follow(chats: readonly { readonly chat_id: ChatId; readonly rev?: number }[]): void {
    if (this.#fetch === undefined) return;
    for (const { chat_id: chatId, rev = 0 } of chats) {
      const isNew = rev > 0 && !this.#followed.has(chatId);
      // Nothing was seen of it: whatever comes now is in the state of this revision at least. Not so what is sent again:
      // the server may have stored it before, and its acknowledgement brings it as it was written.
      const isUnseen = isNew && this.#cache.before(chatId, undefined, 1).length === 0;
      if (isUnseen && !this.#isSending(chatId)) this.#cache.change(chatId, [], rev);
      this.#followed.add(chatId);
      this.expect(chatId, rev);
    }
  }

  /** The connection is lost: nothing is fetched until the next `start`. */
  stop(): void {
    this.#fetch = undefined;
    this.#expected.clear();
    this.#fetching.clear();
  }

  /** Nothing is kept of the chat any more. */
  forget(chatId: ChatId): void {
    this.#followed.delete(chatId);
  }

  /** The user is not in the chat any more: nothing is missing of it. */
  leave(chatId: ChatId): void {
    this.forget(chatId);
    this.#expected.delete(chatId);
    this.#fetchNext();
  }

  /** A message in its newest state, from an event. */
  offer(message: Message): void {
    const { chat_id: chatId, rev = 0 } = message;
    const known = this.#cache.rev(chatId);
    this.#take(chatId, [message], rev === known + 1 ? rev : known);
    this.expect(chatId, rev);
  }

  /** The chat has changes up to `rev` that no event will bring. */
  expect(chatId: ChatId, rev: number): void {
    if (this.#fetch === undefined || rev <= this.#cache.rev(chatId)) return;
    this.#expected.set(chatId, Math.max(rev, this.#expected.get(chatId) ?? 0));
    this.#fetchNext();
  }

  /**
   * The messages of a page in a state that is not older than what was given out already. Rejects as the server's answer
   * does.
   */
  async bringUpToDate(chatId: ChatId, page: StatedPage): Promise<Message[]> {
    let { rev } = page;
    const newer = new Map<number, Message>();
    // Asked again after each answer: an event may have overtaken it.
    while (rev !== undefined && this.#fetch !== undefined && rev < this.#cache.rev(chatId)) {
      const changes = await this.#fetch(chatId, rev);
      for (const message of changes.messages) newer.set(message.seq, message);
      const next = lastRev(changes);
      if (next <= rev) break; // the server does not know of them any more
      rev = next;
    }
    return page.messages.map((message) => newer.get(message.seq) ?? message);
  }

  #take(chatId: ChatId, messages: readonly Message[], rev: number): void {
    this.#cache.change(chatId, messages, rev);
    if (messages.length > 0) this.events.emit("changed", { chatId, messages });
  }

  #fetchNext(): void {
    const fetch = this.#fetch;
    if (fetch === undefined) return;
    for (const chatId of this.#expected.keys()) {
      if (this.#fetching.size >= MAX_FETCHES) return;
      if (this.#fetching.has(chatId)) continue;
      this.#fetching.add(chatId);
      void this.#catchUp(chatId, fetch);
    }
    if (this.isIdle) this.events.emit("idle", undefined);
  }

  async #catchUp(chatId: ChatId, fetch: FetchChanges): Promise<void> {
    const isCurrent = (): boolean => this.#fetch === fetch;
    for (let attempts = 0; this.#isBehind(chatId) && isCurrent() && attempts < MAX_ATTEMPTS;) {
      try {
        const known = this.#cache.rev(chatId);
        const changes = await fetch(chatId, known);
        if (!isCurrent()) return;
        if (!this.#expected.has(chatId)) break; // left meanwhile
        this.#take(chatId, changes.messages, lastRev(changes));
        attempts = lastRev(changes) > known ? 0 : attempts + 1;
      } catch (error) {
        attempts += 1;
        await new Promise((resolve) => setTimeout(resolve, retryDelayMs(error, attempts)).unref());
      }
    }
    if (!isCurrent()) return;
    this.#fetching.delete(chatId);
    this.#expected.delete(chatId);
    this.#fetchNext();
  }

  #isBehind(chatId: ChatId): boolean {
    return this.#cache.rev(chatId) < (this.#expected.get(chatId) ?? 0);
  }
}

/** Up to where these changes reach. */
function lastRev({ rev, messages, has_more: hasMore }: ResultOf<"changes">): number {
  return hasMore ? (messages.at(-1)?.rev ?? rev) : rev;
}
