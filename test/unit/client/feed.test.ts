// The feed: whatever order messages come in, they are given out in order, once, and nothing is left out in silence.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Feed } from "../../../src/client/feed.ts";
import { message } from "../../support/messages.ts";

describe("feed", () => {
  const take = (feed: Feed, ...seqs: number[]): number[] =>
    feed.take(seqs.map((seq) => message(seq))).map(({ seq }) => seq);

  it("holds back what came too early until the rest is there", () => {
    const feed = new Feed(5);
    assert.deepEqual(take(feed, 8), []);
    assert.ok(feed.isBehind);
    assert.deepEqual(take(feed, 6), [6]);
    assert.deepEqual(take(feed, 7, 6), [7, 8]);
    assert.ok(!feed.isBehind);
    assert.deepEqual(take(feed, 1, 8), []);
  });

  it("leaves a hole only when it is told to", () => {
    const feed = new Feed(0);
    assert.deepEqual(take(feed, 90, 100), []);
    feed.skipTo(97);
    assert.equal(feed.lastSeq, 100);
    assert.deepEqual(take(feed, 98, 99), [98, 99, 100]);
    feed.skipTo(10);
    assert.equal(feed.liveSeq, 100);
  });

  it("gives every message out once and in order, in any order of arrival", () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 200 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 10 }), (seqs, start) => {
        const feed = new Feed(start);
        const out = seqs.flatMap((seq) => take(feed, seq));
        assert.deepEqual(
          out,
          Array.from({ length: out.length }, (_, index) => start + 1 + index),
        );
        // Then what is missing is fetched from where the feed stands, as the sync does.
        const rest = take(
          feed,
          ...Array.from({ length: feed.lastSeq - feed.liveSeq }, (_, index) => feed.liveSeq + 1 + index),
        );
        assert.equal(out.length + rest.length, Math.max(start, ...seqs) - start);
        assert.ok(!feed.isBehind);
      }),
    );
  });
});
