// The stamp survives whatever a server wraps around the text.
import assert from "node:assert/strict";
import { readStamp, STAMP_BYTES, stampedText, writeStamp } from "../../../bench/engine/stamp.ts";

describe("stamp", () => {
  it("is read back from inside a frame, digit for digit", () => {
    const frame = Buffer.from(`{"event":"message","data":{"message":"${stampedText(100)}","time":1}}`);
    const written = { sender: 99_999, number: 1_234_567_890, timeUs: 9_007_199_254_740_991 };
    writeStamp(frame, frame.indexOf("~b"), written);
    const found = { sender: 0, number: 0, timeUs: 0 };
    assert.ok(readStamp(frame, 0, frame.length, found));
    assert.deepEqual(found, written);
  });

  it("is not found beyond the frame, nor where there is none", () => {
    const stamp = { sender: 0, number: 0, timeUs: 0 };
    const two = Buffer.from(`no stamp here ${stampedText(STAMP_BYTES)}`);
    assert.equal(readStamp(two, 0, 14, stamp), false);
    assert.equal(readStamp(two, 0, two.length - 1, stamp), false);
    assert.equal(readStamp(two, 14, two.length, stamp), true);
  });

  it("makes texts of the length asked for", () => {
    for (const bytes of [STAMP_BYTES, 35, 100, 4096]) assert.equal(Buffer.byteLength(stampedText(bytes)), bytes);
  });
});
