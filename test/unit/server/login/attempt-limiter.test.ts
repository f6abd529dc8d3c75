// AttemptLimiter: counts within a minute that begins with the first attempt, and forgets.
import assert from "node:assert/strict";
import { AttemptLimiter } from "../../../../src/server/login/attempt-limiter.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("AttemptLimiter", () => {
  let clock: ManualClock;
  let limiter: AttemptLimiter;

  beforeEach(() => {
    clock = new ManualClock();
    limiter = new AttemptLimiter(3, clock);
  });

  function count(key: string, times: number): void {
    for (let done = 0; done < times; done += 1) limiter.count(key);
  }

  it("allows so many in a minute, then says for how long no more", () => {
    assert.deepEqual([limiter.retryAfter("a"), limiter.left("a")], [0, 3]);
    count("a", 1);
    clock.advance(20_000);
    count("a", 1);
    assert.deepEqual([limiter.retryAfter("a"), limiter.left("a")], [0, 1]);
    count("a", 1);
    assert.deepEqual([limiter.retryAfter("a"), limiter.left("a")], [40, 0]);
    clock.advance(39_001);
    assert.equal(limiter.retryAfter("a"), 1);
    clock.advance(999);
    assert.deepEqual([limiter.retryAfter("a"), limiter.left("a")], [0, 3]);
  });

  it("begins a new minute with the first attempt after the old one", () => {
    count("a", 3);
    clock.advance(60_000);
    count("a", 3);
    assert.equal(limiter.retryAfter("a"), 60);
  });

  it("counts each key for itself", () => {
    count("a", 5);
    assert.deepEqual([limiter.retryAfter("b"), limiter.left("b")], [0, 3]);
  });

  it("allows any number at a limit of 0", () => {
    limiter = new AttemptLimiter(0, clock);
    count("a", 100);
    assert.deepEqual([limiter.retryAfter("a"), limiter.left("a")], [0, Infinity]);
  });

  it("takes long keys that begin alike for one, so that they cannot fill the memory", () => {
    count("x".repeat(128) + "1", 2);
    count("x".repeat(128) + "2".repeat(60_000), 1);
    assert.equal(limiter.retryAfter("x".repeat(500)), 60);
    assert.equal(limiter.retryAfter("x".repeat(127)), 0);
  });

  it("forgets the oldest keys when there are too many", () => {
    count("first", 3);
    for (let index = 0; index < 100_000; index += 1) limiter.count(`key${index}`);
    assert.equal(limiter.retryAfter("first"), 0);
    count("key99999", 2);
    assert.equal(limiter.retryAfter("key99999"), 60);
  });
});
