// Messages of one sender: copies of its frame with the stamp renewed, and the times until they are answered.
import type { PlannedSender } from "./commands.ts";
import { STAMP_BYTES, writeStamp } from "./stamp.ts";

/** One sender's frames and its unanswered messages. */
export class Sender {
  readonly id: number;
  readonly acknowledged: boolean;
  readonly #frame: Buffer;
  readonly #stampAt: number;
  #nextNumber = 0;
  /** When the messages that are not answered yet were made, oldest at `#firstPending`. */
  #pendingUs: number[] = [];
  #firstPending = 0;

  constructor(planned: PlannedSender) {
    this.id = planned.id;
    this.acknowledged = planned.acknowledged;
    this.#frame = Buffer.from(planned.frame);
    this.#stampAt = this.#frame.indexOf("~b");
    if (this.#stampAt === -1 || this.#stampAt + STAMP_BYTES > this.#frame.length) {
      throw new Error(`the frame of sender ${planned.id} holds no stamp`);
    }
  }

  get nextNumber(): number {
    return this.#nextNumber;
  }

  get unanswered(): number {
    return this.#pendingUs.length - this.#firstPending;
  }

  /** The bytes of the next `count` messages, made at `nowUs`. */
  make(count: number, nowUs: number): Buffer {
    const length = this.#frame.length;
    const bytes = Buffer.allocUnsafe(count * length);
    for (let index = 0; index < count; index += 1) {
      this.#frame.copy(bytes, index * length);
      const stamp = { sender: this.id, number: this.#nextNumber++, timeUs: nowUs };
      writeStamp(bytes, index * length + this.#stampAt, stamp);
      if (this.acknowledged) this.#pendingUs.push(nowUs);
    }
    return bytes;
  }

  /** When the oldest unanswered message was made, which is then answered; undefined when none is. */
  takeOldest(): number | undefined {
    const oldest = this.#pendingUs[this.#firstPending];
    if (oldest === undefined) return undefined;
    this.#firstPending += 1;
    if (this.#firstPending > 10_000) {
      this.#pendingUs = this.#pendingUs.slice(this.#firstPending);
      this.#firstPending = 0;
    }
    return oldest;
  }
}
