// FrameDecoder: whatever the payloads and however TCP cuts the bytes, the same payloads come out.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  encodeFrame,
  encodeFrames,
  frameBytes,
  FrameDecoder,
  prefixedToLines,
  type Framing,
} from "../../src/protocol/frame.ts";
import { fuzzes } from "../support/fuzz.ts";
import { frameOf } from "../support/wire-client.ts";

const MAX_BYTES = 300;
const RUNS = { numRuns: 300, weight: 0.2 };

/** Bytes without a newline that are not blank: what a line may hold. */
const linePayload = fc
  .uint8Array({ minLength: 1, maxLength: MAX_BYTES })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x2e : byte))))
  .filter((bytes) => bytes.some((byte) => byte !== 0x20 && byte !== 0x09));
const anyPayload = fc.uint8Array({ maxLength: MAX_BYTES }).map((bytes) => Buffer.from(bytes));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 40 });

/** Pushes the bytes in chunks of these sizes, again and again; copies, so that no view can see later bytes. */
function decode(
  framing: Framing,
  bytes: Buffer,
  sizes: readonly number[],
): { payloads: Buffer[]; decoder: FrameDecoder } {
  const decoder = new FrameDecoder(framing, MAX_BYTES);
  const payloads: Buffer[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    decoder.push(Buffer.from(bytes.subarray(offset, offset + size)), payloads);
    offset += size;
  }
  return { payloads, decoder };
}

describe("FrameDecoder, any bytes in any chunks", () => {
  fuzzes(
    "gives back prefixed payloads but the empty ones",
    () =>
      fc.property(fc.array(anyPayload, { maxLength: 12 }), chunkSizes, (sent, sizes) => {
        const bytes = Buffer.concat(sent.map((payload) => frameOf(payload, "prefixed")));
        const { payloads, decoder } = decode("prefixed", bytes, sizes);
        assert.deepEqual(
          payloads,
          sent.filter((payload) => payload.length > 0),
        );
        assert.deepEqual([decoder.failed, decoder.pendingBytes], [false, 0]);
      }),
    RUNS,
  );

  const ends = fc.array(fc.constantFrom("\n", "\r\n", "\n\n", "\r\n \t\r\n"), { minLength: 12, maxLength: 12 });
  fuzzes(
    "gives back lines, with \\n or \\r\\n",
    () =>
      fc.property(fc.array(linePayload, { maxLength: 12 }), ends, chunkSizes, (sent, after, sizes) => {
        const bytes = Buffer.concat(sent.flatMap((payload, index) => [payload, Buffer.from(after[index] ?? "\n")]));
        const { payloads, decoder } = decode("lines", bytes, sizes);
        assert.deepEqual(payloads, sent);
        assert.deepEqual([decoder.failed, decoder.pendingBytes], [false, 0]);
      }),
    RUNS,
  );

  const tooLong = fc.integer({ min: MAX_BYTES + 1, max: MAX_BYTES * 3 });
  const framings = fc.constantFrom("lines", "prefixed");
  fuzzes(
    "fails at the first payload that is too long, and keeps nothing of it",
    () =>
      fc.property(
        fc.array(linePayload, { maxLength: 5 }),
        tooLong,
        chunkSizes,
        framings,
        (sent, length, sizes, framing) => {
          const frames = [...sent, Buffer.alloc(length, "x"), Buffer.from("{}")].map((one) => frameOf(one, framing));
          const { payloads, decoder } = decode(framing, Buffer.concat(frames), sizes);
          assert.deepEqual(payloads, sent);
          assert.deepEqual([decoder.failed, decoder.pendingBytes], [true, 0]);
        },
      ),
    RUNS,
  );

  fuzzes(
    "never throws and never holds more than a frame, whatever arrives",
    () =>
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        chunkSizes,
        fc.constantFrom("lines", "prefixed"),
        (bytes, sizes, framing) => {
          const { payloads, decoder } = decode(framing, Buffer.from(bytes), sizes);
          assert.ok(decoder.pendingBytes <= MAX_BYTES + 4);
          for (const payload of payloads) assert.ok(payload.length > 0 && payload.length <= MAX_BYTES);
        },
      ),
    RUNS,
  );

  fuzzes(
    "reads what encodeFrame writes, and prefixedToLines makes lines of the same",
    () =>
      fc.property(fc.array(fc.json(), { minLength: 1, maxLength: 8 }), (texts) => {
        const values = texts.map((text) => JSON.stringify(JSON.parse(text)));
        const prefixed = Buffer.concat(values.map((text) => encodeFrame(text, "prefixed")));
        const lines = Buffer.concat(values.map((text) => encodeFrame(text, "lines")));
        assert.deepEqual(prefixed, Buffer.concat(values.map((text) => frameOf(text, "prefixed"))));
        assert.deepEqual(prefixedToLines(prefixed), lines);
      }),
    RUNS,
  );
});

describe("encodeFrames, any texts", () => {
  const json = fc.json({ maxDepth: 2 });
  fuzzes(
    "gives the frames of each, one behind the other, in a buffer of their own",
    () =>
      fc.property(fc.array(json, { maxLength: 12 }), fc.constantFrom("lines", "prefixed"), (texts, framing) => {
        const frames = encodeFrames(texts, framing);
        const byEach = texts.map((text) => encodeFrame(text, framing));
        assert.deepEqual(Buffer.from(frames), Buffer.concat(byEach));
        assert.deepEqual(
          texts.map((text) => frameBytes(text, framing)),
          byEach.map((frame) => frame.length),
        );
        assert.equal(frames.buffer.byteLength, frames.length);
      }),
    RUNS,
  );
});
