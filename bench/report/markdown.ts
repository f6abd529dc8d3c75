// Result rows as Markdown tables: one table per scenario, medians and ranges over the runs of the same measurement.
import { checkoutTable, ratioTable } from "./ratios.ts";
import type { ResultRow, RunResult } from "./result.ts";
import { groupRuns, median, short } from "./runs.ts";

/** Figures shown first and in this order; the others follow as they come. */
const FIRST_FIGURES: readonly string[] = [
  "deliveriesPerSec",
  "bytesPerSec",
  "medianMs",
  "p90Ms",
  "p99Ms",
  "maxMs",
  "acknowledgedPerSec",
  "acknowledgeMedianMs",
  "acknowledgeP99Ms",
];

/** Figures that only the result files have. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "offered",
  "expected",
  "delivered",
  "acknowledged",
  "bytesPerDelivery",
  "settleMs",
  "generatorLatenessP99Ms",
  "acknowledgeP90Ms",
  "acknowledgeMaxMs",
  "serverRssBeforeBytes",
]);

/** The unit is the end of a figure's name. */
function format(name: string): (value: number) => string {
  if (name.endsWith("Ms")) return milliseconds;
  if (name.endsWith("Load")) return (value) => `${(value * 100).toFixed(0)}%`;
  return name.toLowerCase().endsWith("ratio") ? (value) => value.toFixed(2) : short;
}

function figureColumns(rows: readonly ResultRow[]): string[] {
  const there = new Set(rows.flatMap((row) => Object.keys(row.figures)));
  const all = new Set([...FIRST_FIGURES.filter((name) => there.has(name)), ...there]);
  // A column of nothing but zeros says nothing, unless it counts what may not happen.
  const says = (name: string): boolean => NEVER_ZERO.has(name) || rows.some((row) => (row.figures[name] ?? 0) !== 0);
  return [...all].filter((name) => !LEFT_OUT.has(name) && says(name));
}

const NEVER_ZERO: ReadonlySet<string> = new Set([
  "lost",
  "doubled",
  "outOfOrder",
  "differing",
  "incomplete",
  "chatWrong",
]);

/** All tables of a run, under a line that says where it was made. */
export function markdownTables(result: RunResult): string {
  const { machine } = result;
  const pinned = machine.pinned ? "server on one core, generator on another" : "not pinned";
  const head =
    `${result.startedAt}, commit ${result.commit || "unknown"}: ${machine.cpu}, ${machine.coreCount} cores (${pinned}), ` +
    `Linux ${machine.kernel}, Node ${machine.node}, generator ${machine.engine}, load before ${machine.loadBefore.toFixed(1)}`;
  const scenarios = [...new Set(result.rows.map(({ scenario }) => scenario))];
  const tables = scenarios.map((scenario) =>
    table(
      scenario,
      result.rows.filter((row) => row.scenario === scenario),
    ),
  );
  const ratios = [ratioTable(result.rows), checkoutTable(result.rows)].filter((text) => text !== "");
  return [head, ...tables, ...ratios].join("\n\n") + "\n";
}

/** One row per measurement; several runs of it are shown as `median (least-most)`. */
function table(scenario: string, rows: readonly ResultRow[]): string {
  const groups = groupRuns(rows);
  const parameters = [...new Set(rows.flatMap((row) => Object.keys(row.parameters)))].filter(
    (name) => name !== "search",
  );
  const figures = figureColumns(rows);
  const header = ["target", ...parameters, ...figures, "server CPU by thread", "remarks"];
  const lines = groups.map((runs) => {
    const [first] = runs;
    if (!first) return "";
    const cells = [
      first.target,
      ...parameters.map((name) => (name === "ratePerSec" ? rates(runs) : String(first.parameters[name] ?? ""))),
      ...figures.map((name) =>
        range(
          runs.flatMap((run) => run.figures[name] ?? []),
          format(name),
        ),
      ),
      threads(first),
      [...new Set(runs.flatMap((run) => run.remarks))].join("; "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [`### ${scenario}`, "", `| ${header.join(" | ")} |`, `|${" --- |".repeat(header.length)}`, ...lines].join(
    "\n",
  );
}

function rates(runs: readonly ResultRow[]): string {
  return range(
    runs.map((run) => Number(run.parameters["ratePerSec"] ?? 0)),
    short,
  );
}

function range(values: readonly number[], show: (value: number) => string): string {
  if (values.length === 0) return "";
  const least = show(Math.min(...values));
  const most = show(Math.max(...values));
  return least === most ? least : `${show(median(values))} (${least}-${most})`;
}

function threads(row: ResultRow): string {
  return Object.entries(row.serverCpuByThread)
    .filter(([, share]) => share >= 0.01)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, share]) => `${name} ${(share * 100).toFixed(0)}%`)
    .join(", ");
}

function milliseconds(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
