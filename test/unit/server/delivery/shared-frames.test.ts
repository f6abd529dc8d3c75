// Bytes of a batch: what of them a session may see, and what may lie in a queue for long.
import assert from "node:assert/strict";
import { encodeFrame, splitPrefixed } from "../../../../src/protocol/frame.ts";
import { ChatFeed, DeliveryLog } from "../../../../src/server/delivery/chat-feed.ts";
import { ChunkFrames, detachedCopy, type SharedChunk } from "../../../../src/server/delivery/shared-frames.ts";

describe("ChunkFrames", () => {
  const bytesOf = (seqs: readonly number[]) => Buffer.concat(seqs.map((seq) => encodeFrame(`${seq}`, "prefixed")));
  const visible = (chunk: Omit<SharedChunk, "bytes" | "chatId">, sent: readonly number[], firstSeq: number) => {
    const part = new ChunkFrames({ ...chunk, chatId: "g", bytes: bytesOf(sent) }).visibleFrom(firstSeq);
    const frames = part && splitPrefixed(part.bytes).map((frame) => Number(frame.subarray(4).toString()));
    return part && [part.from, part.to, frames];
  };

  it("has the part that may be seen, with the numbers that a gap would name", () => {
    const messages = { event: "message", from: 4, to: 6 } as const;
    for (const [firstSeq, expected] of [
      [4, [4, 6, [4, 5, 6]]],
      [5, [5, 6, [5, 6]]],
      [7, undefined],
    ] as const)
      assert.deepEqual(visible(messages, [4, 5, 6], firstSeq), expected);
    const seqs = [2, 4, 9];
    assert.deepEqual(visible({ event: "message", from: 2, to: 9, seqs }, seqs, 3), [4, 9, [4, 9]]);
    assert.deepEqual(visible({ event: "changed", from: 1, to: 3, seqs: [8, 2, 9] }, [8, 2, 9], 3), [1, 3, [8, 9]]);
    assert.equal(visible({ event: "changed", from: 1, to: 1, seqs: [2] }, [2], 3), undefined);
  });

  it("has no compressed frame of a part, since that holds the rest too", () => {
    const log = new DeliveryLog();
    const chunk = { event: "message", from: 4, to: 6, chatId: "g", bytes: bytesOf([4, 5, 6]) } as const;
    const compressed = Buffer.from("all three");
    for (const entry of [log.lone({ ...chunk, compressed }), new ChatFeed(log).append({ ...chunk, compressed })]) {
      assert.deepEqual(Buffer.from(entry.compressed?.frames.in("prefixed") ?? []), compressed);
      const part = entry.frames.visibleFrom(5);
      assert.ok(part);
      assert.equal(log.lone(part).compressed, undefined);
    }
  });
});

describe("detachedCopy", () => {
  it("copies a small part of a large buffer, and leaves the rest as it is", () => {
    const batch = Buffer.from(new ArrayBuffer(100_000)).fill(7);
    const small = batch.subarray(10, 160);
    const own = detachedCopy(small);
    assert.ok(Buffer.from(own).equals(small));
    assert.equal(own.buffer.byteLength, small.byteLength, "no part of a buffer that others share");
    const large = batch.subarray(0, 60_000);
    assert.equal(detachedCopy(large), large);
  });
});
