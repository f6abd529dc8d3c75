// Pictures from files as upright squares: the way up that the camera has noted is heeded, which Qt's wrapper does not do.
import {
  AspectRatioMode,
  QColor,
  QImage,
  QImageFormat,
  QPainter,
  RenderHint,
  TransformationMode,
} from "@nodegui/nodegui";
import { imageSize } from "image-size";
import { readFileSync, statSync } from "node:fs";

const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Qt decodes to 256 MiB at most, at 4 bytes a pixel. */
const MAX_PIXELS = 64 * 1024 * 1024;

/** Why a file cannot be taken; the message is for people and goes on from "The picture …: ". */
export class PictureProblem extends Error {
  override readonly name = "PictureProblem";
}

/** The middle of a picture file, upright, as a square with sides of at most `maxSidePx`. Throws PictureProblem. */
export function squarePicture(file: string, maxSidePx: number): QImage {
  if (statSync(file).size > MAX_FILE_BYTES) throw new PictureProblem("the file is larger than 64 MiB");
  const head = sizeOf(readFileSync(file));
  if (head && head.width * head.height > MAX_PIXELS) {
    const pixels = `${head.width.toLocaleString("en")} × ${head.height.toLocaleString("en")} pixels`;
    throw new PictureProblem(`it is too large (${pixels}; at most 64 million are read)`);
  }
  const image = new QImage(file);
  if (image.isNull()) throw new PictureProblem("this file is not a picture that can be read");
  const middle = cropToSquare(image);
  const side = Math.min(maxSidePx, middle.width());
  const square = middle.scaled(side, side, AspectRatioMode.KeepAspectRatio, TransformationMode.SmoothTransformation);
  return upright(square, head?.orientation ?? 1);
}

function sizeOf(bytes: Uint8Array): ReturnType<typeof imageSize> | undefined {
  try {
    return imageSize(bytes);
  } catch {
    return undefined; // it throws errors of many kinds for what it does not know; Qt may know it
  }
}

/** The largest square in the middle of a picture. */
function cropToSquare(image: QImage): QImage {
  const side = Math.min(image.width(), image.height());
  return image.copy(Math.floor((image.width() - side) / 2), Math.floor((image.height() - side) / 2), side, side);
}

/** By the number of EXIF's tag 274: is the picture to be mirrored, and then turned clockwise by how many degrees. */
const TURNS: Readonly<Record<number, { readonly isMirrored: boolean; readonly degrees: number }>> = {
  2: { isMirrored: true, degrees: 0 },
  3: { isMirrored: false, degrees: 180 },
  4: { isMirrored: true, degrees: 180 },
  5: { isMirrored: true, degrees: 270 },
  6: { isMirrored: false, degrees: 90 },
  7: { isMirrored: true, degrees: 90 },
  8: { isMirrored: false, degrees: 270 },
};

function upright(square: QImage, orientation: number): QImage {
  const turn = TURNS[orientation];
  if (!turn) return square;
  const side = square.width();
  const image = new QImage(side, side, QImageFormat.ARGB32_Premultiplied);
  image.fill(new QColor(0, 0, 0, 0));
  const painter = new QPainter(image);
  try {
    painter.setRenderHint(RenderHint.SmoothPixmapTransform);
    painter.translate(side / 2, side / 2);
    painter.rotate(turn.degrees);
    painter.translate(-side / 2, -side / 2);
    painter.drawImage(0, 0, turn.isMirrored ? square.mirrored(true, false) : square);
  } finally {
    painter.end();
  }
  return image;
}
