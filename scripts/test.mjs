// `npm test`: makes everything ready, runs all tests, and ends with one line that counts them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { findMongodb } from "./mongodb.mjs";
import { BuildError } from "./build-gui.mjs";
import { installDisplayTools } from "./display-tools.mjs";
import { setUpGui } from "./gui.mjs";
import { root, setUp } from "./setup.mjs";

setUp("test");
installDisplayTools();
findMongodb(); // installs a server for tests where there is none, before any test waits for it

/** All compiled test files below a folder. */
function testFiles(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return testFiles(path);
    return name.endsWith(".test.js") ? [path] : [];
  });
}

/** Runs one set of tests in a process of its own; a process that died counts as one failure. */
function runTests(files, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "messenger-test-"));
  const counts = join(folder, "counts.json");
  const warnings = join(folder, "warnings.jsonl");
  const noting = `--import=${pathToFileURL(join(root, "scripts", "note-warnings.mjs")).href}`;
  const args = ["--enable-source-maps", join(root, "scripts", "run-mocha.mjs"), counts, ...files];
  const { status, signal } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      ...env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${noting}`,
      MESSENGER_TEST_WARNINGS: warnings,
    },
  });
  if (!existsSync(counts)) console.log(`the tests broke off: ${signal ?? `exit code ${status}`}`);
  const result = existsSync(counts)
    ? JSON.parse(readFileSync(counts, "utf8"))
    : { passes: 0, failures: 1, skipped: [] };
  for (const warning of existsSync(warnings) ? readFileSync(warnings, "utf8").trim().split("\n") : []) {
    console.log(`A WARNING OF NODE, WHICH IS A FAILURE: ${warning}`);
    result.failures += 1;
  }
  rmSync(folder, { recursive: true, force: true });
  return result;
}

/** The tests of windows, where the native parts can be built: without a display, and on one that is made for them. */
async function runGuiTests() {
  try {
    await setUpGui({ withTests: true });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.log(error.message);
    return [{ passes: 0, failures: 0, skipped: ["the tests of windows: the native parts cannot be built"] }];
  }
  const files = testFiles(join(root, "gui", "dist", "test", "gui"));
  const isOnDisplay = (file) => file.includes(`${sep}display${sep}`);
  return [
    runTests(
      files.filter((file) => !isOnDisplay(file)),
      { QT_QPA_PLATFORM: "offscreen" },
    ),
    runTests(files.filter(isOnDisplay)),
  ];
}

const results = [runTests(testFiles(join(root, "dist", "test"))), ...(await runGuiTests())];
const sum = (pick) => results.reduce((total, result) => total + pick(result), 0);
for (const title of results.flatMap(({ skipped }) => skipped)) console.log(`SKIPPED: ${title.toUpperCase()}`);
const failed = sum(({ failures }) => failures);
console.log(`${sum(({ passes }) => passes)} passed, ${failed} failed, ${sum(({ skipped }) => skipped.length)} skipped`);
process.exit(failed > 0 ? 1 : 0);
