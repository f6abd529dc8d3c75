// Counting and cutting frames must not depend on how TCP has split the stream.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameReader, PrefixWalker, type FrameFormat } from "../../../bench/engine/frames.ts";

function prefixed(payloads: readonly string[]): Buffer {
  const frames = payloads.map((payload) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(payload));
    return Buffer.concat([length, Buffer.from(payload)]);
  });
  return Buffer.concat(frames);
}

/** The stream in pieces that end at the given places. */
function split(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].toSorted((one, other) => one - other);
  return [...places, stream.length].map((end, index) => stream.subarray(places[index - 1] ?? 0, end));
}

function read(format: FrameFormat, pieces: readonly Buffer[]): string[] {
  const frames: string[] = [];
  const reader = new FrameReader(format, (buffer, start, end) => frames.push(buffer.toString("latin1", start, end)));
  for (const piece of pieces) reader.push(piece);
  assert.equal(reader.pendingBytes, 0);
  return frames;
}

const payloads = fc.array(fc.string({ unit: "binary-ascii", maxLength: 300 }), { maxLength: 20 });
const cuts = fc.array(fc.nat(10_000), { maxLength: 30 });

describe("PrefixWalker", () => {
  it("counts the frames however the stream is split", () => {
    fc.assert(
      fc.property(payloads, cuts, (texts, places) => {
        const walker = new PrefixWalker(64, 1, () => undefined);
        for (const piece of split(prefixed(texts), places)) walker.push(piece);
        assert.equal(walker.frameCount, texts.length);
        assert.ok(walker.aligned);
      }),
    );
  });

  it("is not aligned inside a frame, and has not counted it", () => {
    const walker = new PrefixWalker(64, 1, () => undefined);
    const stream = prefixed(["one", "three"]);
    walker.push(stream.subarray(0, stream.length - 1));
    assert.equal(walker.frameCount, 1);
    assert.equal(walker.aligned, false);
  });

  it("hands on every n-th frame, whole", () => {
    const samples: string[] = [];
    const walker = new PrefixWalker(3, 2, (buffer, start, end) =>
      samples.push(buffer.toString("latin1", start + 4, end)),
    );
    walker.push(prefixed(["a", "b", "c", "d", "e", "f", "g", "h"]));
    assert.deepEqual(samples, ["b", "e", "h"]);
  });
});

describe("FrameReader", () => {
  it("gives back the prefixed frames however the stream is split", () => {
    fc.assert(
      fc.property(payloads, cuts, (texts, places) => {
        const frames = read("prefixed", split(prefixed(texts), places));
        assert.deepEqual(
          frames.map((frame) => frame.slice(4)),
          texts,
        );
      }),
    );
  });

  const streams: Readonly<Record<Exclude<FrameFormat, "prefixed">, readonly string[]>> = {
    lines: [":a!u@h PRIVMSG #bench :one\r\n", "PING x\r\n"],
    mqtt: ["\x30\x05\x00\x01bhi", `\x30\x81\x01${"x".repeat(129)}`, "\xd0\x00"],
    nats: ["MSG bench 1 5\r\nab\r\nc\r\n", "PING\r\n", "MSG bench 1 reply 0\r\n\r\n"],
    stamps: ["<message><body>~b1~", " tail</body></message><message><body>~b2~"],
  };
  for (const format of ["lines", "mqtt", "nats", "stamps"] as const) {
    it(`cuts ${format} at every byte`, () => {
      const stream = Buffer.from(streams[format].join(""), "latin1");
      for (let place = 0; place <= stream.length; place += 1) {
        assert.deepEqual(read(format, split(stream, [place])), streams[format]);
      }
    });
  }
});
