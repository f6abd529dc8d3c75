// A stretch of a chat's messages without holes, bounded, that grows at both ends.
import type { Message } from "../../protocol/entities.ts";
import type { ConversationItem } from "./conversation-item.ts";

/** Above the first number the end that is farther away is cut down to the second. */
const MAX_ITEMS = 12_000;
const ITEMS_AFTER_CUT = 10_000;

export class MessageWindow {
  /** Own messages up to here are shown as read. */
  partnerReadSeq = 0;
  readonly #itemOf: (message: Message) => ConversationItem;
  readonly #keys = new Set<string>();
  #messages: Message[] = [];
  #items: ConversationItem[] = [];

  constructor(itemOf: (message: Message) => ConversationItem) {
    this.#itemOf = itemOf;
  }

  get items(): readonly ConversationItem[] {
    return this.#items;
  }

  get firstSeq(): number | undefined {
    return this.#messages[0]?.seq;
  }

  get lastSeq(): number | undefined {
    return this.#messages.at(-1)?.seq;
  }

  has(seq: number): boolean {
    return this.firstSeq !== undefined && this.lastSeq !== undefined && seq >= this.firstSeq && seq <= this.lastSeq;
  }

  hasKey(key: string): boolean {
    return this.#keys.has(key);
  }

  reset(messages: readonly Message[]): void {
    this.#messages = [];
    this.#items = [];
    this.#keys.clear();
    this.append(messages);
  }

  /** Adds those that follow the last one directly; others are ignored. */
  append(messages: readonly Message[]): void {
    for (const message of messages) {
      if (this.lastSeq !== undefined && message.seq !== this.lastSeq + 1) continue;
      const item = this.#itemOf(message);
      this.#messages.push(message);
      this.#items.push(item);
      this.#keys.add(item.key);
    }
    if (this.#items.length > MAX_ITEMS) this.#cut(this.#items.length - ITEMS_AFTER_CUT, this.#items.length);
  }

  /** Adds those that come directly before the first one, ascending; others are ignored. */
  prepend(messages: readonly Message[]): void {
    const added: Message[] = [];
    let next = this.firstSeq;
    for (const message of [...messages].reverse()) {
      if (next !== undefined && message.seq !== next - 1) continue;
      next = message.seq;
      added.push(message);
    }
    added.reverse();
    const items = added.map((message) => this.#itemOf(message));
    for (const item of items) this.#keys.add(item.key);
    this.#messages = [...added, ...this.#messages];
    this.#items = [...items, ...this.#items];
    if (this.#items.length > MAX_ITEMS) this.#cut(0, ITEMS_AFTER_CUT);
  }

  /** Makes the own items anew whose state has changed. */
  refreshOwn(): void {
    this.#items = this.#items.map((item, index) => {
      const message = this.#messages[index];
      return item.isOwn && item.state !== "read" && message ? this.#itemOf(message) : item;
    });
  }

  #cut(start: number, end: number): void {
    this.#messages = this.#messages.slice(start, end);
    this.#items = this.#items.slice(start, end);
    this.#keys.clear();
    for (const item of this.#items) this.#keys.add(item.key);
  }
}
