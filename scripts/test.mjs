// `npm test`: makes everything ready, runs all tests, and ends with one line that counts them. `npm test -- PART…` runs
// the files alone whose path has one of the parts, as in "scenario/login".
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { installCompileTools, root, setUp } from "./setup.mjs";
import { runLanes, TestQueue } from "./test-lanes.mjs";
import { TestReport } from "./test-report.mjs";

/** Begun first: a long file that begins last is waited for alone. */
const LONGEST = ["contract/mongo", "scenario/mongo/", "scenario/bench-engines", "scenario/attacks"];
/** Many tests wait for a disk or a deadline, so one process more than there are cores is of use. */
const PROCESS_COUNT = availableParallelism() + 1;

/** Files of a group may share a process; Qt chooses its display once in a process. */
const SERVER = { env: {} };
const OFFSCREEN = { env: { QT_QPA_PLATFORM: "offscreen" } };
const DISPLAY = { env: {} };

const parts = process.argv.slice(2);
const report = new TestReport({ isVerbose: process.env.CI === undefined });
const queue = new TestQueue();
installCompileTools();
const needs = prepareNeeds();
setUp("test");
const serverTests = testFiles(join(root, "dist"));
queue.add(
  SERVER,
  serverTests.filter((file) => !needsMongodb(file)),
);
needs.send("the packages are installed");

const folder = mkdtempSync(join(tmpdir(), "messenger-test-"));
const warnings = join(folder, "warnings.jsonl");
const noting = `--import=${pathToFileURL(join(root, "scripts", "note-warnings.mjs")).href}`;
const env = {
  ...process.env,
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${noting}`,
  MESSENGER_TEST_WARNINGS: warnings,
};
const args = process.stdout.isTTY ? ["--colors"] : [];
await runLanes(queue, { count: PROCESS_COUNT, env, args, onResult: (result) => report.add(result) });
report.addWarnings(warnings);
rmSync(folder, { recursive: true, force: true });
process.exit(report.end() > 0 ? 1 : 0);

/** The compiled test files below a folder of compiled files, the longest first. */
function testFiles(parent) {
  const tests = join(parent, "test");
  const rank = (name) => LONGEST.findIndex((start) => name.replaceAll(sep, "/").startsWith(start));
  const place = (name) => (rank(name) === -1 ? LONGEST.length : rank(name));
  return filesIn(tests, ".test.js")
    .filter((name) => isWanted(name) && existsSync(join(root, "test", name.replace(/\.js$/, ".ts"))))
    .toSorted((one, other) => place(one) - place(other))
    .map((name) => join(tests, name));
}

function filesIn(parent, ending) {
  return readdirSync(parent, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));
}

/** `name` is a path below the folder test. */
function isWanted(name) {
  return parts.length === 0 || parts.some((part) => name.replaceAll(sep, "/").includes(part));
}

function needsMongodb(file) {
  return readFileSync(file, "utf8").includes("support/mongodb.js");
}

/** A process that makes ready what some of the tests need; those come into the queue once it is there. */
function prepareNeeds() {
  const hasWindows = filesIn(join(root, "test", "gui"), ".test.ts").some((name) => isWanted(`gui/${name}`));
  const child = fork(join(root, "scripts", "test-needs.mjs"), hasWindows ? ["windows"] : []);
  child.on("message", ({ ready, problem }) => {
    if (ready === "mongodb") queue.add(SERVER, serverTests.filter(needsMongodb));
    if (ready === "windows") addWindows();
    if (problem === undefined) return;
    console.log(problem);
    report.skip("the tests of windows: the native parts cannot be built");
  });
  void closeQueueAfter(child);
  return child;
}

/** Not at its exit alone: messages may still be on their way then. */
async function closeQueueAfter(child) {
  const [[code]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  if (code !== 0) report.fail("  what some tests need could not be made ready, see above\n");
  queue.close();
}

/** The tests of windows: those that need no display, and those on one that is made for them. */
function addWindows() {
  const files = testFiles(join(root, "gui", "dist"));
  const isOnDisplay = (file) => file.includes(`${sep}display${sep}`);
  queue.add(
    OFFSCREEN,
    files.filter((file) => !isOnDisplay(file)),
  );
  queue.add(DISPLAY, files.filter(isOnDisplay));
}
