// All fuzzers for a time, with a report of what they tried, found and reached: fuzz.mjs [SECONDS] [SEED]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { root, setUp } from "./setup.mjs";

/** Parts of src/ that the fuzzers are to reach, with the least share of lines, in percent. */
const FLOORS = { protocol: 85, workers: 85 };
const DEFAULT_SEC = 300;

const [seconds = DEFAULT_SEC, seed = Math.floor(Math.random() * 2 ** 31)] = process.argv.slice(2).map(Number);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error("usage: node scripts/fuzz.mjs [SECONDS] [SEED]");
  process.exit(2);
}
setUp("test");
const folder = mkdtempSync(join(tmpdir(), "messenger-fuzz-"));
const reportFile = join(folder, "report");
console.log(`fuzzing for ${seconds} s with seed ${seed}`);
const { status } = runFuzzers();
const fuzzers = existsSync(reportFile) ? readFileSync(reportFile, "utf8").trim().split("\n").map(JSON.parse) : [];
const isRight = [printFuzzers(), printCoverage()].every(Boolean);
rmSync(folder, { recursive: true, force: true });
process.exit(status === 0 && isRight ? 0 : 1);

/** The fuzzers are the tests that are written with `fuzzes`; they run in one process, watched by c8. */
function runFuzzers() {
  const tests = join(root, "dist", "test");
  const files = readdirSync(tests, { recursive: true })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => join(tests, name))
    .filter((file) => readFileSync(file, "utf8").includes("support/fuzz.js"));
  const c8 = join(root, "node_modules", "c8", "bin", "c8.js");
  const reports = ["--reporter", "json-summary", "--reports-dir", folder, "--temp-directory", join(folder, "v8")];
  const parts = Object.keys(FLOORS).flatMap((part) => [`dist/src/${part}/**`, `src/${part}/**`]);
  const coverage = ["--all", "--src", join(root, "dist", "src"), ...parts.flatMap((part) => ["--include", part])];
  const mocha = [process.execPath, "--enable-source-maps", join(root, "scripts", "run-mocha.mjs")];
  const args = [c8, ...reports, ...coverage, ...mocha, join(folder, "counts"), ...files];
  const env = {
    ...process.env,
    MESSENGER_FUZZ_SECONDS: String(seconds),
    MESSENGER_FUZZ_SEED: String(seed),
    MESSENGER_FUZZ_REPORT: reportFile,
  };
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env });
}

function printFuzzers() {
  console.log("\n  runs     inputs   inputs/s  seconds  500s  fuzzer");
  const codes = new Map();
  let [allInputs, allMs, failed] = [0, 0, 0];
  for (const { title, runs, inputs, timeMs, codes: answers, failure } of fuzzers) {
    const fields = [runs, inputs, Math.round((1000 * inputs) / timeMs), Math.round(timeMs / 1000), answers[500] ?? 0];
    const [a, b, c, d, e] = fields.map(String);
    console.log(`${a.padStart(6)} ${b.padStart(10)} ${c.padStart(10)} ${d.padStart(8)} ${e.padStart(5)}  ${title}`);
    allInputs += inputs;
    allMs += timeMs;
    if (failure !== undefined) failed += 1;
    for (const [code, count] of Object.entries(answers)) codes.set(code, (codes.get(code) ?? 0) + count);
  }
  const answers = [...codes].sort(([one], [other]) => one - other).map(([code, count]) => `${code}: ${count}`);
  const perSec = Math.round((1000 * allInputs) / allMs);
  console.log(`\n${allInputs} executions in ${Math.round(allMs / 1000)} s (${perSec}/s), seed ${seed}`);
  console.log(`answers by code: ${answers.join(", ")}`);
  console.log(`crashes and other failures: ${failed}, answers with code 500: ${codes.get("500") ?? 0}`);
  return fuzzers.length > 0 && failed === 0 && !codes.has("500");
}

function printCoverage() {
  const summary = JSON.parse(readFileSync(join(folder, "coverage-summary.json"), "utf8"));
  let isFine = true;
  for (const [part, floor] of Object.entries(FLOORS)) {
    const files = Object.entries(summary).filter(([file]) => isOf(part, file) && hasCode(file));
    const sum = (what) => {
      const [covered, total] = ["covered", "total"].map((key) => files.reduce((all, [, of]) => all + of[what][key], 0));
      return { percent: (100 * covered) / total, text: `${covered} of ${total} ${what}` };
    };
    const [lines, branches] = [sum("lines"), sum("branches")];
    const mark = lines.percent < floor ? `  BELOW ${floor} %` : "";
    if (lines.percent < floor) isFine = false;
    const shares = [lines, branches].map(({ percent, text }) => `${percent.toFixed(1)} % (${text})`).join(", ");
    console.log(`reached of src/${part}: ${shares}${mark}`);
  }
  return isFine;
}

function isOf(part, file) {
  return relative(root, file).startsWith(join("src", part) + sep);
}

/** False for a file of types only. */
function hasCode(file) {
  const compiled = readFileSync(join(root, "dist", relative(root, file).replace(/\.ts$/, ".js")), "utf8");
  return compiled.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "").trim() !== "export {};";
}
