// Faults that a receiver notices: loss, doubles, and messages out of order.
import assert from "node:assert/strict";
import { SenderTrack } from "../../../bench/engine/order.ts";

function track(numbers: readonly number[], first = 0): SenderTrack {
  const seen = new SenderTrack(first);
  for (const number of numbers) seen.see(number);
  return seen;
}

function figures(seen: SenderTrack, end: number): object {
  return { lost: seen.lost(end), doubled: seen.doubled, outOfOrder: seen.outOfOrder };
}

describe("SenderTrack", () => {
  it("finds nothing wrong with all numbers in order", () => {
    assert.deepEqual(figures(track([5, 6, 7], 5), 8), { lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it("counts what never came, at the beginning, inside and at the end", () => {
    assert.deepEqual(figures(track([1, 2, 4]), 6), { lost: 3, doubled: 0, outOfOrder: 0 });
  });

  it("counts a late message as out of order, not as lost", () => {
    assert.deepEqual(figures(track([0, 2, 1, 3]), 4), { lost: 0, doubled: 0, outOfOrder: 1 });
  });

  it("counts a repeated message as doubled", () => {
    assert.deepEqual(figures(track([0, 1, 1, 0, 2]), 3), { lost: 0, doubled: 2, outOfOrder: 0 });
  });
});
