// Pictures from files, upright, and squares of them: the way up that the camera has noted is heeded, which Qt's wrapper does not do.
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

/** Which square of a picture is meant; by default the largest one in its middle. */
export interface Cut {
  /** From 0, at the left or upper edge, to 1, at the right or lower one. */
  readonly x: number;
  readonly y: number;
  /** Of the largest square; 1 is all of it. */
  readonly part: number;
}

export const MIDDLE: Cut = { x: 0.5, y: 0.5, part: 1 };

/** A square of a picture file, upright, with sides of at most `maxSidePx`. Throws PictureProblem. */
export function squarePicture(file: string, maxSidePx: number, cut = MIDDLE): QImage {
  return cutSquare(uprightPicture(file, Math.ceil(maxSidePx / cut.part)), cut, maxSidePx);
}

/** A picture file, upright; its shorter side has at most `maxShortPx`. Throws PictureProblem. */
export function uprightPicture(file: string, maxShortPx: number): QImage {
  if (statSync(file).size > MAX_FILE_BYTES) throw new PictureProblem("the file is larger than 64 MiB");
  const head = sizeOf(readFileSync(file));
  if (head && head.width * head.height > MAX_PIXELS) {
    const pixels = `${head.width.toLocaleString("en")} × ${head.height.toLocaleString("en")} pixels`;
    throw new PictureProblem(`it is too large (${pixels}; at most 64 million are read)`);
  }
  const image = new QImage(file);
  if (image.isNull()) throw new PictureProblem("this file is not a picture that can be read");
  return upright(shrunk(image, maxShortPx), head?.orientation ?? 1);
}

/** The square of a picture that `cut` means, with sides of at most `maxSidePx`. */
export function cutSquare(image: QImage, { x, y, part }: Cut, maxSidePx: number): QImage {
  const side = Math.max(1, Math.round(Math.min(image.width(), image.height()) * part));
  const left = Math.round((image.width() - side) * x);
  const top = Math.round((image.height() - side) * y);
  return shrunk(image.copy(left, top, side, side), maxSidePx);
}

function shrunk(image: QImage, maxShortPx: number): QImage {
  const [width, height] = [image.width(), image.height()];
  const factor = maxShortPx / Math.min(width, height);
  if (factor >= 1) return image;
  const sizes = [width, height].map((side) => Math.max(1, Math.round(side * factor))) as [number, number];
  return image.scaled(...sizes, AspectRatioMode.IgnoreAspectRatio, TransformationMode.SmoothTransformation);
}

function sizeOf(bytes: Uint8Array): ReturnType<typeof imageSize> | undefined {
  try {
    return imageSize(bytes);
  } catch {
    return undefined; // it throws errors of many kinds for what it does not know; Qt may know it
  }
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

function upright(image: QImage, orientation: number): QImage {
  const turn = TURNS[orientation];
  if (!turn) return image;
  const [width, height] = [image.width(), image.height()];
  const isAcross = turn.degrees % 180 !== 0;
  const turned = new QImage(isAcross ? height : width, isAcross ? width : height, QImageFormat.ARGB32_Premultiplied);
  turned.fill(new QColor(0, 0, 0, 0));
  const painter = new QPainter(turned);
  try {
    painter.setRenderHint(RenderHint.SmoothPixmapTransform);
    painter.translate(turned.width() / 2, turned.height() / 2);
    painter.rotate(turn.degrees);
    painter.translate(-width / 2, -height / 2);
    painter.drawImage(0, 0, turn.isMirrored ? image.mirrored(true, false) : image);
  } finally {
    painter.end();
  }
  return turned;
}
