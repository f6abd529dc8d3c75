// A thread for tests that goes on loading until a file is there, and leaves a file for each thread that has loaded.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { threadId, workerData } from "node:worker_threads";

const { folder } = workerData as { readonly folder: string };
while (!existsSync(join(folder, "gate"))) await pause(5);
writeFileSync(join(folder, `loaded-${threadId}`), "");

export default function run(task: "answer" | "die"): string {
  if (task === "die") process.exit(1);
  return "answer";
}
