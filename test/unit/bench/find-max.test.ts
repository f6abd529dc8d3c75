// The search for the highest rate that holds.
import assert from "node:assert/strict";
import { bestStep, findMax, type Step } from "../../../bench/find-max.ts";

const OPTIONS = { startPerSec: 10, maxPerSec: 100_000, precision: 0.05, growth: 2, failures: 2 };

/** A target that holds up to a limit; `hiccupAt` breaks once at that try although it could hold. */
async function search(limitPerSec: number, hiccupAt = -1): Promise<Step<string>[]> {
  let tries = 0;
  return findMax(OPTIONS, (ratePerSec) => {
    const broken = ratePerSec > limitPerSec || tries++ === hiccupAt;
    return Promise.resolve({ ratePerSec, outcome: "", brokenBy: broken ? "p99" : undefined, isHopeless: false });
  });
}

describe("findMax", () => {
  it("ends within the precision below the limit", async () => {
    for (const limit of [11, 37, 1000, 54_321]) {
      const best = bestStep(await search(limit))?.ratePerSec ?? 0;
      assert.ok(best <= limit && best >= limit * 0.94 - 1, `limit ${limit}, found ${best}`);
    }
  });

  it("is not misled by one hiccup", async () => {
    const best = bestStep(await search(1000, 2))?.ratePerSec ?? 0;
    assert.ok(best > 940, `found ${best}`);
  });

  it("goes beyond a rate that breaks when twice the rate holds", async () => {
    const steps = await findMax(OPTIONS, (ratePerSec) => {
      const brokenBy = (ratePerSec > 70 && ratePerSec < 100) || ratePerSec > 500 ? "p99" : undefined;
      return Promise.resolve({ ratePerSec, outcome: "", brokenBy, isHopeless: false });
    });
    const best = bestStep(steps)?.ratePerSec ?? 0;
    assert.ok(best <= 500 && best > 460, `found ${best}`);
  });

  it("finds a limit near its start in few steps", async () => {
    const tried: number[] = [];
    const steps = await findMax({ ...OPTIONS, startPerSec: 850, precision: 0.1, growth: 1.2, failures: 1 }, (rate) => {
      tried.push(rate);
      const brokenBy = rate > 1_000 ? "p99" : undefined;
      return Promise.resolve({ ratePerSec: rate, outcome: "", brokenBy, isHopeless: true });
    });
    const best = bestStep(steps)?.ratePerSec ?? 0;
    assert.ok(best > 900 && best <= 1_000, `found ${best}`);
    assert.ok(tried.length <= 4, `tried ${tried.join(", ")}`);
  });

  it("does not try a hopeless rate twice", async () => {
    const steps = await findMax(OPTIONS, (ratePerSec) => {
      const broken = ratePerSec > 1000;
      const brokenBy = broken ? "overloaded" : undefined;
      return Promise.resolve({ ratePerSec, outcome: "", brokenBy, isHopeless: broken });
    });
    const rates = steps.map(({ ratePerSec }) => ratePerSec);
    assert.equal(new Set(rates).size, rates.length);
  });

  it("stops at the highest rate that may be tried", async () => {
    assert.equal(bestStep(await search(1e9))?.ratePerSec, 100_000);
  });

  it("finds nothing when nothing holds, and ends", async () => {
    assert.equal(bestStep(await search(0)), undefined);
  });
});
