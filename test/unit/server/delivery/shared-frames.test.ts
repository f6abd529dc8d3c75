// Bytes of a batch that may lie in a queue for long.
import assert from "node:assert/strict";
import { detachedCopy } from "../../../../src/server/delivery/shared-frames.ts";

describe("detachedCopy", () => {
  it("copies a small part of a large buffer, and leaves the rest as it is", () => {
    const batch = Buffer.from(new ArrayBuffer(100_000)).fill(7);
    const small = batch.subarray(10, 160);
    const own = detachedCopy(small);
    assert.ok(Buffer.from(own).equals(small));
    assert.equal(own.buffer.byteLength, small.byteLength, "no part of a buffer that others share");
    const large = batch.subarray(0, 60_000);
    assert.equal(detachedCopy(large), large);
  });
});
