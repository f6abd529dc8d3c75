// Appending of a batch's messages: each gets the next seq of its chat, whatever goes wrong on the way.
import { ObjectId } from "mongodb";
import type { ChatId } from "../../protocol/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { DUPLICATE_KEY, isDocumentFault, isEncodingFault, refusedDocument, unwrap } from "./errors.ts";
import type { LastSeqs } from "./last-seqs.ts";
import { searchable } from "./search-text.ts";
import { findStored, keyText, messageOf } from "./sent-messages.ts";

/** One insertion holds so many characters of text at most. */
const CHARACTERS_PER_INSERT = 2_000_000;

/** A message to be stored. */
export class Append {
  readonly write: WriteOf<"append">;
  readonly username: string;
  readonly timeMs: number;
  /** Of its document: the same in every attempt. */
  readonly id = new ObjectId();
  /** True from the first attempt to insert it on: it may be stored. */
  isSent = false;
  outcome: WriteOutcome<"append"> | undefined;

  constructor(write: WriteOf<"append">, username: string, timeMs: number) {
    this.write = write;
    this.username = username;
    this.timeMs = timeMs;
  }

  /** It is stored as `document`: by this writer and so new to everybody, or as an earlier message with the same id. */
  settle(document: MessageDocument): void {
    const message = messageOf(document, this.username);
    this.outcome = { done: true, result: { message, isNew: document._id.equals(this.id) } };
  }

  refuse(): void {
    this.outcome = { done: false, refusal: Refusal.Rejected };
  }
}

/**
 * Why this leaves no hole and stores nothing twice: documents are inserted in order, one command after the other, so
 * a message is there only when the one before it in its chat is; what stops on the way leaves a beginning. Two unique
 * indexes decide between servers that use one database by mistake, and against a command that a broken connection
 * left behind: the loser stops at its first document, looks again where the chat ends and what of its own is stored,
 * and goes on with the rest.
 */
export class Appends {
  readonly #collections: Collections;
  readonly #lastSeqs: LastSeqs;
  readonly #messagesPerInsert: number;

  constructor(collections: Collections, lastSeqs: LastSeqs, messagesPerInsert: number) {
    this.#collections = collections;
    this.#lastSeqs = lastSeqs;
    this.#messagesPerInsert = messagesPerInsert;
  }

  /**
   * Settles messages from the first on; resolves when it cannot go on as planned: the caller calls it again until
   * none is open. `look` says that some of them may be stored already. Resolves with whether one was found stored,
   * whose durability is another's promise.
   */
  async store(appends: readonly Append[], look: boolean): Promise<boolean> {
    const chatIds = appends.map(({ write }) => write.chatId);
    await this.#lastSeqs.load(chatIds);
    await this.#lastSeqs.create(chatIds);
    const found = look ? await this.#settleStored(appends) : false;
    const open = appends.filter(({ outcome }) => outcome === undefined);
    const documents = this.#number(open);
    for (const [start, end] of portions(documents, this.#messagesPerInsert)) {
      if (!(await this.#insert(open.slice(start, end), documents.slice(start, end)))) break;
    }
    return found;
  }

  async #settleStored(appends: readonly Append[]): Promise<boolean> {
    const open = appends.filter(({ outcome }) => outcome === undefined);
    const stored = await findStored(
      this.#collections,
      open.map(({ write }) => write),
    );
    for (const append of open) {
      const document = stored.get(keyText(append.write));
      if (document === undefined) continue;
      append.settle(document);
      this.#lastSeqs.advance(document.chat_id, document.seq, document.time_ms);
    }
    return stored.size > 0;
  }

  #number(appends: readonly Append[]): MessageDocument[] {
    const next = new Map<ChatId, number>();
    return appends.map(({ id: _id, write, timeMs }) => {
      const seq = (next.get(write.chatId) ?? this.#lastSeqs.of(write.chatId)) + 1;
      next.set(write.chatId, seq);
      const { chatId: chat_id, userId: user_id, messageId: message_id, text, replyTo, mentions, mentionsAll } = write;
      return {
        ...{ _id, chat_id, seq, user_id, message_id, text, folded: searchable(text), time_ms: timeMs },
        ...(replyTo !== undefined && { reply_to: replyTo }),
        ...(mentions !== undefined && { mentions: JSON.stringify(mentions) }),
        ...(mentionsAll !== undefined && { mentions_all: 1 as const }),
      };
    });
  }

  /** Resolves with whether all were stored, so that the next ones may follow. */
  async #insert(appends: readonly Append[], documents: readonly MessageDocument[]): Promise<boolean> {
    for (const append of appends) append.isSent = true;
    try {
      await this.#collections.messages.insertMany([...documents], { ordered: true });
    } catch (raw) {
      const error = unwrap(raw);
      this.#lastSeqs.forget();
      const refused = refusedDocument(error);
      if (refused === undefined) return this.#retrySingly(appends, documents, error);
      this.#settle(appends, documents, refused.index);
      if (refused.code === DUPLICATE_KEY) return false;
      if (!isDocumentFault(refused.code)) throw error;
      appends[refused.index]?.refuse();
      return false;
    }
    this.#settle(appends, documents, documents.length);
    return true;
  }

  /** After documents that could not even be encoded: nothing was sent, and the faulty one must fail alone. */
  async #retrySingly(appends: readonly Append[], documents: readonly MessageDocument[], error: unknown) {
    if (!isEncodingFault(error)) throw error;
    if (documents.length === 1) appends[0]?.refuse();
    for (const [index, document] of documents.entries()) {
      if (documents.length === 1) break;
      if (!(await this.#insert(appends.slice(index, index + 1), [document]))) break;
    }
    return false;
  }

  #settle(appends: readonly Append[], documents: readonly MessageDocument[], count: number): void {
    for (const [index, document] of documents.slice(0, count).entries()) {
      appends[index]?.settle(document);
      this.#lastSeqs.advance(document.chat_id, document.seq, document.time_ms);
    }
  }
}

/** Cuts documents into insertions. */
function* portions(
  documents: readonly MessageDocument[],
  maxCount: number,
): Iterable<readonly [start: number, end: number]> {
  let start = 0;
  let characterCount = 0;
  for (const [index, { text }] of documents.entries()) {
    characterCount += text.length;
    if (index > start && (index - start === maxCount || characterCount > CHARACTERS_PER_INSERT)) {
      yield [start, index];
      start = index;
      characterCount = text.length;
    }
  }
  if (start < documents.length) yield [start, documents.length];
}
