// CPU cores that server and load engines run on.
import { availableParallelism } from "node:os";
import { findProgram } from "./programs.ts";

/** Cores by part; undefined where the system decides. */
export interface Cores {
  readonly server: number | undefined;
  readonly engine: number | undefined;
}

/** Server on core 0, engines on core 1, where there are two cores and `taskset`. */
export function chooseCores(pin: boolean): Cores {
  const possible = pin && availableParallelism() >= 2 && findProgram("taskset") !== undefined;
  return possible ? { server: 0, engine: 1 } : { server: undefined, engine: undefined };
}

/** The command line that runs `command` on one core. */
export function pinned(core: number | undefined, command: readonly string[]): readonly string[] {
  return core === undefined ? command : ["taskset", "-c", String(core), ...command];
}
