// Our server beside others, or beside that of another checkout, as ratios: they survive a change of machine.
import type { ResultRow } from "./result.ts";
import { groupRuns, median } from "./runs.ts";

const OWN = "messenger";
/** Fields that must be the same on both sides of a ratio. */
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
  return Object.keys(COMPARED).map((figure) => ratio(own, other, (run) => run.figures[figure] ?? 0));
}

/** Figures in which two checkouts are compared; `CPU` is that of all threads. */
const CHECKOUT_COMPARED: Readonly<Record<string, (row: ResultRow) => number>> = {
  "highest rate": ({ parameters }) => (isSearched(parameters) ? Number(parameters["ratePerSec"]) : 0),
  "acknowledged/s": ({ figures }) => figures["acknowledgedPerSec"] ?? 0,
  median: ({ figures }) => figures["medianMs"] ?? 0,
  p99: ({ figures }) => figures["p99Ms"] ?? 0,
  CPU: ({ serverCpuByThread }) => Object.values(serverCpuByThread).reduce((sum, share) => sum + share, 0),
  memory: ({ figures }) => figures["serverRssBytes"] ?? 0,
};

/** A table of each later checkout's figures divided by those of the first one; "" when there are not two. */
export function checkoutTable(rows: readonly ResultRow[]): string {
  const groups = groupRuns(rows.filter(({ parameters }) => parameters["checkout"] !== undefined));
  const [base] = groups.flatMap(([row]) => row?.parameters["checkout"] ?? []);
  const lines = groups.flatMap((runs) => {
    const [first] = runs;
    if (first === undefined || first.parameters["checkout"] === base) return [];
    const baseRuns = groups.find(
      ([other]) => other?.parameters["checkout"] === base && other !== undefined && areAlike(first, other),
    );
    if (baseRuns === undefined) return [];
    const { clients = "", search = "", ratePerSec = "", checkout = "" } = first.parameters;
    const at = isSearched(first.parameters) ? search : `${ratePerSec} messages/s`;
    const cells = Object.values(CHECKOUT_COMPARED).map((figure) => ratio(runs, baseRuns, figure));
    return [
      `| ${[first.scenario, clients, at, checkout, `${runs.length}, ${baseRuns.length}`, ...cells].join(" | ")} |`,
    ];
  });
  if (lines.length === 0) return "";
  const header = ["scenario", "clients", "at", `divided by ${base}`, "runs", ...Object.keys(CHECKOUT_COMPARED)];
  return ["### Checkouts", "", `| ${header.join(" | ")} |`, `|${" --- |".repeat(header.length)}`, ...lines].join("\n");
}

function isSearched(parameters: ResultRow["parameters"]): boolean {
  return String(parameters["search"] ?? "").startsWith("highest");
}

/** Whether two rows are the same measurement but for the checkout. */
function areAlike(one: ResultRow, other: ResultRow): boolean {
  const key = ({ scenario, target, parameters }: ResultRow): string => {
    const { checkout: _, ratePerSec, ...rest } = parameters;
    return JSON.stringify([scenario, target, rest, isSearched(parameters) ? "" : ratePerSec]);
  };
  return key(one) === key(other);
}

/** Medians of a figure, divided; "" when it is not there. */
function ratio(own: readonly ResultRow[], other: readonly ResultRow[], figure: (row: ResultRow) => number): string {
  const divisor = median(other.map(figure));
  return divisor > 0 ? (median(own.map(figure)) / divisor).toFixed(2) : "";
}
