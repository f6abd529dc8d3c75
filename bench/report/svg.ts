// Bar charts as SVG text: one group of bars per number of clients, one bar per target, on a logarithmic scale.
import type { ResultRow } from "./result.ts";
import { groupRuns, median, short } from "./runs.ts";

/** One bar: the median of several runs, and their range. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 860;
const LABEL_WIDTH = 200;
const VALUE_WIDTH = 90;
const BAR_HEIGHT = 18;
const BAR_GAP = 6;
const GROUP_GAP = 34;
const TOP = 50;
const BOTTOM = 30;
const PLOT_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
/** Our own server stands out; colours that people with colour blindness tell apart. */
const OWN_COLOUR = "#0072b2";
const OTHER_COLOUR = "#b8b8b8";

/** The rows of one scenario as groups of bars of one figure, largest bar first. */
export function barGroups(rows: readonly ResultRow[], scenario: string, figure: string): BarGroup[] {
  const wanted = rows.filter((row) => row.scenario === scenario && (row.figures[figure] ?? 0) > 0);
  const counts = [...new Set(wanted.map((row) => Number(row.parameters["clients"])))].toSorted((a, b) => a - b);
  return counts.map((count) => {
    const ofCount = wanted.filter((row) => Number(row.parameters["clients"]) === count);
    const bars = groupRuns(ofCount).map((runs): Bar => {
      const values = runs.map((run) => run.figures[figure] ?? 0);
      const label = runs[0]?.target ?? "";
      return { label, value: median(values), least: Math.min(...values), most: Math.max(...values) };
    });
    return { title: `N = ${count}`, bars: bars.toSorted((one, other) => other.value - one.value) };
  });
}

/** The whole picture; `title` says what the figure is and its unit. Empty groups make an empty picture. */
export function barChart(title: string, groups: readonly BarGroup[]): string {
  const values = groups.flatMap(({ bars }) => bars.flatMap(({ least, most }) => [least, most]));
  const low = 10 ** Math.floor(Math.log10(Math.min(...values, 1e12)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values, low * 10)));
  const x = (value: number): number =>
    LABEL_WIDTH + (PLOT_WIDTH * (Math.log10(value) - Math.log10(low))) / (Math.log10(high) - Math.log10(low));
  const parts: string[] = [];
  let y = TOP;
  for (const group of groups) {
    parts.push(text(12, y + 12, group.title, 'font-weight="bold"'));
    y += BAR_HEIGHT + BAR_GAP;
    for (const bar of group.bars) {
      parts.push(...barParts(bar, y, x));
      y += BAR_HEIGHT + BAR_GAP;
    }
    y += GROUP_GAP - BAR_HEIGHT;
  }
  return picture(title, y + BOTTOM, [...gridParts(low, high, y, x), ...parts]);
}

function barParts({ label, value, least, most }: Bar, y: number, x: (value: number) => number): string[] {
  const colour = label === "messenger" ? OWN_COLOUR : OTHER_COLOUR;
  const middle = y + BAR_HEIGHT / 2;
  const rect = `<rect x="${LABEL_WIDTH}" y="${y}" width="${round(x(value) - LABEL_WIDTH)}" height="${BAR_HEIGHT}" fill="${colour}"/>`;
  const range = `<path d="M${round(x(least))} ${middle}H${round(x(most))}" stroke="#000" stroke-width="2"/>`;
  return [
    text(LABEL_WIDTH - 8, y + 13, label, 'text-anchor="end"'),
    rect,
    ...(most > least ? [range] : []),
    text(round(x(most)) + 6, y + 13, short(value)),
  ];
}

function gridParts(low: number, high: number, bottom: number, x: (value: number) => number): string[] {
  const parts: string[] = [];
  for (let value = low; value <= high * 1.001; value *= 10) {
    const at = round(x(value));
    parts.push(`<path d="M${at} ${TOP - 10}V${bottom}" stroke="#ddd"/>`);
    parts.push(text(at, bottom + 16, short(value), 'text-anchor="middle" fill="#555"'));
  }
  return parts;
}

function picture(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
      'font-family="sans-serif" font-size="12">',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(12, 24, title, 'font-size="15" font-weight="bold"'),
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
