// Events of a batch: in the order of its writes, and told once when the batch is committed again.
import assert from "node:assert/strict";
import type { Message } from "../../../src/protocol/entities.ts";
import { BatchEncoder } from "../../../src/threads/batch-encoder.ts";
import type { Compression, PendingWrite } from "../../../src/threads/task.ts";

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

  append(seq: number, text = "x"): this {
    const write = {
      kind: "append",
      chatId: "common",
      userId: "u",
      username: "n",
      messageId: `m${seq}`,
      text,
    } as const;
    const result = { message: { ...message(seq), message: text }, isNew: true };
    this.#encoder.add(pending(write), { done: true, result });
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

  /** Bytes of the compressed frame of each chunk, whose buffers are handed over with the rest. */
  compressed(compression: Compression | undefined): (number | undefined)[] {
    const { chunks, buffers } = this.#encoder.finish(compression);
    return chunks.map((chunk) => {
      if (!("bytes" in chunk) || chunk.compressed === undefined) return undefined;
      assert.ok(buffers.includes(chunk.compressed.buffer));
      return chunk.compressed.length;
    });
  }

  /** Of changes also the seqs of the messages, and of messages with holes between them. */
  get chunks(): (readonly [event: string, from: number, to: number, ...seqs: number[]])[] {
    return this.#encoder.finish().chunks.flatMap((chunk) => {
      return "bytes" in chunk ? [[chunk.event, chunk.from, chunk.to, ...(chunk.seqs ?? [])] as const] : [];
    });
  }
}

describe("BatchEncoder", () => {
  it("keeps messages and changes of a chat in the order of the writes", () => {
    const { chunks } = new Batch().append(1).append(2).delete(1, 1).append(3).delete(3, 2).delete(2, 3);
    assert.deepEqual(chunks, [
      ["message", 1, 2],
      ["changed", 1, 1, 1],
      ["message", 3, 3],
      ["changed", 2, 3, 3, 2],
    ]);
  });

  it("makes several chunks of what is much, each with its own numbers", () => {
    const batch = new Batch();
    for (const seq of [1, 2, 3]) batch.append(seq, "x".repeat(60 * 1024));
    assert.deepEqual(batch.chunks, [
      ["message", 1, 2],
      ["message", 3, 3],
    ]);
  });

  it("names the messages where others lie between them", () => {
    assert.deepEqual(new Batch().append(1).append(4).chunks, [["message", 1, 4, 1, 4]]);
  });

  it("compresses what is much, and in chats of many everything", () => {
    const batch = (): Batch => new Batch().append(1, "x".repeat(1000)).append(2, "x".repeat(1000)).delete(1, 1);
    const compressed = (compression: Parameters<Batch["compressed"]>[0]) => batch().compressed(compression);
    assert.deepEqual(compressed(undefined), [undefined, undefined]);
    const [much, little] = compressed({ fromBytes: 1024, chatsOfMany: new Set(["group:1"]) });
    assert.ok(much !== undefined && much < 200 && little === undefined, `${much} and ${little} bytes`);
    const [, lone] = compressed({ fromBytes: 1024, chatsOfMany: new Set(["common"]) });
    assert.ok(lone !== undefined && lone < 100, `${lone} bytes`);
  });

  it("tells nothing of what was so before", () => {
    assert.deepEqual(new Batch().delete(1, 1, BATCH_MS - 1).chunks, []);
  });

  it("tells the changes of a lost first try once, and those of other batches not at all", () => {
    const batch = new Batch(true).delete(2, 6, BATCH_MS - 1);
    const { chunks } = batch.delete(1, 7, BATCH_MS).delete(1, 7, BATCH_MS).delete(3, 8);
    assert.deepEqual(chunks, [["changed", 7, 8, 1, 3]]);
  });
});
