// Events of a batch: in the order of its writes, and told once when the batch is committed again.
import assert from "node:assert/strict";
import type { Message } from "../../../src/protocol/entities.ts";
import { BatchEncoder } from "../../../src/workers/batch-encoder.ts";
import type { PendingWrite } from "../../../src/workers/task.ts";

const BATCH_MS = 5_000;

function message(seq: number): Message {
  return { chat_id: "common", seq, message_id: `m${seq}`, user_id: "u", username: "n", message: "x", time: 1 };
}

const pending = (write: PendingWrite["write"]): PendingWrite => {
  return { write, replyTo: { action: null, id: undefined }, reply: { info: "", fields: {} }, effects: [] };
};

/** An encoder that is given messages and deletions; `changedMs` is when a deletion was done first, if not now. */
class Batch {
  readonly #encoder: BatchEncoder;

  constructor(isRepeat = false) {
    this.#encoder = new BatchEncoder(BATCH_MS, isRepeat);
    this.#encoder.beginGroup("lines");
  }

  append(seq: number): this {
    const write = {
      kind: "append",
      chatId: "common",
      userId: "u",
      username: "n",
      messageId: `m${seq}`,
      text: "x",
    } as const;
    this.#encoder.add(pending(write), { done: true, result: { message: message(seq), isNew: true } });
    return this;
  }

  delete(seq: number, rev: number, changedMs?: number): this {
    const write = { kind: "deleteMessage", chatId: "common", userId: "u", seq } as const;
    const deleted = { ...message(seq), message: "", rev, deleted: "author" } as const;
    const isChanged = changedMs === undefined;
    const result = { message: deleted, isChanged, changedMs: changedMs ?? BATCH_MS };
    this.#encoder.add(pending(write), { done: true, result });
    return this;
  }

  get chunks(): (readonly [event: string, from: number, to: number])[] {
    return this.#encoder.finish().chunks.map(({ event, from, to }) => [event, from, to]);
  }
}

describe("BatchEncoder", () => {
  it("keeps messages and changes of a chat in the order of the writes", () => {
    const { chunks } = new Batch().append(1).append(2).delete(1, 1).append(3).delete(3, 2).delete(2, 3);
    assert.deepEqual(chunks, [
      ["message", 1, 2],
      ["changed", 1, 1],
      ["message", 3, 3],
      ["changed", 2, 3],
    ]);
  });

  it("tells nothing of what was so before", () => {
    assert.deepEqual(new Batch().delete(1, 1, BATCH_MS - 1).chunks, []);
  });

  it("tells the changes of a lost first try once, and those of other batches not at all", () => {
    const batch = new Batch(true).delete(2, 6, BATCH_MS - 1);
    const { chunks } = batch.delete(1, 7, BATCH_MS).delete(1, 7, BATCH_MS).delete(3, 8);
    assert.deepEqual(chunks, [["changed", 7, 8]]);
  });
});
