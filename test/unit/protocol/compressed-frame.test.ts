// Compressed frames: the dictionary that never changes, and what a client takes for one.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { compressFrames } from "../../../src/protocol/compressed-frame.ts";
import { DICTIONARY } from "../../../src/protocol/dictionary.ts";
import { encodeFrames, FrameDecoder } from "../../../src/protocol/frame.ts";
import { MAX_RESPONSE_BYTES } from "../../../src/protocol/limits.ts";

const dictionary = readFileSync("docs/dictionary-1.txt");
const TEXTS = ["one", "two", "three"].map((message) => JSON.stringify({ event: "message", data: { message } }));
const FRAMES = Buffer.from(encodeFrames(TEXTS, "prefixed"));

/** A frame whose payload is marked as compressed. */
function marked(payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(2 ** 31 + payload.length);
  return Buffer.concat([head, payload]);
}

function decode(bytes: Buffer, takesCompressed = true): { texts: string[]; failed: boolean } {
  const decoder = new FrameDecoder("prefixed", MAX_RESPONSE_BYTES, takesCompressed);
  const payloads: Buffer[] = [];
  // Cut in the length, in the payload, and nowhere.
  for (const end of [2, 7, bytes.length])
    decoder.push(bytes.subarray(end === 2 ? 0 : end === 7 ? 2 : 7, end), payloads);
  return { texts: payloads.map(String), failed: decoder.failed };
}

describe("compressed frames", () => {
  it("have the dictionary of the documentation, which never changes", () => {
    assert.deepEqual(DICTIONARY, dictionary);
    assert.ok(DICTIONARY.length <= 32_768, "what DEFLATE can refer to");
    const hash = createHash("sha256").update(dictionary).digest("hex");
    assert.equal(hash, "070302d07df2290fd017988f2767d2dddcb8e2c15fe2acf7498f8b373cb01d2b");
  });

  it("inflate to the frames that they were made of", () => {
    const frame = Buffer.from(compressFrames(FRAMES) ?? []);
    assert.ok(frame.length > 4 && frame.length < FRAMES.length);
    assert.equal(frame.readUInt32BE(0), 2 ** 31 + frame.length - 4);
    assert.deepEqual(inflateRawSync(frame.subarray(4), { dictionary }), FRAMES);
    const plain = Buffer.from(encodeFrames(['{"last":true}'], "prefixed"));
    assert.deepEqual(decode(Buffer.concat([frame, plain])), { texts: [...TEXTS, '{"last":true}'], failed: false });
  });

  it("are not made of what does not get shorter", () => {
    assert.equal(compressFrames(Buffer.from([0, 0, 0, 1, 0x31])), undefined);
  });

  const deflated = (bytes: Buffer): Buffer => deflateRawSync(bytes, { dictionary });
  const empty = Buffer.alloc(4);
  const broken: [string, Buffer][] = [
    ["nothing", Buffer.alloc(0)],
    ["no DEFLATE stream", Buffer.from("this is no stream at all")],
    ["a stream that ends early", deflated(FRAMES).subarray(0, -3)],
    ["bytes after the stream", Buffer.concat([deflated(FRAMES), Buffer.from([0])])],
    ["a stream of nothing", deflated(Buffer.alloc(0))],
    ["a frame that is cut", deflated(FRAMES.subarray(0, -1))],
    ["a length that is cut", deflated(Buffer.concat([FRAMES, Buffer.from([0, 0])]))],
    ["an empty frame", deflated(Buffer.concat([FRAMES, empty]))],
    ["a compressed frame in a compressed frame", deflated(marked(deflated(FRAMES)))],
    ["more than a client takes", deflated(Buffer.alloc(MAX_RESPONSE_BYTES + 1, 0x20))],
  ];
  for (const [what, payload] of broken) {
    it(`are refused: ${what}`, () => {
      const { texts, failed } = decode(Buffer.concat([marked(payload), FRAMES]));
      assert.equal(failed, true);
      assert.ok(texts.length <= TEXTS.length, "nothing that came after it is given");
    });
  }

  it("are too large where they were not asked for", () => {
    assert.deepEqual(decode(Buffer.from(compressFrames(FRAMES) ?? []), false), { texts: [], failed: true });
  });
});
