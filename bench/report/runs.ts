// Several runs of one measurement taken together, and numbers as people read them.
import type { ResultRow } from "./result.ts";

/** Runs of one measurement have the same target and parameters; a rate that was searched for may differ. */
export function groupRuns(rows: readonly ResultRow[]): ResultRow[][] {
  const groups = new Map<string, ResultRow[]>();
  for (const row of rows) {
    const searched = String(row.parameters["search"] ?? "").startsWith("highest");
    const same = { ...row.parameters, ...(searched && { ratePerSec: 0 }) };
    const key = JSON.stringify([row.scenario, row.target, same]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Three significant digits with k, M or G. */
export function short(value: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  for (const [size, unit] of units) if (value >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
  return String(Number(value.toPrecision(3)));
}
