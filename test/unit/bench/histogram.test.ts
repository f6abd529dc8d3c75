// The histogram: exact below 64, within 1/64 above, and the same after a journey as sparse buckets.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram } from "../../../bench/engine/histogram.ts";

describe("Histogram", () => {
  it("tells 0 for everything while it is empty", () => {
    const histogram = new Histogram();
    assert.equal(histogram.count, 0);
    assert.equal(histogram.quantileUs(0.99), 0);
    assert.equal(histogram.maxUs, 0);
  });

  it("is exact for small values", () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 50; value += 1) histogram.record(value);
    assert.equal(histogram.quantileUs(0.5), 25);
    assert.equal(histogram.quantileUs(1), 50);
  });

  it("never tells less than the true quantile, and at most 1/64 more", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2 ** 31), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        check,
      ),
    );
    function check(values: number[], quantile: number): void {
      const histogram = new Histogram();
      for (const value of values) histogram.record(value);
      const sorted = values.toSorted((one, other) => one - other);
      const exact = sorted[Math.max(1, Math.ceil(values.length * quantile)) - 1] ?? 0;
      const told = histogram.quantileUs(quantile);
      assert.ok(told >= exact && told <= exact + exact / 64 + 1, `told ${told}, exact ${exact}`);
    }
  });

  it("adds up with another one's sparse buckets", () => {
    const one = new Histogram();
    const other = new Histogram();
    for (const value of [1, 100, 10_000]) one.record(value);
    for (const value of [2, 1_000_000]) other.record(value);
    one.merge(other.sparse(), other.maxUs);
    assert.equal(one.count, 5);
    assert.equal(one.maxUs, 1_000_000);
    assert.equal(one.quantileUs(0.4), 2);
  });
});
