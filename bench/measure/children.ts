// Child processes that end with the bench, however it ends.
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

const alive = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/** As `spawn`; the child is killed when this process exits. */
export function spawnChild(command: readonly string[], options: SpawnOptions): ChildProcess {
  const [file = "", ...args] = command;
  const child = spawn(file, args, options);
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}
