// `node dist/bench/report/draw.js FILE.json … --out CHART.svg`: draws a chart, prints the tables of all files together.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { markdownTables } from "./markdown.ts";
import { parseRunResult } from "./result.ts";
import { barChart, barGroups } from "./svg.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scenario: { type: "string", default: "fan-out" },
    figure: { type: "string", default: "deliveriesPerSec" },
    title: { type: "string" },
    out: { type: "string" },
  },
});

const results = positionals.map((file) => parseRunResult(readFileSync(file, "utf8")));
const [first] = results;
if (!first) throw new Error("name at least one result file of the bench");

const rows = results.flatMap((result) => result.rows);
process.stdout.write(markdownTables({ ...first, rows }));
if (values.out !== undefined) {
  const title = values.title ?? `${values.scenario}: ${values.figure} (logarithmic scale)`;
  writeFileSync(values.out, barChart(title, barGroups(rows, values.scenario, values.figure)));
}
