// Erasure of what was written in groups that are gone, some messages at a time.
import type { ChatId } from "../../protocol/ids.ts";
import type { Collections } from "./documents.ts";

/** Messages that one step erases. */
const STEP_MESSAGES = 1_000;

export class GroupErasure {
  readonly #collections: Collections;
  /** Groups in which there may be something to erase. */
  readonly #due: ChatId[] = [];
  /** Groups may have ended since `load`. */
  #isNoted = false;

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  get isPending(): boolean {
    return this.#isNoted || this.#due.length > 0;
  }

  /** To be called before writes by which a group may end. */
  note(): void {
    this.#isNoted = true;
  }

  /** Asks for the groups that ended before, too. A group of which all is erased has the hint 0 and no time. */
  async load(): Promise<void> {
    const gone = await this.#collections.chats.find({ kind: "gone", last_ms: { $gt: 0 } }).toArray();
    for (const { _id } of gone) if (!this.#due.includes(_id)) this.#due.push(_id);
    this.#isNoted = false;
  }

  /** Erases some messages, the newest first; resolves with whether there may be more to do. */
  async step(): Promise<boolean> {
    if (this.#isNoted) await this.load();
    const [chatId] = this.#due;
    if (chatId === undefined) return false;
    const { messages, chats, reactions, pins } = this.#collections;
    const newest = await messages.find({ chat_id: chatId }).sort({ seq: -1 }).limit(1).next();
    if (newest !== null) {
      const some = { chat_id: chatId, seq: { $gt: newest.seq - STEP_MESSAGES } };
      await reactions.deleteMany(some);
      await messages.deleteMany(some);
      return true;
    }
    await pins.deleteMany({ chat_id: chatId });
    await chats.updateOne({ _id: chatId }, { $set: { seq_hint: 0, last_ms: 0 } });
    this.#due.shift();
    return this.#due.length > 0;
  }
}
