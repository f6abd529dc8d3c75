// Message ids: their form, and that they grow with time.
import assert from "node:assert/strict";
import { newMessageId } from "../../../src/util/message-id.ts";

describe("newMessageId", () => {
  it("has the form that the protocol asks for and is another each time", () => {
    const ids = new Set(Array.from({ length: 1000 }, () => newMessageId(1_767_225_600_000)));
    assert.equal(ids.size, 1000);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{25}$/);
  });

  it("grows with time", () => {
    const times = [0, 1, 35, 36, 1_767_225_600_000, 1_767_225_600_001, 4_102_444_800_000];
    const ids = times.map((nowMs) => newMessageId(nowMs));
    assert.deepEqual(ids.toSorted(), ids);
  });
});
