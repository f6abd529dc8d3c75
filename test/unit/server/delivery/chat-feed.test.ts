// The feed of a chat: whatever was appended in pieces comes out whole and in order from every place, also across its slabs.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import { ChatFeed, DeliveryLog, runAt, type FeedEntry } from "../../../../src/server/delivery/chat-feed.ts";
import type { EventChunk } from "../../../../src/threads/task.ts";

const chunkOf = (seq: number, bytes: Uint8Array): EventChunk => ({
  chatId: COMMON_CHAT,
  event: "message",
  from: seq,
  to: seq,
  bytes,
});

describe("ChatFeed", () => {
  let log: DeliveryLog;
  let feed: ChatFeed;

  beforeEach(() => {
    log = new DeliveryLog();
    feed = new ChatFeed(log);
  });

  /** The bytes of the entries from an index on, and in how many runs they are. */
  function read(entries: readonly FeedEntry[], from: number): { bytes: Buffer; runCount: number } {
    const pieces: Uint8Array[] = [];
    for (let index = from; index < entries.length;) {
      const { frames, count } = runAt(entries, index);
      pieces.push(frames.in("prefixed"));
      index += count;
    }
    return { bytes: Buffer.concat(pieces), runCount: pieces.length };
  }

  it("gives from every place what was appended after it, however often it is asked meanwhile", () => {
    const entries: FeedEntry[] = [];
    const appended: Buffer[] = [];
    // The first slabs hold some batches each, one batch is larger than any slab.
    for (const [index, byteCount] of [1, 70_000, 130_000, 90_000, 5_000_000, 10, 2_000_000, 90_000].entries()) {
      const bytes = Buffer.alloc(byteCount, index + 1);
      appended.push(bytes);
      entries.push(feed.append(chunkOf(index + 1, bytes)));
      for (const first of entries.keys()) {
        const expected = Buffer.concat(appended.slice(first));
        assert.ok(read(entries, first).bytes.equals(expected), `from ${first} to ${index}`);
      }
    }
    assert.equal(log.endBytes, Buffer.concat(appended).length);
    assert.throws(() => runAt(entries, entries.length));
  });

  it("keeps nothing of the buffer that the messages came in", () => {
    const batch = Buffer.alloc(100_000);
    const chunk = chunkOf(1, batch.subarray(0, 10));
    for (const entry of [feed.append(chunk), log.lone(chunk)]) {
      assert.notEqual(entry.frames.in("prefixed").buffer, batch.buffer);
      assert.notEqual(runAt([entry], 0).frames.in("prefixed").buffer, batch.buffer);
    }
  });

  it("makes one run of all that is not much, and the same for all who ask", () => {
    const entries = [1, 2, 3].map((seq) => feed.append(chunkOf(seq, Buffer.alloc(100, seq))));
    assert.equal(read(entries, 0).runCount, 1);
    assert.equal(runAt(entries, 0).frames, runAt([...entries], 0).frames);
  });

  it("makes runs of what is side by side alone", () => {
    const [first, second, third] = [1, 2, 3].map((seq) => feed.append(chunkOf(seq, Buffer.alloc(100, seq))));
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const other = log.lone(chunkOf(1, Buffer.alloc(100, 9)));
    assert.equal(read([first, third], 0).runCount, 2);
    assert.equal(read([first, other, second], 0).runCount, 3);
    assert.equal(read([other, first, second], 0).runCount, 2);
  });
});
