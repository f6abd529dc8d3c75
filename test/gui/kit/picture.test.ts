// Pictures as cameras write them: upright whatever way the camera was held, and refused with the reason.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../support/qt.ts";

const { GlobalColor, QColor, QImage, QImageFormat, QPainter } = await import("@nodegui/nodegui");
const { squarePicture } = await import("../../../gui/kit/picture.ts");

const COLORS = ["#ff0000", "#00ff00", "#0000ff", "#ffff00"] as const;
const SIDE = 64;

/** Where the corners of the stored picture (above left, above right, below left, below right) belong, as TIFF 6.0 says. */
const CORNERS: Readonly<Record<number, readonly [number, number, number, number]>> = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [3, 2, 1, 0],
  4: [2, 3, 0, 1],
  5: [0, 2, 1, 3],
  6: [1, 3, 0, 2],
  7: [3, 1, 2, 0],
  8: [2, 0, 3, 1],
};

describe("squarePicture", () => {
  const folder = mkdtempSync(join(tmpdir(), "messenger-picture-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A JPEG with a colour in each corner, and the note of a camera how it was held. */
  function photo(orientation: number): string {
    const image = new QImage(SIDE, SIDE, QImageFormat.RGB32);
    const painter = new QPainter(image);
    for (const [index, color] of COLORS.entries())
      painter.fillRect(
        (index % 2) * (SIDE / 2),
        Math.floor(index / 2) * (SIDE / 2),
        SIDE / 2,
        SIDE / 2,
        new QColor(color),
      );
    painter.end();
    const file = join(folder, `${orientation}.jpg`);
    assert.ok(image.save(file, "JPG", 95));
    const tiff = Buffer.from([
      0x4d,
      0x4d,
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      orientation,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
    const content = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
    const head = Buffer.from([0xff, 0xe1, 0, content.length + 2]);
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 2), head, content, bytes.subarray(2)]));
    return file;
  }

  for (const [orientation, places] of Object.entries(CORNERS))
    it(`puts a photograph of orientation ${orientation} upright`, () => {
      const image = squarePicture(photo(Number(orientation)), SIDE);
      const seen = [0, 1, 2, 3].map((place) => {
        const color = image.pixelColor(16 + (place % 2) * 32, 16 + Math.floor(place / 2) * 32);
        return COLORS.findIndex((one) => {
          const wanted = new QColor(one);
          const parts = [color.red() - wanted.red(), color.green() - wanted.green(), color.blue() - wanted.blue()];
          return parts.every((part) => Math.abs(part) < 40);
        });
      });
      const expected: number[] = [];
      for (const [corner, place] of places.entries()) expected[place] = corner;
      assert.deepEqual(seen, expected);
    });

  it("says that a picture is too large, with its size", () => {
    const file = join(folder, "large.png");
    const image = new QImage(9000, 9000, QImageFormat.Mono);
    image.fill(GlobalColor.black);
    assert.ok(image.save(file, "PNG"));
    assert.throws(() => squarePicture(file, SIDE), /too large \(9,000 × 9,000 pixels; at most 64 million are read\)/);
  });

  it("says that a file is no picture", () => {
    const file = join(folder, "text.jpg");
    writeFileSync(file, "this is no picture");
    assert.throws(() => squarePicture(file, SIDE), /not a picture that can be read/);
  });
});
