// The live end of one chat: events and fetched pages, in any order and doubled, become one sequence without holes.
import type { Message } from "../protocol/entities.ts";

/** Messages kept that came before an earlier one was there; what is beyond it is fetched again. */
const MAX_AHEAD = 2000;

/**
 * Knows up to where a chat's messages have been given out (`liveSeq`) and up to where there are some (`lastSeq`).
 * Rests on the contract: `seq` grows by one within a chat, without holes.
 */
export class Feed {
  #liveSeq: number;
  #lastSeq: number;
  #lastGiven: Message | undefined;
  readonly #ahead = new Map<number, Message>();

  /** Begins after `liveSeq`: the message with the next seq is the first that is given out. `last` is the one with `liveSeq`. */
  constructor(liveSeq: number, last?: Message) {
    this.#liveSeq = liveSeq;
    this.#lastSeq = liveSeq;
    this.#lastGiven = last?.seq === liveSeq ? last : undefined;
  }

  get liveSeq(): number {
    return this.#liveSeq;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The message with `liveSeq`; undefined for none, and when it has not been seen. */
  get last(): Message | undefined {
    return this.#lastGiven?.seq === this.#liveSeq ? this.#lastGiven : undefined;
  }

  /** Messages that came before an earlier one was there. */
  get ahead(): Message[] {
    return [...this.#ahead.values()];
  }

  /** True when messages are missing that have to be fetched (`after: liveSeq`). */
  get isBehind(): boolean {
    return this.#liveSeq < this.#lastSeq;
  }

  /** The chat is known to have messages up to `seq`. */
  expect(seq: number): void {
    this.#lastSeq = Math.max(this.#lastSeq, seq);
  }

  /** Takes messages from anywhere, of two states of one the newer; returns those that now continue the sequence, in order, each once. */
  take(messages: readonly Message[]): Message[] {
    for (const message of messages) {
      this.expect(message.seq);
      const isNext = message.seq === this.#liveSeq + 1;
      const held = this.#ahead.get(message.seq);
      const isOlder = held !== undefined && (message.rev ?? 0) < (held.rev ?? 0);
      const hasRoom = isNext || held !== undefined || this.#ahead.size < MAX_AHEAD;
      if (message.seq > this.#liveSeq && hasRoom && !isOlder) this.#ahead.set(message.seq, message);
    }
    const next: Message[] = [];
    for (let message = this.#pop(); message !== undefined; message = this.#pop()) next.push(message);
    return next;
  }

  /** Leaves a hole: the sequence goes on after `seq`. Only forwards. */
  skipTo(seq: number): void {
    if (seq <= this.#liveSeq) return;
    this.#liveSeq = seq;
    this.expect(seq);
    for (const held of this.#ahead.keys()) if (held <= seq) this.#ahead.delete(held);
  }

  /** There is nothing more to fetch after all. */
  giveUp(): void {
    this.#lastSeq = this.#liveSeq;
    this.#ahead.clear();
  }

  #pop(): Message | undefined {
    const message = this.#ahead.get(this.#liveSeq + 1);
    if (!message) return undefined;
    this.#ahead.delete(message.seq);
    this.#liveSeq = message.seq;
    this.#lastGiven = message;
    return message;
  }
}
