// Passwords a second that bcrypt alone verifies on a core: the measure for a login storm.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { doPasswordJob } from "../../src/actions/passwords.ts";
import { pinned } from "./pinning.ts";

const MEASURE_MS = 2_000;
const PASSWORD = "bench password";

/** Verified passwords a second at this cost, measured in a process of its own on the core. */
export function bcryptPerSec(cost: number, core: number | undefined): number {
  const command = pinned(core, [process.execPath, fileURLToPath(import.meta.url), String(cost)]);
  return Number(execFileSync(command[0] ?? "", command.slice(1)).toString());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cost = Number(process.argv[2]);
  const hash = doPasswordJob({ hash: PASSWORD }, cost).hash ?? "";
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < MEASURE_MS; count += 1)
    doPasswordJob({ verify: { password: PASSWORD, hash } }, cost);
  process.stdout.write(String((count * 1000) / (performance.now() - started)));
}
