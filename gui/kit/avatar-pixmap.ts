// Round pictures of people: their own one, or initials on a colour of theirs.
import {
  AspectRatioMode,
  CompositionMode,
  ImageConversionFlag,
  PenStyle,
  QColor,
  QFont,
  QFontMetrics,
  QFontWeight,
  QImage,
  QImageFormat,
  QPainter,
  QPixmap,
  RenderHint,
  TransformationMode,
} from "@nodegui/nodegui";
import { avatarColor } from "./colors.ts";
import { PictureProblem, squarePicture } from "./picture.ts";

/** Pictures beyond this are dropped, the ones not used for the longest first. At 48 px and 2x each is 37 KB. */
const MAX_PIXMAPS = 400;
/** Larger pictures are made smaller before anything else is done with them. */
const MAX_SIDE_PX = 512;

export interface AvatarOptions {
  /** Gives the colour. */
  readonly userId: string;
  readonly name: string;
  readonly sizePx: number;
  readonly pixelRatio: number;
  /** Of the own picture; undefined shows initials. The same name is the same picture for good. */
  readonly file: string | undefined;
}

/** Keeps the pictures that it has drawn: bitmaps are invisible to V8's garbage collector. */
export class AvatarPixmaps {
  /** The latest used last. */
  readonly #pixmaps = new Map<string, QPixmap>();

  get(options: AvatarOptions): QPixmap {
    const { userId, name, sizePx, pixelRatio, file } = options;
    const key = `${sizePx} ${pixelRatio} ${file ?? `${userId} ${name}`}`;
    const pixmap = this.#pixmaps.get(key) ?? drawAvatar(options);
    this.#pixmaps.delete(key);
    this.#pixmaps.set(key, pixmap);
    const [oldest] = this.#pixmaps.keys();
    if (this.#pixmaps.size > MAX_PIXMAPS && oldest !== undefined) this.#pixmaps.delete(oldest);
    return pixmap;
  }
}

export function drawAvatar(options: AvatarOptions): QPixmap {
  const { userId, name, sizePx, pixelRatio, file } = options;
  const side = Math.round(sizePx * pixelRatio);
  const picture = file === undefined ? undefined : pictureIn(file);
  if (picture) return drawRound(picture, sizePx, pixelRatio);
  return drawDisc(sizePx, pixelRatio, avatarColor(userId), (painter) => drawInitials(painter, initials(name), side));
}

/** A square picture as a round one. */
export function drawRound(square: QImage, sizePx: number, pixelRatio: number): QPixmap {
  const side = Math.round(sizePx * pixelRatio);
  const picture = square.scaled(side, side, AspectRatioMode.IgnoreAspectRatio, TransformationMode.SmoothTransformation);
  return drawDisc(sizePx, pixelRatio, "#ffffff", (painter) => {
    painter.setCompositionMode(CompositionMode.CompositionMode_SourceIn);
    painter.drawImage(0, 0, picture);
  });
}

function drawDisc(sizePx: number, pixelRatio: number, color: string, drawOn: (painter: QPainter) => void): QPixmap {
  const side = Math.round(sizePx * pixelRatio);
  const image = new QImage(side, side, QImageFormat.ARGB32_Premultiplied);
  image.fill(new QColor(0, 0, 0, 0));
  const painter = new QPainter(image);
  try {
    painter.setRenderHint(RenderHint.Antialiasing);
    painter.setRenderHint(RenderHint.TextAntialiasing);
    painter.setPen(PenStyle.NoPen);
    painter.setBrush(new QColor(color));
    painter.drawEllipse(0, 0, side, side);
    drawOn(painter);
  } finally {
    painter.end();
  }
  const pixmap = QPixmap.fromImage(image, ImageConversionFlag.AutoColor);
  pixmap.setDevicePixelRatio(pixelRatio);
  return pixmap;
}

function drawInitials(painter: QPainter, text: string, side: number): void {
  const font = new QFont("Noto Sans");
  font.setPixelSize(Math.round(side * (text.length > 1 ? 0.38 : 0.45)));
  font.setWeight(QFontWeight.DemiBold);
  const metrics = new QFontMetrics(font);
  painter.setFont(font);
  painter.setPen(new QColor("#ffffff"));
  const width = metrics.horizontalAdvance(text);
  painter.drawText(Math.round((side - width) / 2), Math.round((side + metrics.capHeight()) / 2), text);
}

/** The file's picture; undefined when it is none. */
function pictureIn(file: string): QImage | undefined {
  try {
    return squarePicture(file, MAX_SIDE_PX);
  } catch (error) {
    if (error instanceof PictureProblem) return undefined;
    throw error;
  }
}

/** One or two letters that stand for a name: "ada.lovelace" is "AL". */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== "");
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
