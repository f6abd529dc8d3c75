// A process of `npm test` that runs test files one after the other: each comes as a message, its result goes back as one.
import { resolve } from "node:path";
import { format } from "node:util";
import Mocha from "mocha";

/** A test that waits for something that never comes fails after this time. */
const TIMEOUT_MS = 120_000;

const { Base, Spec } = Mocha.reporters;
const color = process.argv.includes("--colors");

/** Writes each test as it ends; what is to be said of the failures is kept for the end of the whole run. */
class LaneReporter extends Spec {
  static report = "";

  epilogue() {
    const lines = [];
    const { consoleLog } = Base;
    Base.consoleLog = (...parts) => lines.push(format(...parts));
    if (this.failures.length > 0) Base.list(this.failures);
    Base.consoleLog = consoleLog;
    LaneReporter.report = lines.join("\n");
  }
}

async function run(file) {
  const mocha = new Mocha({ timeout: TIMEOUT_MS, reporter: LaneReporter, forbidOnly: true, color });
  mocha.addFile(resolve(file));
  await mocha.loadFilesAsync();
  const skipped = [];
  const { passes, failures } = await new Promise((done) => {
    const runner = mocha.run(() => done(runner.stats));
    runner.on("pending", (test) => skipped.push(test.fullTitle()));
  });
  return { passes, failures, skipped, report: LaneReporter.report };
}

process.on("unhandledRejection", (reason) => {
  throw reason;
});
// Handles that a test left open must not keep the process alive.
process.on("disconnect", () => process.exit());
process.on("message", async (file) => process.send(await run(file)));
