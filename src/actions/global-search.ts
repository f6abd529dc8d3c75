// Search in all chats of a user: the searches of the chats, merged by time.
import type { Message } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES } from "../protocol/limits.ts";
import type { SearchableChat, SearchCandidates, SearchPlace, StoreReader } from "../store/store.ts";

/** After so long a slice ends, in milliseconds. */
const SLICE_MS = 5;
/** Hits that the first look into a chat brings at most: many chats have to be looked into before the newest hits are known. */
const FIRST_HITS = 8;
/** The same where it is known which messages may be hits, so that another look costs little. */
const FIRST_CANDIDATES = 2;
/**
 * Messages that the first look into a chat is at, where all may be hits, each further one at twice as many: a frequent word
 * is among the newest messages of the chats. Where so many do not have it the index is asked.
 */
const FIRST_SCAN = 4;
const MAX_SCAN = 512;

/** A place in the order of the hits: behind this message. Newest first, equal times by chat id, then the greater seq. */
export interface HitPosition {
  readonly timeMs: number;
  readonly chatId: ChatId;
  readonly seq: number;
}

export interface GlobalQuery {
  readonly word: string;
  readonly limit: number;
  readonly after: HitPosition | undefined;
  readonly authorId: UserId | undefined;
  readonly afterMs: number | undefined;
  readonly beforeMs: number | undefined;
}

/** State of the search in one chat. */
interface OpenChat {
  readonly chatId: ChatId;
  readonly firstSeq: number;
  /** Only hits before these are new. */
  readonly beforeMs: number;
  readonly before: number | undefined;
  /** No hit that is left is newer. */
  readonly boundMs: number;
  /** Looks that ended before the end of the chat, and messages that they were at. */
  readonly lookCount: number;
  readonly scannedCount: number;
  readonly candidates: SearchCandidates | undefined;
  /** Of a look that was begun. */
  readonly place?: SearchPlace | undefined;
}

interface Hit {
  readonly message: Message;
  /** Counted in a page. */
  readonly bytes: number;
}

/** Where a search goes on. Plain data. */
export interface GlobalPlace {
  /** In which the newest may be comes last. */
  readonly chats: readonly OpenChat[];
  /** In order; no more than a page, and the one after it. */
  readonly hits: readonly Hit[];
}

/** A page of hits; `hasMore`: there are hits after these. */
export interface GlobalResult {
  readonly messages: Message[];
  readonly hasMore: boolean;
}

/** Result of a slice: the page, or where the next slice goes on. */
export type GlobalSlice = GlobalResult | { readonly place: GlobalPlace };

/** Where the search begins in these chats. */
export function beginning(chats: readonly SearchableChat[], query: GlobalQuery): GlobalPlace {
  const open = chats.map((chat) => opened(chat, query)).filter(({ boundMs }) => boundMs > (query.afterMs ?? -Infinity));
  return { chats: open.sort((one, other) => one.boundMs - other.boundMs), hits: [] };
}

function opened(chat: SearchableChat, { after, beforeMs = Infinity }: GlobalQuery): OpenChat {
  const { chatId, lastMs, firstSeq, candidates } = chat;
  const isSame = after?.chatId === chatId;
  // Of the time of the page's last message those of chats behind its own are still to come.
  const fromCursor = after === undefined ? Infinity : after.timeMs + (isSame || chatId > after.chatId ? 1 : 0);
  const endMs = Math.min(beforeMs, fromCursor);
  const before = isSame ? after.seq : undefined;
  const boundMs = Math.min(lastMs, Math.ceil(endMs) - 1);
  return { chatId, firstSeq, beforeMs: endMs, before, boundMs, lookCount: 0, scannedCount: 0, candidates };
}

/** Looks into one chat after the other, always that in which the newest hit may be, for some milliseconds. */
export async function searchChats(query: GlobalQuery, from: GlobalPlace, reader: StoreReader): Promise<GlobalSlice> {
  const endMs = performance.now() + SLICE_MS;
  const chats = [...from.chats];
  let hits = [...from.hits];
  for (;;) {
    const chat = chats.pop();
    if (chat === undefined || isComplete(hits, chat, query.limit)) return pageOf(hits, query.limit);
    const { result, rest } = await look(chat, query, reader);
    if (result.length > 0) hits = firstOf([...hits, ...result.map(hitOf)], query.limit);
    if (rest !== undefined) insert(chats, rest);
    if (performance.now() >= endMs) return { place: { chats, hits } };
  }
}

/** Whether no chat can have a hit that belongs before the last of these. */
function isComplete(hits: readonly Hit[], newest: OpenChat, limit: number): boolean {
  const last = hits.at(-1);
  return last !== undefined && isFull(hits, limit) && msOf(last.message) > newest.boundMs;
}

async function look(
  chat: OpenChat,
  { word, limit, authorId, afterMs }: GlobalQuery,
  reader: StoreReader,
): Promise<{ readonly result: readonly Message[]; readonly rest: OpenChat | undefined }> {
  const { chatId, firstSeq, beforeMs, before, place, candidates, lookCount, scannedCount } = chat;
  const hitCount = (candidates === undefined ? FIRST_HITS : FIRST_CANDIDATES) * 2 ** lookCount;
  // An index is of no use without a word.
  const isScan = candidates === undefined && (word === "" || scannedCount < MAX_SCAN);
  const scanFirst = isScan ? FIRST_SCAN * 2 ** lookCount : 0;
  const query = {
    ...{ chatId, word, before, firstSeq, authorId, afterMs, beforeMs, candidates, scanFirst },
    limit: Math.min(limit + 1, hitCount),
    endsAfterScan: isScan,
  };
  const slice = await reader.search(query, place);
  if ("place" in slice) return { result: [], rest: { ...chat, place: slice.place } };
  const { messages, hasMore } = slice.result;
  const last = messages.at(-1);
  const end = slice.rest ?? (hasMore && last !== undefined ? { before: last.seq, boundMs: msOf(last) } : undefined);
  if (end === undefined) return { result: messages, rest: undefined };
  const boundMs = Math.min(end.boundMs, chat.boundMs);
  const counts = { lookCount: lookCount + 1, scannedCount: scannedCount + scanFirst };
  return { result: messages, rest: { ...chat, before: end.before, boundMs, place: undefined, ...counts } };
}

function insert(chats: OpenChat[], chat: OpenChat): void {
  let [low, high] = [0, chats.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chats[middle]?.boundMs ?? 0) <= chat.boundMs) low = middle + 1;
    else high = middle;
  }
  chats.splice(low, 0, chat);
}

function hitOf(message: Message): Hit {
  const { message: text, reactions = {}, mentions = [] } = message;
  const bytes = Buffer.byteLength(JSON.stringify([text, reactions, mentions])) + MESSAGE_EXTRA_BYTES;
  return { message, bytes };
}

/** The first in order, as many as a page has room for, and the one after them. */
function firstOf(hits: Hit[], limit: number): Hit[] {
  hits.sort(inOrder);
  const count = countOfPage(hits, limit);
  return hits.slice(0, count + 1);
}

function inOrder({ message: one }: Hit, { message: other }: Hit): number {
  if (one.time !== other.time) return other.time - one.time;
  if (one.chat_id !== other.chat_id) return one.chat_id < other.chat_id ? -1 : 1;
  return other.seq - one.seq;
}

function countOfPage(hits: readonly Hit[], limit: number): number {
  let byteCount = 0;
  for (const [index, { bytes }] of hits.entries()) {
    byteCount += bytes;
    if (index === limit || (index > 0 && byteCount > PAGE_BYTES)) return index;
  }
  return hits.length;
}

/** Whether there are more than a page. */
function isFull(hits: readonly Hit[], limit: number): boolean {
  return countOfPage(hits, limit) < hits.length;
}

function pageOf(hits: readonly Hit[], limit: number): GlobalResult {
  const count = countOfPage(hits, limit);
  return { messages: hits.slice(0, count).map(({ message }) => message), hasMore: count < hits.length };
}

function msOf({ time }: Message): number {
  return Math.round(time * 1000);
}

export function positionOf(message: Message): HitPosition {
  return { timeMs: msOf(message), chatId: message.chat_id, seq: message.seq };
}
