// One figure of the last 10 minutes as curves, painted by Qt.
import {
  PenStyle,
  QBrush,
  QColor,
  QFont,
  QFontMetrics,
  QFontWeight,
  QMouseEvent,
  QPainter,
  QPainterPath,
  QPen,
  QWidget,
  RenderHint,
  WidgetEventTypes,
} from "@nodegui/nodegui";
import { niceCeiling, WINDOW_MS, type AdminSamples, type Figure } from "../../src/client/models/admin-samples.ts";
import { duration } from "../../src/util/quantities.ts";
import type { Colors } from "../kit/colors.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";

export interface Line {
  /** Shown in the legend when there is more than one line. */
  readonly name: string;
  readonly figure: Figure;
  readonly tone: "accent" | "danger" | "online";
}

export interface CurveOptions {
  readonly theme: Theme;
  readonly samples: AdminSamples;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** The scale ends at a round number of these; 1 if not given. */
  readonly unit?: number;
}

const MIN_HEIGHT_PX = 128;
const PAD_PX = 12;
const TITLE_PX = 24;
/** Room for the times below. */
const FOOT_PX = 20;
const RADIUS_PX = 10;
/** One step of a curve on the screen. */
const STEP_PX = 2;
const FILL_ALPHA = 40;

const SCALE_TEXTS = [`${WINDOW_MS / 60_000} min ago`, `${WINDOW_MS / 120_000} min`, "now"] as const;

/** The step under the mouse. */
interface Pointed {
  readonly index: number;
  readonly x: number;
  readonly text: string;
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class CurveView {
  readonly widget = new QWidget();
  readonly #options: CurveOptions;
  #endMs = 0;
  /** Of the mouse; undefined while it is elsewhere. */
  #mouseX: number | undefined;
  #shown = "";

  constructor(options: CurveOptions) {
    this.#options = options;
    this.widget.setMinimumSize(200, MIN_HEIGHT_PX);
    this.widget.setAccessibleName(options.title);
    this.widget.addEventListener(
      WidgetEventTypes.Paint,
      guard(() => this.#paint()),
    );
    this.widget.setMouseTracking(true);
    this.widget.addEventListener(
      WidgetEventTypes.MouseMove,
      guard((event) => event && this.#point(new QMouseEvent(event).x())),
    );
    this.widget.addEventListener(
      WidgetEventTypes.Leave,
      guard(() => this.#point(undefined)),
    );
  }

  /** The values as they were painted last, and how long ago those are that the mouse is on. */
  get shown(): string {
    return this.#shown;
  }

  #point(x: number | undefined): void {
    this.#mouseX = x;
    this.widget.update();
  }

  /** Draws the curves again, up to a time in Unix milliseconds. */
  update(endMs: number): void {
    this.#endMs = endMs;
    this.widget.update();
  }

  #paint(): void {
    const painter = new QPainter(this.widget);
    try {
      painter.setRenderHint(RenderHint.Antialiasing, true);
      painter.setRenderHint(RenderHint.TextAntialiasing, true);
      this.#draw(painter, this.widget.width(), this.widget.height());
    } finally {
      painter.end(); // a painter that stays open would spoil all later ones
    }
  }

  #draw(painter: QPainter, width: number, height: number): void {
    const { theme, samples, lines, title, format, unit = 1 } = this.#options;
    const { colors, textPx } = theme;
    painter.setPen(PenStyle.NoPen);
    painter.setBrush(new QColor(colors.field));
    painter.drawRoundedRectF(0, 0, width, height, RADIUS_PX, RADIUS_PX);
    const area = {
      left: PAD_PX,
      top: PAD_PX + TITLE_PX,
      width: width - 2 * PAD_PX,
      height: height - TITLE_PX - PAD_PX - FOOT_PX,
    };
    const count = Math.max(10, Math.floor(area.width / STEP_PX));
    const curves = lines.map(({ figure }) => samples.curve(figure, count, this.#endMs));
    const highest = Math.max(0, ...curves.flat().filter((value) => value !== null));
    const scale = niceCeiling(highest / unit) * unit;
    const pointed = this.#pointed(area, count);
    this.#drawGrid(painter, area, format(scale), pointed);
    lines.forEach(({ tone }, index) => drawCurve(painter, area, curves[index] ?? [], scale, colors[tone]));
    drawText(painter, title, PAD_PX, PAD_PX + textPx - 2, textPx - 1, colors.text, true);
    const { last } = samples;
    const values = lines.map(({ figure }, index) => {
      if (pointed) return nearest(curves[index] ?? [], pointed.index);
      return last === undefined ? null : figure(last);
    });
    this.#drawValues(painter, width, values);
    this.#shown = `${values.map((value) => (value === null ? "–" : format(value))).join(", ")}${pointed ? ` ${pointed.text}` : ""}`;
  }

  /** The step of the curves that the mouse is on. */
  #pointed({ left, width }: Area, count: number): Pointed | undefined {
    if (this.#mouseX === undefined) return undefined;
    const part = Math.max(0, Math.min(1, (this.#mouseX - left) / width));
    return {
      index: Math.round(part * (count - 1)),
      x: left + part * width,
      text: `${duration((1 - part) * WINDOW_MS)} ago`,
    };
  }

  /** At the upper right, in the lines' colours. */
  #drawValues(painter: QPainter, width: number, values: readonly (number | null)[]): void {
    const { theme, lines, format } = this.#options;
    const { colors, textPx } = theme;
    let right = width - PAD_PX;
    for (const [index, { name, tone }] of [...lines.entries()].reverse()) {
      const value = values[index] ?? null;
      const shown = value === null ? "–" : format(value);
      const text = lines.length > 1 ? `${name} ${shown}` : shown;
      right -= textWidth(text, textPx - 1, true);
      drawText(painter, text, right, PAD_PX + textPx - 2, textPx - 1, colors[tone], true);
      right -= 12;
    }
  }

  #drawGrid(painter: QPainter, area: Area, scaleText: string, pointed: Pointed | undefined): void {
    const { left, top, width, height } = area;
    const { colors, textPx } = this.#options.theme;
    painter.setPen(penOf(colors.fieldBorder, 1));
    for (const part of [0, 0.5, 1]) {
      const y = Math.round(top + height * part) + 0.5;
      painter.drawLineF(left, y, left + width, y);
    }
    if (pointed) {
      painter.drawLineF(pointed.x, top, pointed.x, top + height);
      this.#drawTimes(painter, area, [pointed.text], pointed.x);
    } else this.#drawTimes(painter, area, SCALE_TEXTS);
    drawText(painter, scaleText, left + 2, top + textPx - 2, textPx - 4, colors.faint, false);
  }

  /** Below the curves, from the first minute to the last; one text alone stands below `x`. */
  #drawTimes(painter: QPainter, area: Area, texts: readonly string[], x = 0): void {
    const { left, top, width, height } = area;
    const { colors, textPx } = this.#options.theme;
    texts.forEach((text, index) => {
      const room = width - textWidth(text, textPx - 4, false);
      const place = texts.length > 1 ? (index / (texts.length - 1)) * room : (room * (x - left)) / width;
      drawText(painter, text, left + place, top + height + textPx, textPx - 4, colors.faint, false);
    });
  }
}

function drawCurve(
  painter: QPainter,
  { left, top, width, height }: Area,
  values: readonly (number | null)[],
  scale: number,
  color: string,
): void {
  const step = width / Math.max(1, values.length - 1);
  const bottom = top + height;
  for (const run of runsOf(values)) {
    const at = (index: number): number => left + index * step;
    const yOf = (value: number): number => bottom - (Math.min(value, scale) / scale) * height;
    const path = new QPainterPath();
    path.moveTo(at(run.from), yOf(run.values[0] ?? 0));
    run.values.forEach((value, index) => path.lineTo(at(run.from + index), yOf(value)));
    const filled = new QPainterPath();
    filled.addPath(path);
    filled.lineTo(at(run.from + run.values.length - 1), bottom);
    filled.lineTo(at(run.from), bottom);
    filled.closeSubpath();
    painter.fillPath(filled, new QBrush(faded(color)));
    painter.strokePath(path, penOf(color, 2));
  }
}

/** The value of a step, or of the one before or after it: see `runsOf`. */
function nearest(values: readonly (number | null)[], index: number): number | null {
  return values[index] ?? values[index - 1] ?? values[index + 1] ?? null;
}

/** The stretches without gaps. A step or two without a value are no gap: samples and steps do not fall together. */
function runsOf(values: readonly (number | null)[]): { readonly from: number; readonly values: number[] }[] {
  const runs: { from: number; values: number[] }[] = [];
  let lastIndex = -Infinity;
  values.forEach((value, index) => {
    if (value === null) return;
    const run = runs.at(-1);
    const missing = index - lastIndex - 1;
    if (run === undefined || missing > 2) runs.push({ from: index, values: [value] });
    else run.values.push(...Array.from({ length: missing }, () => value), value);
    lastIndex = index;
  });
  return runs;
}

const fonts = new Map<string, QFont>();

function fontOf(px: number, isBold: boolean): QFont {
  const key = `${px} ${isBold}`;
  let font = fonts.get(key);
  if (!font) {
    font = new QFont("Noto Sans");
    font.setPixelSize(px);
    if (isBold) font.setWeight(QFontWeight.DemiBold);
    fonts.set(key, font);
  }
  return font;
}

function textWidth(text: string, px: number, isBold: boolean): number {
  return new QFontMetrics(fontOf(px, isBold)).horizontalAdvance(text);
}

function drawText(
  painter: QPainter,
  text: string,
  x: number,
  baseline: number,
  px: number,
  color: Colors["text"],
  isBold: boolean,
): void {
  painter.setFont(fontOf(px, isBold));
  painter.setPen(new QColor(color));
  painter.drawText(Math.round(x), Math.round(baseline), text);
}

function penOf(color: string, widthPx: number): QPen {
  const pen = new QPen();
  pen.setColor(new QColor(color));
  pen.setWidth(widthPx);
  return pen;
}

function faded(color: string): QColor {
  const solid = new QColor(color);
  return new QColor(solid.red(), solid.green(), solid.blue(), FILL_ALPHA);
}
