// A stretch of a chat's messages without holes, bounded, that grows at both ends.
import type { Message } from "../../protocol/entities.ts";
import { withReadState, type ConversationItem } from "./conversation-item.ts";

/** Above the first number the end that is farther away is cut down to the second. */
const MAX_ITEMS = 12_000;
const ITEMS_AFTER_CUT = 10_000;

export class MessageWindow {
  /** Own messages up to here are shown as read. */
  partnerReadSeq = 0;
  readonly #itemOf: (message: Message) => ConversationItem;
  /** Of own messages only: they alone are looked for. */
  readonly #ownKeys = new Set<string>();
  #items: ConversationItem[] = [];

  constructor(itemOf: (message: Message) => ConversationItem) {
    this.#itemOf = itemOf;
  }

  get items(): readonly ConversationItem[] {
    return this.#items;
  }

  get firstSeq(): number | undefined {
    return this.#items[0]?.seq;
  }

  get lastSeq(): number | undefined {
    return this.#items.at(-1)?.seq;
  }

  has(seq: number): boolean {
    return this.firstSeq !== undefined && this.lastSeq !== undefined && seq >= this.firstSeq && seq <= this.lastSeq;
  }

  at(seq: number): ConversationItem | undefined {
    return this.#items[this.#indexOf(seq)];
  }

  /** Whether an own message with this key is here. */
  hasOwn(key: string): boolean {
    return this.#ownKeys.has(key);
  }

  reset(messages: readonly Message[]): void {
    this.#items = [];
    this.#ownKeys.clear();
    this.append(messages);
  }

  /** Adds those that follow the last one directly; others are ignored. */
  append(messages: readonly Message[]): void {
    for (const message of messages) {
      if (this.lastSeq !== undefined && message.seq !== this.lastSeq + 1) continue;
      const item = this.#itemOf(message);
      this.#items.push(item);
      if (item.isOwn) this.#ownKeys.add(item.key);
    }
    if (this.#items.length > MAX_ITEMS) this.#cut(this.#items.length - ITEMS_AFTER_CUT, this.#items.length);
  }

  /** Adds those that come directly before the first one, ascending; others are ignored. */
  prepend(messages: readonly Message[]): void {
    const added: ConversationItem[] = [];
    let next = this.firstSeq;
    for (const message of [...messages].reverse()) {
      if (next !== undefined && message.seq !== next - 1) continue;
      next = message.seq;
      const item = this.#itemOf(message);
      added.push(item);
      if (item.isOwn) this.#ownKeys.add(item.key);
    }
    this.#items = [...added.reverse(), ...this.#items];
    if (this.#items.length > MAX_ITEMS) this.#cut(0, ITEMS_AFTER_CUT);
  }

  /** Takes away those with a smaller seq. */
  dropBefore(seq: number): void {
    const index = this.#items.findIndex((item) => item.seq !== undefined && item.seq >= seq);
    if (index !== 0) this.#cut(index === -1 ? this.#items.length : index, this.#items.length);
  }

  /** Takes changed messages in the place of older states that are here. */
  change(messages: readonly Message[]): void {
    for (const message of messages) {
      const item = this.at(message.seq);
      if (item === undefined || item.rev >= (message.rev ?? 0)) continue;
      this.#items[this.#indexOf(message.seq)] = this.#itemOf(message);
    }
  }

  /** Makes the own items again whose state has changed. */
  refreshOwn(): void {
    this.#items = this.#items.map((item) => withReadState(item, this.partnerReadSeq));
  }

  #indexOf(seq: number): number {
    return seq - (this.firstSeq ?? Infinity);
  }

  #cut(start: number, end: number): void {
    this.#items = this.#items.slice(start, end);
    this.#ownKeys.clear();
    for (const item of this.#items) if (item.isOwn) this.#ownKeys.add(item.key);
  }
}
