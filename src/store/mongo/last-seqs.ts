// The last seq of each chat. The messages alone decide; what chats say of it is a hint where to look.
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { pairOf } from "./documents.ts";
import type { ChatDocument, Collections } from "./documents.ts";

/** Chats in one query. */
const CHATS_PER_QUERY = 100;
/** Chats remembered; when full, all are forgotten. */
const REMEMBERED_CHATS = 50_000;
/**
 * The common chat's hint is written again when it has grown by so much: what a reader looks through at most, beside a
 * batch. Those of other chats are exact, since lists are sorted by the time that is written with them.
 */
const COMMON_HINT_STEP = 64;

/** Whether a chat's `seq_hint` is that of its last message, and `last_ms` its time. */
export function isHintExact(chatId: ChatId): boolean {
  return chatForm(chatId)?.kind !== "everyone";
}

interface Chat {
  lastSeq: number;
  /** Time of the message `lastSeq`; undefined when it was found by its seq alone. */
  lastMs: number | undefined;
  hint: number;
}

/**
 * The last seq of each of the chats: 0 for one without messages.
 *
 * By what a majority has, as everything is read (connection.ts): what one server alone has may be rolled back after a
 * failover, and whoever numbers after it leaves a hole for ever. A seq that is too low is refused by the index instead.
 *
 * One query with a range from the hint on for each: an index answers it, however many messages there are.
 */
export async function readLastSeqs(
  { messages }: Collections,
  chats: readonly Pick<ChatDocument, "_id" | "seq_hint">[],
): Promise<Map<ChatId, number>> {
  const seqs = new Map<ChatId, number>();
  for (let start = 0; start < chats.length; start += CHATS_PER_QUERY) {
    const ranges = chats
      .slice(start, start + CHATS_PER_QUERY)
      .map(({ _id, seq_hint }) => ({ chat_id: _id, seq: { $gte: seq_hint } }));
    const [only] = ranges;
    const filter = ranges.length === 1 && only !== undefined ? only : { $or: ranges };
    const found = messages.find(filter, { projection: { _id: 0, chat_id: 1, seq: 1 } });
    for await (const { chat_id, seq } of found) seqs.set(chat_id, Math.max(seqs.get(chat_id) ?? 0, seq));
  }
  return seqs;
}

/** A chat's revision: the greatest of its messages, since each change takes the next one and keeps it until the next. */
export async function readRev({ messages }: Collections, chatId: ChatId): Promise<number> {
  const latest = messages.find({ chat_id: chatId, rev: { $gt: 0 } }, { projection: { _id: 0, rev: 1 } });
  return (await latest.sort({ rev: -1 }).limit(1).next())?.rev ?? 0;
}

/** The last seqs as the writer knows them, and the chats' documents. */
export class LastSeqs {
  readonly #collections: Collections;
  readonly #chats = new Map<ChatId, Chat>();

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /** The chat's last seq; 0 when it is not loaded. */
  of(chatId: ChatId): number {
    return this.#chats.get(chatId)?.lastSeq ?? 0;
  }

  /** To be called when messages up to `seq` are durable; `timeMs` is the time of that one. */
  advance(chatId: ChatId, seq: number, timeMs: number): void {
    const chat = this.#chats.get(chatId);
    if (chat === undefined || seq < chat.lastSeq) return;
    chat.lastSeq = seq;
    chat.lastMs = timeMs;
  }

  /** Asks for the chats that are not known. */
  async load(chatIds: Iterable<ChatId>): Promise<void> {
    if (this.#chats.size > REMEMBERED_CHATS) this.#chats.clear();
    const unknown = [...new Set(chatIds)].filter((chatId) => !this.#chats.has(chatId));
    for (let start = 0; start < unknown.length; start += CHATS_PER_QUERY) {
      const ids = unknown.slice(start, start + CHATS_PER_QUERY);
      const found = await this.#collections.chats.find({ _id: { $in: ids } }).toArray();
      const seqs = await readLastSeqs(this.#collections, found);
      for (const { _id, seq_hint } of found) {
        this.#chats.set(_id, { lastSeq: seqs.get(_id) ?? 0, lastMs: undefined, hint: seq_hint });
      }
    }
  }

  /** Makes the documents of loaded chats that have none, before their first message: so that readers list them. */
  async create(chatIds: Iterable<ChatId>): Promise<void> {
    const missing = [...new Set(chatIds)].filter((chatId) => !this.#chats.has(chatId));
    if (missing.length === 0) return;
    const operations = missing.map((chatId) => {
      const update = { $setOnInsert: { ...pairOf(chatId), seq_hint: 0, last_ms: 0 } };
      return { updateOne: { filter: { _id: chatId }, update, upsert: true } };
    });
    await this.#collections.chats.bulkWrite(operations, { ordered: false });
    await this.load(missing);
  }

  /** Writes the hints that have fallen behind, and the time of what they point at. */
  async writeHints(chatIds: Iterable<ChatId>): Promise<void> {
    const behind: { chatId: ChatId; chat: Chat }[] = [];
    for (const chatId of new Set(chatIds)) {
      const chat = this.#chats.get(chatId);
      const step = isHintExact(chatId) ? 1 : COMMON_HINT_STEP;
      if (chat?.lastMs !== undefined && chat.lastSeq - chat.hint >= step) behind.push({ chatId, chat });
    }
    if (behind.length === 0) return;
    const operations = behind.map(({ chatId, chat: { lastSeq, lastMs } }) => {
      const filter = { _id: chatId, seq_hint: { $lt: lastSeq } };
      return { updateOne: { filter, update: { $set: { seq_hint: lastSeq, last_ms: lastMs ?? 0 } } } };
    });
    await this.#collections.chats.bulkWrite(operations, { ordered: false });
    for (const { chat } of behind) chat.hint = chat.lastSeq;
  }

  forget(): void {
    this.#chats.clear();
  }
}
