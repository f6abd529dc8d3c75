// The width of texts, and texts that are cut with an ellipsis to fit.
import { QFont, QFontMetrics, QFontWeight, TextElideMode } from "@nodegui/nodegui";

const metrics = new Map<string, QFontMetrics>();

/** The text, cut with an ellipsis to a width. */
export function elided(text: string, widthPx: number, px: number, isBold: boolean): string {
  return measureOf(px, isBold).elidedText(text, TextElideMode.ElideRight, widthPx);
}

/** Of a text in one line, in pixels, at a text size of `px`. */
export function textWidth(text: string, px: number, isBold: boolean): number {
  return measureOf(px, isBold).horizontalAdvance(text, -1);
}

function measureOf(px: number, isBold: boolean): QFontMetrics {
  const key = `${px} ${isBold}`;
  let measure = metrics.get(key);
  if (!measure) {
    const font = new QFont("Noto Sans,Noto Color Emoji");
    font.setPixelSize(px);
    if (isBold) font.setWeight(QFontWeight.DemiBold);
    measure = new QFontMetrics(font);
    metrics.set(key, measure);
  }
  return measure;
}
