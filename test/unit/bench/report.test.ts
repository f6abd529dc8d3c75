// Tables and pictures from result rows.
import assert from "node:assert/strict";
import { markdownTables } from "../../../bench/report/markdown.ts";
import { parseRunResult, type ResultRow, type RunResult } from "../../../bench/report/result.ts";
import { groupRuns, median, short } from "../../../bench/report/runs.ts";
import { barChart, barGroups } from "../../../bench/report/svg.ts";

function row(target: string, clients: number, ratePerSec: number, deliveriesPerSec: number): ResultRow {
  return {
    scenario: "fan-out",
    target,
    parameters: { clients, ratePerSec, search: "highest rate with p99 <= 100 ms" },
    figures: { deliveriesPerSec, p99Ms: 12.34, lost: 0 },
    serverCpuByThread: { main: 0.97, "node#3": 0.001 },
    remarks: [],
  };
}

const machine = {
  cpu: "some CPU",
  coreCount: 2,
  memoryBytes: 1,
  kernel: "6.1",
  node: "v20",
  engine: "js",
  pinned: true,
  loadBefore: 0.1,
} as const;
const result: RunResult = {
  version: 1,
  startedAt: "2026-01-01T00:00:00.000Z",
  commit: "abc",
  machine,
  rows: [
    row("messenger", 100, 1000, 100_000),
    row("messenger", 100, 3000, 300_000),
    row("plain & <bare>", 100, 10, 1000),
  ],
};

describe("the bench's report", () => {
  it("takes runs of one measurement together though their rates were searched", () => {
    assert.deepEqual(
      groupRuns(result.rows).map((runs) => runs.length),
      [2, 1],
    );
  });

  it("shows median and range of several runs in a table", () => {
    const line = markdownTables(result)
      .split("\n")
      .find((text) => text.startsWith("| messenger"));
    assert.equal(line, "| messenger | 100 | 2 k (1 k-3 k) | 200 k (100 k-300 k) | 12.3 | 0 | main 97% |  |");
  });

  it("compares our medians with those of the others of the same number of clients", () => {
    const line = markdownTables(result)
      .split("\n")
      .find((text) => text.includes("| plain & <bare> | 200.00 |"));
    assert.equal(line, "| 100 | highest rate with p99 <= 100 ms | plain & <bare> | 200.00 |  |  | 1.00 |");
  });

  it("compares what came over TLS with what came over TLS", () => {
    const overTls = (plain: ResultRow): ResultRow => ({ ...plain, parameters: { ...plain.parameters, tls: "yes" } });
    const rows = [
      row("messenger", 100, 1000, 100_000),
      overTls(row("messenger", 100, 10, 50)),
      overTls(row("bare", 100, 10, 25)),
    ];
    const table = markdownTables({ ...result, rows });
    const ratios = table.slice(table.indexOf("### Ratios")).trimEnd().split("\n").slice(4);
    assert.deepEqual(ratios, ["| 100 | highest rate with p99 <= 100 ms | bare | 2.00 |  |  | 1.00 |"]);
  });

  it("divides the figures of a checkout by those of the one that comes first in the files", () => {
    const of = (checkout: string, { parameters, ...rest }: ResultRow): ResultRow => {
      return { ...rest, parameters: { ...parameters, checkout } };
    };
    const rows = [
      of("old", row("messenger", 100, 1000, 100_000)),
      of("new", row("messenger", 100, 900, 90_000)),
      of("new", row("messenger", 1000, 900, 90_000)),
      of("old", row("messenger", 100, 3000, 300_000)),
      row("messenger", 100, 5, 500),
    ];
    const table = markdownTables({ ...result, rows });
    const ratios = table.slice(table.indexOf("### Checkouts")).trimEnd().split("\n").slice(2);
    assert.deepEqual(ratios, [
      "| scenario | clients | at | divided by old | runs | highest rate | acknowledged/s | median | p99 | CPU | memory |",
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      "| fan-out | 100 | highest rate with p99 <= 100 ms | new | 1, 2 | 0.45 |  |  | 1.00 | 1.00 |  |",
    ]);
  });

  it("draws a bar per target with its value, and escapes its name", () => {
    const svg = barChart("title", barGroups(result.rows, "fan-out", "deliveriesPerSec"));
    assert.match(svg, /^<svg .*<\/svg>\n$/s);
    assert.match(svg, /plain &amp; &lt;bare>/);
    assert.match(svg, /N = 100/);
    assert.equal(svg.match(/<rect /g)?.length, 3); // the ground and two bars
  });

  it("reads its own files and refuses others", () => {
    assert.deepEqual(parseRunResult(JSON.stringify(result)), result);
    assert.throws(() => parseRunResult('{"version":2}'), /not a result file/);
  });

  it("knows medians and short numbers", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.deepEqual([0, 999, 1234, 56_789_000, 7e9].map(short), ["0", "999", "1.23 k", "56.8 M", "7 G"]);
  });
});
