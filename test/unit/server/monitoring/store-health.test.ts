// Health of the store: the outcomes of batches, the answer to a question, and how often that is asked.
import assert from "node:assert/strict";
import type { WriteState } from "../../../../src/server/commit/group-commit.ts";
import { StoreHealth } from "../../../../src/server/monitoring/store-health.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("StoreHealth", () => {
  const clock = new ManualClock();
  const nothing: WriteState = { refusedAtMs: undefined, batchSinceMs: undefined };

  it("says what the store answers, and asks it once a second at most", async () => {
    let askedCount = 0;
    let isAway = false;
    const ask = async (): Promise<void> => {
      askedCount += 1;
      if (isAway) throw new Error("away");
    };
    const health = new StoreHealth(ask, () => nothing, clock);
    assert.deepEqual(await Promise.all([health.isUsable(), health.isUsable()]), [true, true]);
    isAway = true;
    clock.advance(999);
    assert.equal(await health.isUsable(), true);
    assert.equal(askedCount, 1);
    clock.advance(1);
    assert.equal(await health.isUsable(), false);
    assert.equal(askedCount, 2);
    isAway = false;
    clock.advance(1_000);
    assert.equal(await health.isUsable(), true);
  });

  it("takes a store that does not answer for one that cannot be used, and asks nothing more of it meanwhile", async () => {
    let askedCount = 0;
    let answer: (value?: unknown) => void = () => {};
    const ask = (): Promise<unknown> => {
      askedCount += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    const health = new StoreHealth(ask, () => nothing, clock);
    assert.equal(await health.isUsable(), false);
    clock.advance(1_000);
    const second = health.isUsable();
    answer();
    assert.equal(await second, true);
    assert.equal(askedCount, 1);
  }).timeout(30_000);

  it("believes the batches: refused within the last 10 s, or under way for more than 5 s", async () => {
    let writes = nothing;
    const health = new StoreHealth(
      async () => undefined,
      () => writes,
      clock,
    );
    writes = { ...nothing, refusedAtMs: clock.now() };
    assert.equal(await health.isUsable(), false);
    clock.advance(9_999);
    assert.equal(await health.isUsable(), false);
    clock.advance(1);
    assert.equal(await health.isUsable(), true);
    writes = { ...nothing, batchSinceMs: clock.now() };
    clock.advance(5_000);
    assert.equal(await health.isUsable(), true);
    clock.advance(1);
    assert.equal(await health.isUsable(), false);
  });
});
