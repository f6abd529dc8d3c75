// Backoff: doubled up to the cap, spread over the whole range.
import assert from "node:assert/strict";
import { backoffDelayMs } from "../../../src/util/backoff.ts";

describe("backoffDelayMs", () => {
  const options = { baseMs: 100, capMs: 1000 };

  it("doubles up to the cap", () => {
    const almostOne = (): number => 0.999_999;
    const delays = [0, 1, 2, 3, 4, 5000].map((attempt) => Math.round(backoffDelayMs(attempt, options, almostOne)));
    assert.deepEqual(delays, [100, 200, 400, 800, 1000, 1000]);
  });

  it("spreads from 0", () => {
    assert.equal(
      backoffDelayMs(3, options, () => 0),
      0,
    );
    assert.equal(
      backoffDelayMs(3, options, () => 0.5),
      400,
    );
  });
});
