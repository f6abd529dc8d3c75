// Turns that go round, whatever one has waiting.
import assert from "node:assert/strict";
import { FairQueue } from "../../../src/util/fair-queue.ts";
import { range } from "../../support/lists.ts";

describe("FairQueue", () => {
  let queue: FairQueue<string>;
  beforeEach(() => (queue = new FairQueue()));

  function takeAll(): string[] {
    const items: string[] = [];
    for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
    return items;
  }

  it("goes round by who asks, then by the part of it, and keeps the order of the rest", () => {
    for (const item of ["a1", "a2"]) queue.push(item, "a", "1");
    queue.push("a3", "a", "2");
    for (const item of ["b1", "b2"]) queue.push(item, "b", "1");
    assert.equal(queue.size, 5);
    assert.deepEqual(takeAll(), ["a1", "b1", "a3", "b2", "a2"]);
    assert.equal(queue.size, 0);
  });

  it("serves who comes for the first time before all who come again and again", () => {
    const regulars = range(1, 100).map(String);
    for (const part of regulars) queue.push(part, "their address", part);
    for (const part of regulars) {
      assert.equal(queue.take(), part);
      queue.push(part, "their address", part);
    }
    queue.push("same address", "their address", "new");
    queue.push("other address", "another", "1");
    assert.deepEqual([queue.take(), queue.take()], ["other address", "same address"]);
  });

  it("leaves what may not go yet where it is", () => {
    for (const item of ["a1", "a2", "a3"]) queue.push(item, "a", "1");
    assert.equal(
      queue.take((item) => item !== "a1"),
      "a2",
    );
    assert.equal(
      queue.take(() => false),
      undefined,
    );
    assert.deepEqual(takeAll(), ["a1", "a3"]);
  });

  it("makes room at the cost of who has most", () => {
    for (const item of ["a1", "a2", "a3"]) queue.push(item, "a", "1");
    for (const item of ["b1", "b2"]) queue.push(item, "b", "1");
    assert.equal(queue.displaceFor("a"), undefined);
    assert.equal(queue.displaceFor("b"), undefined);
    assert.equal(queue.displaceFor("c"), "a3");
    assert.equal(queue.displaceFor("c"), "b2");
    assert.equal(queue.displaceFor("c"), "a2");
    assert.equal(queue.displaceFor("c"), undefined);
    assert.deepEqual(takeAll(), ["a1", "b1"]);
  });
});
