// TokenBucket: burst, average rate, and how long to wait.
import assert from "node:assert/strict";
import { TokenBucket } from "../../../src/util/token-bucket.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function takeMany(bucket: TokenBucket, count: number): number {
  let taken = 0;
  for (let index = 0; index < count; index += 1) if (bucket.take() === 0) taken += 1;
  return taken;
}

describe("TokenBucket", () => {
  it("allows the burst, then the rate", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket({ ratePerSec: 10, burstCount: 5 }, clock);
    assert.equal(takeMany(bucket, 100), 5);
    clock.advance(300);
    assert.equal(takeMany(bucket, 100), 3);
    clock.advance(3_600_000);
    assert.equal(takeMany(bucket, 100), 5);
  });

  it("tells in whole seconds when to come back, and then lets in", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket({ ratePerSec: 10 / 60, burstCount: 1 }, clock);
    assert.equal(bucket.take(), 0);
    assert.equal(bucket.take(), 6);
    clock.advance(5_500);
    assert.equal(bucket.take(), 1);
    clock.advance(500);
    assert.equal(bucket.take(), 0);
  });

  it("neither gives nor takes when the clock goes back", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket({ ratePerSec: 1, burstCount: 2 }, clock);
    assert.equal(takeMany(bucket, 1), 1);
    clock.advance(-3_600_000);
    assert.equal(takeMany(bucket, 5), 1);
    clock.advance(1000);
    assert.equal(takeMany(bucket, 5), 1);
  });

  it("says when it is full again", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket({ ratePerSec: 1, burstCount: 2 }, clock);
    assert.equal(bucket.isFull(), true);
    bucket.take();
    assert.equal(bucket.isFull(), false);
    clock.advance(1000);
    assert.equal(bucket.isFull(), true);
  });
});
