// Pictures, told from other files by their bytes.
import assert from "node:assert/strict";
import { checkPicture, PictureError } from "../../../src/avatars/picture.ts";
import { MAX_AVATAR_BYTES, MAX_AVATAR_SIDE_PX } from "../../../src/protocol/limits.ts";
import { png, SAMPLES } from "../../support/pictures.ts";

function refused(bytes: Buffer, reason: RegExp): void {
  assert.throws(
    () => checkPicture(bytes),
    (error: unknown) => error instanceof PictureError && reason.test(error.message),
  );
}

describe("checkPicture", () => {
  const whole = { png: png(7, 3), ...SAMPLES };

  it("tells format and size of each kind", () => {
    assert.deepEqual(checkPicture(whole.png), { format: "png", widthPx: 7, heightPx: 3 });
    assert.deepEqual(checkPicture(whole.jpg), { format: "jpg", widthPx: 5, heightPx: 4 });
    assert.deepEqual(checkPicture(whole.jpgProgressive), { format: "jpg", widthPx: 5, heightPx: 4 });
    assert.deepEqual(checkPicture(whole.gif), { format: "gif", widthPx: 5, heightPx: 4 });
    assert.deepEqual(checkPicture(whole.webp), { format: "webp", widthPx: 5, heightPx: 4 });
    assert.deepEqual(checkPicture(whole.webpLossless), { format: "webp", widthPx: 5, heightPx: 4 });
  });

  for (const [name, bytes] of Object.entries(whole)) {
    it(`refuses every ${name} that was cut off anywhere`, () => {
      for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length), /cut off|not a /);
    });

    it(`takes a ${name} with something after its end`, () => {
      assert.doesNotThrow(() => checkPicture(Buffer.concat([bytes, Buffer.from("camera's notes")])));
    });
  }

  it("refuses what only has the beginning of a picture", () => {
    const signatures = ["\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xe0", "GIF89a", "RIFF\xff\0\0\0WEBPVP8 "];
    for (const signature of signatures) {
      refused(Buffer.concat([Buffer.from(signature, "latin1"), Buffer.alloc(500, 0x20)]), /./);
    }
    refused(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' width='5' height='5'></svg>"), /not a PNG/);
    refused(Buffer.from("BM" + "x".repeat(100)), /not a PNG/);
  });

  it("takes what the formats allow and some programs write: fill bytes of JPEG, empty blocks of GIF", () => {
    const fill = Buffer.alloc(3, 0xff);
    for (const bytes of [whole.jpg, whole.jpgProgressive]) {
      for (let offset = 2; bytes[offset + 1] !== 0xda; offset += 2 + bytes.readUInt16BE(offset + 2)) {
        const filled = Buffer.concat([bytes.subarray(0, offset), fill, bytes.subarray(offset)]);
        assert.deepEqual(checkPicture(filled), { format: "jpg", widthPx: 5, heightPx: 4 });
        for (let length = 16; length < filled.length; length++) refused(filled.subarray(0, length), /cut off|not a /);
      }
    }
    const end = whole.gif.lastIndexOf(0x3b);
    const gif = Buffer.concat([whole.gif.subarray(0, end), Buffer.alloc(2), whole.gif.subarray(end)]);
    assert.deepEqual(checkPicture(gif), { format: "gif", widthPx: 5, heightPx: 4 });
  });

  it("refuses a PNG with a flipped bit", () => {
    const bytes = Buffer.from(whole.png);
    bytes[45] = (bytes[45] ?? 0) ^ 1;
    refused(bytes, /checksum/);
  });

  it("knows the limits of size exactly", () => {
    assert.equal(checkPicture(png(MAX_AVATAR_SIDE_PX, 1)).widthPx, MAX_AVATAR_SIDE_PX);
    refused(png(MAX_AVATAR_SIDE_PX + 1, 1), /at most 4096/);
    refused(png(1, MAX_AVATAR_SIDE_PX + 1), /at most 4096/);
    const missingBytes = MAX_AVATAR_BYTES - png(1, 1, 0, 1).length + 1;
    assert.equal(png(1, 1, 0, missingBytes).length, MAX_AVATAR_BYTES);
    assert.equal(checkPicture(png(1, 1, 0, missingBytes)).widthPx, 1);
    refused(png(1, 1, 0, missingBytes + 1), /larger than/);
  });

  it("refuses a GIF whose frame is larger than its screen says", () => {
    const bytes = Buffer.from(whole.gif);
    const frame = bytes.indexOf(0x2c);
    bytes.writeUInt16LE(30_000, frame + 5);
    refused(bytes, /30000 x 4/);
  });

  it("refuses thousands of parts, which would cost much time", () => {
    const empty = Buffer.concat([Buffer.from("ABCD"), Buffer.alloc(4)]);
    const chunks = Buffer.concat([SAMPLES.webp.subarray(12), ...Array<Buffer>(5_000).fill(empty)]);
    const head = Buffer.from("RIFF....WEBP");
    head.writeUInt32LE(chunks.length + 4, 4);
    refused(Buffer.concat([head, chunks]), /too many parts/);
  });
});
