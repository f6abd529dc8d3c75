// The feed: whatever was appended in pieces comes out whole and in order from every place, also across its slabs.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import { CommonFeed, type FeedPlace } from "../../../../src/server/delivery/common-feed.ts";

describe("CommonFeed", () => {
  /** What comes after a place, and the numbers of the messages that the parts say they hold. */
  function read(feed: CommonFeed, from: FeedPlace): { bytes: Buffer; seqs: [number, number][]; partCount: number } {
    const pieces: Uint8Array[] = [];
    const seqs: [number, number][] = [];
    for (let place = from; place !== feed.end;) {
      const { frames, end } = feed.partAfter(place);
      pieces.push(frames.in("prefixed"));
      seqs.push([frames.chunk.from, frames.chunk.to]);
      place = end;
    }
    return { bytes: Buffer.concat(pieces), seqs, partCount: pieces.length };
  }

  it("gives from every place what was appended after it, however often it is asked meanwhile", () => {
    const feed = new CommonFeed();
    const places: FeedPlace[] = [];
    const appended: Buffer[] = [];
    // The first slabs hold some batches each, one batch is larger than a slab.
    for (const [index, byteCount] of [1, 700_000, 1_300_000, 900_000, 5_000_000, 10, 2_000_000, 90_000].entries()) {
      places.push(feed.end);
      appended.push(Buffer.alloc(byteCount, index + 1));
      feed.append({
        chatId: COMMON_CHAT,
        event: "message",
        from: index + 1,
        to: index + 1,
        bytes: appended[index] ?? assert.fail(),
      });
      for (const [first, place] of places.entries()) {
        const { bytes, seqs } = read(feed, place);
        assert.ok(bytes.equals(Buffer.concat(appended.slice(first))), `from ${first} to ${index}`);
        assert.deepEqual([seqs[0]?.[0], seqs.at(-1)?.[1]], [first + 1, index + 1]);
        for (const [part, [fromSeq]] of seqs.entries())
          if (part > 0) assert.equal(fromSeq, (seqs[part - 1]?.[1] ?? 0) + 1);
      }
    }
    assert.throws(() => feed.partAfter(feed.end));
  });

  it("keeps nothing of the buffer that the messages came in", () => {
    const feed = new CommonFeed();
    const place = feed.end;
    const batch = Buffer.alloc(100_000);
    feed.append({ chatId: COMMON_CHAT, event: "message", from: 1, to: 1, bytes: batch.subarray(0, 10) });
    assert.notEqual(place.stored?.chunk.bytes.buffer, batch.buffer);
    assert.notEqual(feed.partAfter(place).frames.chunk.bytes.buffer, batch.buffer);
  });

  it("makes one part of all that is not much, and the same for all who ask", () => {
    const feed = new CommonFeed();
    const place = feed.end;
    for (const seq of [1, 2, 3]) {
      feed.append({ chatId: COMMON_CHAT, event: "message", from: seq, to: seq, bytes: Buffer.alloc(100, seq) });
    }
    assert.equal(read(feed, place).partCount, 1);
    assert.equal(feed.partAfter(place), feed.partAfter(place));
  });
});
