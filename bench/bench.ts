// One run of the bench: every scenario against every target, and the result files.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import type { EngineProgram } from "./engine/engine-process.ts";
import { chooseCores, type Cores } from "./measure/pinning.ts";
import { markdownTables } from "./report/markdown.ts";
import type { Machine, ResultRow, RunResult } from "./report/result.ts";
import type { BenchOptions, Scenario, ScenarioContext, Startable, Started } from "./scenarios/scenario.ts";
import type { RunningTarget, Target } from "./targets/target.ts";

/** Load average from which on a run is not to be trusted: something else is using a core. */
const BUSY_LOAD = 0.5;

/** A run as asked for. */
export interface BenchRun {
  readonly options: BenchOptions;
  readonly scenarios: readonly Scenario[];
  readonly targets: readonly Target[];
  /** Each scenario and target is measured this often, one after the other in turn. */
  readonly runCount: number;
  readonly program: EngineProgram;
  readonly pin: boolean;
  /** Folder for the result files; undefined writes none. */
  readonly outFolder: string | undefined;
  progress(line: string): void;
}

/**
 * Measures and returns the result; its files are written again with each row. A target that is missing is left out with a
 * word.
 */
export async function runBench(run: BenchRun): Promise<RunResult> {
  const cores = chooseCores(run.pin);
  const context = contextOf(run, cores);
  const startedAt = new Date();
  const [loadBefore = 0] = loadavg();
  if (loadBefore > BUSY_LOAD)
    run.progress(`the machine is busy (load ${loadBefore.toFixed(1)}): figures will be wrong`);
  const rows: ResultRow[] = [];
  const result: RunResult = {
    version: 1,
    startedAt: startedAt.toISOString(),
    commit: commit(),
    machine: machine(run.program, cores, loadBefore),
    rows,
  };
  const targets = run.targets.filter((target) => {
    const missing = target.missing();
    if (missing !== undefined) run.progress(`${target.name}: left out, ${missing}`);
    return missing === undefined;
  });
  for (let turn = 1; turn <= run.runCount; turn += 1) {
    for (const scenario of run.scenarios) {
      for (const target of targets.filter(({ name }) => scenario.forPeers || name === "messenger")) {
        run.progress(`run ${turn} of ${run.runCount}: ${scenario.name}, ${target.name}`);
        try {
          for await (const row of scenario.run(context, target)) {
            rows.push({ ...row, parameters: { ...row.parameters, ...target.parameters } });
            if (run.outFolder !== undefined) writeResult(run.outFolder, result); // what follows may be broken off
          }
        } catch (error) {
          if (target.name === "messenger") throw error;
          // what a peer cannot do must not cost the other figures
          run.progress(`${target.name}: given up, ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }
  }
  return result;
}

function contextOf({ options, program, progress }: BenchRun, cores: Cores): ScenarioContext {
  return {
    options,
    program,
    cores,
    heldRates: new Map(),
    progress,
    start: (target, clientCount) => startInFolder(target, clientCount, cores),
  };
}

async function startInFolder<Running extends RunningTarget>(
  target: Startable<Running>,
  clientCount: number,
  cores: Cores,
): Promise<Started<Running>> {
  const folder = mkdtempSync(join(tmpdir(), "messenger-bench-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // also when the bench is broken off
  try {
    const running = await target.start({ clientCount, cores, folder });
    return {
      running,
      close: async () => {
        await running.close();
        process.off("exit", remove);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function writeResult(folder: string, result: RunResult): void {
  mkdirSync(folder, { recursive: true });
  const name = `bench-${result.startedAt.replaceAll(/[:.]/g, "-")}`;
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(result, undefined, 1) + "\n");
  writeFileSync(join(folder, `${name}.md`), markdownTables(result));
}

function machine(program: EngineProgram, cores: Cores, loadBefore: number): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    coreCount: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    engine: program.name,
    pinned: cores.server !== undefined,
    loadBefore,
  };
}

/** The commit of the checkout that runs, with `+` when it was changed; empty outside of one. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") ? "+" : "");
  } catch {
    return "";
  }
}
