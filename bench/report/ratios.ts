// How our server compares with the others of the same run, as ratios: they survive a change of machine.
import type { ResultRow } from "./result.ts";
import { groupRuns, median } from "./runs.ts";

const OWN = "messenger";
/** What must be the same on both sides of a ratio. */
const ALIKE = ["clients", "search", "tls"];
/** Figures that are compared, and how the column is called. */
const COMPARED = {
  deliveriesPerSec: "deliveries/s",
  bytesPerSec: "bytes/s",
  medianMs: "median",
  p99Ms: "p99",
} as const;

/** A table of our figures divided by each other target's, by number of clients; "" when there is nothing to compare. */
export function ratioTable(rows: readonly ResultRow[]): string {
  const fanOut = groupRuns(rows.filter(({ scenario }) => scenario === "fan-out"));
  const own = fanOut.filter(([first]) => first?.target === OWN);
  const others = fanOut.filter(([first]) => first?.target !== OWN);
  const lines = own.flatMap((ownRuns) => {
    const parameters = ownRuns[0]?.parameters ?? {};
    const { clients, search } = parameters;
    return others
      .filter(([first]) => ALIKE.every((name) => first?.parameters[name] === parameters[name]))
      .map((runs) => `| ${[clients, search, runs[0]?.target, ...ratios(ownRuns, runs)].join(" | ")} |`);
  });
  if (lines.length === 0) return "";
  const header = ["clients", "at", `${OWN} divided by`, ...Object.values(COMPARED)];
  return ["### Ratios", "", `| ${header.join(" | ")} |`, `|${" --- |".repeat(header.length)}`, ...lines].join("\n");
}

/** Medians of the runs, divided. */
function ratios(own: readonly ResultRow[], other: readonly ResultRow[]): string[] {
  return Object.keys(COMPARED).map((figure) => {
    const medianOf = (runs: readonly ResultRow[]): number => median(runs.map((run) => run.figures[figure] ?? 0));
    const divisor = medianOf(other);
    return divisor > 0 ? (medianOf(own) / divisor).toFixed(2) : "";
  });
}
