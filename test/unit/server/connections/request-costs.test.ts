// Turns of accounts whose requests cost much.
import assert from "node:assert/strict";
import { RequestCosts } from "../../../../src/server/connections/request-costs.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { range } from "../../../support/lists.ts";

describe("RequestCosts", () => {
  it("are high for who has asked for much, until the time has made up for it", () => {
    const clock = new ManualClock();
    const costs = new RequestCosts(clock);
    for (const _ of range(1, 30)) costs.add("greedy", 5);
    costs.add("modest", 5);
    assert.deepEqual([costs.areHigh("greedy"), costs.areHigh("modest"), costs.areHigh("new")], [true, false, false]);
    clock.advance(1_000);
    assert.equal(costs.areHigh("greedy"), false);
  });

  it("are forgotten when they are made up for", () => {
    const clock = new ManualClock();
    const costs = new RequestCosts(clock);
    for (const number of range(1, 100)) costs.add(`user ${number}`, 1);
    assert.equal(costs.size, 100);
    clock.advance(10_000);
    for (const _ of range(1, 100)) costs.add("last", 1);
    assert.equal(costs.size, 1);
  });
});
