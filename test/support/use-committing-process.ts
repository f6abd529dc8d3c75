// Processes that commit to a store, and end with the test.
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";

export type CommittingProcess = ChildProcessByStdio<null, Readable, null>;

const SCRIPT = join(import.meta.dirname, "committing-process.js");

/** What starts a committing process (committing-process.ts) on a store file; it is killed after the test at the latest. */
export function useCommittingProcess(): (file: string, round: number) => CommittingProcess {
  const children: CommittingProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  return (file, round) => {
    const child = spawn(process.execPath, [SCRIPT, file, String(round)], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    return child;
  };
}
