// Report of a test run: a line for each file when it is through, in the end all failures in full and the counts.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./setup.mjs";

/** Files named in the end as those that took longest. */
const SLOWEST_COUNT = 5;

export class TestReport {
  #results = [];
  #times = [];
  #isVerbose;

  /** A person reads each test; in CI a line for each file is enough, where nothing failed. */
  constructor({ isVerbose }) {
    this.#isVerbose = isVerbose;
  }

  /** Of a file: `passes` and `failures` counted, titles `skipped`, the failures' `report`, and the `output` of it all. */
  add({ file, passes, failures, skipped, report, output, durationMs }) {
    const name = relative(root, file).replace(/\.js$/, "");
    this.#results.push({ passes, failures, skipped, report: report === "" ? "" : `\n  ${name}:\n${report}` });
    const counts = failures > 0 ? `${passes} passed, ${failures} FAILED` : `${passes} passed`;
    const time = `${(durationMs / 1000).toFixed(1)} s`;
    this.#times.push({ name, time, durationMs });
    const text = output.trimEnd();
    if (this.#isVerbose || failures > 0) console.log(process.stdout.isTTY ? text : stripVTControlCharacters(text));
    console.log(`${name}: ${counts} (${time})`);
  }

  /** A failure of no test. */
  fail(report) {
    this.#results.push({ passes: 0, failures: 1, skipped: [], report });
  }

  /** Tests that could not be run. */
  skip(title) {
    this.#results.push({ passes: 0, failures: 0, skipped: [title], report: "" });
  }

  /** What Node warned of in any process, as note-warnings.mjs noted it. */
  addWarnings(file) {
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    for (const line of lines) this.fail(`  A WARNING OF NODE, WHICH IS A FAILURE: ${line}\n`);
  }

  /** Writes the end; returns the number of failures. */
  end() {
    const sum = (pick) => this.#results.reduce((total, result) => total + pick(result), 0);
    const failed = sum(({ failures }) => failures);
    if (failed > 0) {
      console.log(`\n  ${failed} failing`);
      for (const { report } of this.#results) if (report !== "") console.log(report);
    }
    for (const title of this.#results.flatMap(({ skipped }) => skipped)) console.log(`SKIPPED: ${title.toUpperCase()}`);
    const slowest = this.#times.toSorted((one, other) => other.durationMs - one.durationMs).slice(0, SLOWEST_COUNT);
    console.log(`slowest: ${slowest.map(({ name, time }) => `${name} ${time}`).join(", ")}`);
    const skipped = sum((result) => result.skipped.length);
    console.log(`${sum(({ passes }) => passes)} passed, ${failed} failed, ${skipped} skipped`);
    return failed;
  }
}
