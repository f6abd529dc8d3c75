// Test files in several processes side by side; each process takes the next file when it is through with one.
import { fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LANE = fileURLToPath(new URL("test-lane.mjs", import.meta.url));
/** A file that takes longer hangs: mocha's own deadline does not end what never gives the processor back. */
const FILE_TIMEOUT_MS = 600_000;
/** Lines that are shown of what a process has written before it died. */
const LAST_LINES = 30;

/** Files to run. Those of a group, an object, may share a process, which gets the group's `env`. */
export class TestQueue {
  #files = [];
  #isClosed = false;
  #onChange = [];

  /** Adds files in front of those that are there: what is ready late must not begin last. */
  add(group, files) {
    this.#files.unshift(...files.map((file) => ({ file, group })));
    this.#wake();
  }

  /** Nothing more will come. */
  close() {
    this.#isClosed = true;
    this.#wake();
  }

  /** The next file, of that group if there is one; undefined when there is none any more. */
  async next(group) {
    while (this.#files.length === 0) {
      if (this.#isClosed) return undefined;
      await new Promise((wake) => this.#onChange.push(wake));
    }
    const same = this.#files.findIndex((entry) => entry.group === group);
    return this.#files.splice(Math.max(same, 0), 1)[0];
  }

  #wake() {
    for (const wake of this.#onChange.splice(0)) wake();
  }
}

/** A process for files of one group. What it and its tests write goes to a file, so that nothing mixes and nothing is lost. */
class Lane {
  group;
  #folder = mkdtempSync(join(tmpdir(), "messenger-test-"));
  #output = join(this.#folder, "output");
  #process;
  #shownLength = 0;

  constructor(group, env, args) {
    this.group = group;
    const output = openSync(this.#output, "a");
    this.#process = fork(LANE, args, {
      execArgv: ["--enable-source-maps"],
      env: { ...env, ...group.env },
      stdio: ["ignore", output, output, "ipc"],
    });
    closeSync(output);
  }

  get isAlive() {
    return this.#process.connected;
  }

  /** Runs one file; resolves with what came of it and what was written meanwhile. */
  async run(file) {
    const startMs = performance.now();
    const result = await new Promise((resolve) => {
      const timer = setTimeout(() => this.#process.kill("SIGKILL"), FILE_TIMEOUT_MS);
      const end = (outcome) => {
        clearTimeout(timer);
        this.#process.off("message", end).off("exit", onExit);
        resolve(outcome);
      };
      const onExit = (code, signal) => end(brokenOff(signal ?? `exit code ${code}`));
      this.#process.on("message", end).on("exit", onExit);
      if (this.isAlive) this.#process.send(file, (error) => error && end(brokenOff(error.message)));
      else end(brokenOff("the process had ended"));
    });
    const written = readFileSync(this.#output, "utf8");
    const output = written.slice(this.#shownLength);
    this.#shownLength = written.length;
    const report = this.isAlive ? result.report : result.report + lastLines(output);
    return { ...result, report, file, output, durationMs: performance.now() - startMs };
  }

  async end() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      if (this.isAlive) this.#process.disconnect();
      else this.#process.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Why a process has died is in the last that it wrote. */
function lastLines(output) {
  const lines = output.trimEnd().split("\n").slice(-LAST_LINES);
  return lines.map((line) => `    ${line}\n`).join("");
}

/** A process that died counts as one failure. */
function brokenOff(reason) {
  return { passes: 0, failures: 1, skipped: [], report: `  the tests broke off: ${reason}\n` };
}

/** Takes files until there are no more, `onResult` with each result; `env` and `args` are those of the processes. */
export async function runLanes(queue, { count, env, args, onResult }) {
  const runLane = async () => {
    let lane;
    for (let next = await queue.next(); next !== undefined; next = await queue.next(lane.group)) {
      if (lane !== undefined && (lane.group !== next.group || !lane.isAlive)) {
        await lane.end();
        lane = undefined;
      }
      lane ??= new Lane(next.group, env, args);
      onResult(await lane.run(next.file));
    }
    await lane?.end();
  };
  await Promise.all(Array.from({ length: count }, runLane));
}
