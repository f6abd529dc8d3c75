// The queue of TLS handshakes.
import assert from "node:assert/strict";
import { Handshakes } from "../../../../src/server/connections/handshakes.ts";
import { eventually } from "../../../support/eventually.ts";
import { range } from "../../../support/lists.ts";

describe("Handshakes", () => {
  let handshakes: Handshakes;
  let begun: string[];
  beforeEach(() => {
    handshakes = new Handshakes();
    begun = [];
  });
  let lastId = 0;
  const greet = (address: string, isClosed = false): void =>
    handshakes.run({ id: (lastId += 1), isClosed }, address, () => begun.push(address));

  it("begin at once when nobody else greets, else one at a time, in turns by address", async () => {
    for (const _ of range(1, 5)) greet("a");
    greet("b");
    assert.deepEqual(begun, ["a"]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(begun.length <= 2);
    await eventually("all have begun", () => begun.length === 6);
    assert.deepEqual(begun, ["a", "b", "a", "a", "a", "a"]);
    await eventually("the next begins at once", () => {
      begun = [];
      greet("c");
      return begun.length === 1;
    });
  });

  it("do not begin for who has gone", async () => {
    greet("a");
    for (const _ of range(1, 3)) greet("b", true);
    greet("c");
    await eventually("the last", () => begun.includes("c"));
    assert.deepEqual(begun, ["a", "c"]);
  });
});
