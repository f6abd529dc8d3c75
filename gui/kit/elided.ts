// Texts that are cut with an ellipsis to fit.
import { QFont, QFontMetrics, QFontWeight, TextElideMode } from "@nodegui/nodegui";

const metrics = new Map<string, QFontMetrics>();

/** The text, cut with an ellipsis to a width. */
export function elided(text: string, widthPx: number, px: number, isBold: boolean): string {
  const key = `${px} ${isBold}`;
  let measure = metrics.get(key);
  if (!measure) {
    const font = new QFont("Noto Sans,Noto Color Emoji");
    font.setPixelSize(px);
    if (isBold) font.setWeight(QFontWeight.DemiBold);
    measure = new QFontMetrics(font);
    metrics.set(key, measure);
  }
  return measure.elidedText(text, TextElideMode.ElideRight, widthPx);
}
