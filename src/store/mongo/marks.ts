// Read marks: how far each user has read each chat. They only grow.
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { pairId } from "./documents.ts";
import type { Collections } from "./documents.ts";

/** Marks in one query. */
const MARKS_PER_QUERY = 1_000;

interface Mark {
  readonly userId: UserId;
  readonly chatId: ChatId;
  seq: number;
  isChanged: boolean;
}

/** The marks that a batch concerns; changed here first, in the batch's order, and written at its end. */
export class Marks {
  readonly #marks = new Map<string, Mark>();

  /** Reads marks whose state the batch has to tell. */
  async load({ members }: Collections, pairs: readonly { userId: UserId; chatId: ChatId }[]): Promise<void> {
    for (let start = 0; start < pairs.length; start += MARKS_PER_QUERY) {
      const ids = pairs.slice(start, start + MARKS_PER_QUERY).map(({ userId, chatId }) => pairId(userId, chatId));
      for await (const { _id, user_id, chat_id, seq } of members.find({ _id: { $in: ids } })) {
        this.#marks.set(_id, { userId: user_id, chatId: chat_id, seq, isChanged: false });
      }
    }
  }

  /** The mark; 0 when there is none, or it was not loaded. */
  of(userId: UserId, chatId: ChatId): number {
    return this.#marks.get(pairId(userId, chatId))?.seq ?? 0;
  }

  raise(userId: UserId, chatId: ChatId, seq: number): void {
    const mark = this.#marks.get(pairId(userId, chatId));
    if (mark === undefined) {
      this.#marks.set(pairId(userId, chatId), { userId, chatId, seq, isChanged: true });
    } else if (seq > mark.seq) {
      mark.seq = seq;
      mark.isChanged = true;
    }
  }

  /** Writes what was raised; may be repeated. Resolves with the number of marks. */
  async write({ members }: Collections): Promise<number> {
    const changed = [...this.#marks.entries()].filter(([, mark]) => mark.isChanged);
    if (changed.length === 0) return 0;
    const operations = changed.map(([_id, { userId, chatId, seq }]) => {
      const update = { $max: { seq }, $setOnInsert: { user_id: userId, chat_id: chatId } };
      return { updateOne: { filter: { _id }, update, upsert: true } };
    });
    await members.bulkWrite(operations, { ordered: false });
    return changed.length;
  }
}
