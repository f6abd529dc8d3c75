// The interface of a history cache, whatever holds it.
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";

export interface CacheQuery {
  /** 1 to 256 characters: a part of the text, whatever its case. */
  readonly word: string;
  /** Of this chat only. */
  readonly chatId?: ChatId | undefined;
  /** A `next` of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Newest first; `next` is absent at the end. */
export interface CachePage {
  readonly messages: readonly Message[];
  readonly next?: number;
}

/** The order of hits: newest first, of equal times by chat upwards, then by seq downwards. */
export function byTime(one: Message, other: Message): number {
  if (one.time !== other.time) return other.time - one.time;
  if (one.chat_id !== other.chat_id) return one.chat_id < other.chat_id ? -1 : 1;
  return other.seq - one.seq;
}

/**
 * History seen before, by chat and seq. It may miss anything at any time; it never holds two messages for one seq.
 * Nothing here rejects or throws for want of disk space: a cache that cannot be written forgets.
 */
export interface HistoryCache {
  /** Keeps messages; of two states of one message the newer stays. */
  put(messages: readonly Message[]): void;
  /** The chat's revision up to which `change` was told of all changes; 0 before the first. */
  rev(chatId: ChatId): number;
  /** Takes changed messages in the place of older states that are kept, and notes the revision; only forwards. */
  change(chatId: ChatId, messages: readonly Message[], rev: number): void;
  /** The newest messages before `before` (without: the newest of all), ascending, only as far as none is missing. */
  before(chatId: ChatId, before: number | undefined, limit: number): Message[];
  /** The messages that follow `after` directly, ascending, only as far as none is missing. */
  after(chatId: ChatId, after: number, limit: number): Message[];
  /** The newest message of each chat. */
  newest(): Message[];
  /** Messages whose present text holds a word, newest first; what was put in just now may be found a moment later. */
  search(query: CacheQuery): CachePage;
  /** Anything that can be JSON, under a name; undefined when there is none. */
  load(name: string): unknown;
  /** Undefined takes the name away. */
  save(name: string, value: unknown): void;
  /** Forgets a chat, or only its messages before a seq. */
  dropChat(chatId: ChatId, before?: number): void;
  /** Forgets everything. */
  clear(): void;
  close(): void;
}
