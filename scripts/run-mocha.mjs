// A run of mocha on the given files in this process, with its counts for test.mjs to add up: run-mocha.mjs COUNTS FILE…
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import Mocha from "mocha";

/** A test that waits for something that never comes fails after this time. */
const TIMEOUT_MS = 120_000;

const [countsFile, ...files] = process.argv.slice(2);
const mocha = new Mocha({ timeout: TIMEOUT_MS, reporter: process.env.CI ? "dot" : "spec", forbidOnly: true });
for (const file of files) mocha.addFile(resolve(file));
await mocha.loadFilesAsync();
const skipped = [];
const runner = mocha.run(() => {
  const { passes, failures } = runner.stats;
  writeFileSync(countsFile, JSON.stringify({ passes, failures, skipped }));
  // Handles that a test left open must not keep the run alive.
  process.exit(failures > 0 ? 1 : 0);
});
runner.on("pending", (test) => skipped.push(test.fullTitle()));
process.on("unhandledRejection", (reason) => {
  throw reason;
});
