// Messages of commits that failed without an answer: stored or not, nobody was told. Those found stored must still
// be announced, before any later message of their chat.
import type { ObjectId } from "mongodb";
import type { Message } from "../../protocol/entities.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { findStored, keyText, messageOf } from "./sent-messages.ts";
import type { MessageKey } from "./sent-messages.ts";
import type { LastSeqs } from "./last-seqs.ts";
import type { KnownUsers } from "./users.ts";

/** Messages remembered at most; beyond, the oldest are forgotten, and only readers find them. */
const MAX_MESSAGES = 20_000;
/** A server has carried out or dropped what a broken connection left behind long before. */
const MAX_AGE_MS = 60_000;

interface Sent {
  readonly key: MessageKey;
  readonly id: ObjectId;
  readonly sinceMs: number;
}

export class Unanswered {
  readonly #collections: Collections;
  readonly #users: KnownUsers;
  readonly #lastSeqs: LastSeqs;
  readonly #sent = new Map<string, Sent>();
  #stored: Message[] = [];

  constructor(collections: Collections, users: KnownUsers, lastSeqs: LastSeqs) {
    this.#collections = collections;
    this.#users = users;
    this.#lastSeqs = lastSeqs;
  }

  /** Whether there are any, or some were found and not taken yet. */
  get isOpen(): boolean {
    return this.#sent.size > 0 || this.#stored.length > 0;
  }

  /** A message whose insertion was begun. */
  add(key: MessageKey, id: ObjectId): void {
    this.#sent.set(keyText(key), { key, id, sinceMs: performance.now() });
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= MAX_MESSAGES) break;
      this.#sent.delete(oldest);
    }
  }

  /** A message that is stored, and whose commit fails all the same. */
  addStored(message: Message): void {
    this.#stored.push(message);
  }

  /** Looks for those that were stored after all, and gives their chats their places in lists. */
  async resolve(): Promise<void> {
    if (this.#sent.size > 0) await this.#find();
    if (this.#stored.length === 0) return;
    const chatIds = this.#stored.map(({ chat_id }) => chat_id);
    await this.#lastSeqs.load(chatIds);
    for (const { chat_id, seq, time } of this.#stored) this.#lastSeqs.advance(chat_id, seq, Math.round(time * 1000));
    await this.#lastSeqs.writeHints(chatIds);
  }

  async #find(): Promise<void> {
    const keys = [...this.#sent.values()].map(({ key }) => key);
    const found = await findStored(this.#collections, keys);
    await this.#users.load([...found.values()].map((document) => document.user_id));
    this.#take([...found.entries()]);
    const oldestMs = performance.now() - MAX_AGE_MS;
    for (const [name, { sinceMs }] of this.#sent) if (sinceMs < oldestMs) this.#sent.delete(name);
  }

  #take(found: [name: string, document: MessageDocument][]): void {
    found.sort(([, one], [, other]) => one.seq - other.seq);
    for (const [name, document] of found) {
      const isOurs = this.#sent.get(name)?.id.equals(document._id) === true;
      this.#sent.delete(name);
      if (!isOurs) continue;
      this.#stored.push(messageOf(document, this.#users.nameOf(document.user_id) ?? ""));
    }
  }

  /** Messages found stored since the last call; of each chat in the order of seq. */
  takeStored(): Message[] {
    const stored = this.#stored.sort((one, other) => one.seq - other.seq);
    this.#stored = [];
    return stored;
  }
}
