// A storage thread for tests that is slow to commit: for as long as its data folder has a file `held`, and by so many
// milliseconds as a file `delay` there says.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import runTask from "../../src/threads/storage-worker.ts";
import type { StorageTask } from "../../src/threads/task.ts";
import { threadSettings } from "../../src/threads/thread-settings.ts";

const { dataDir } = threadSettings();
const POLL_MS = 10;

export default async function run(task: StorageTask): Promise<unknown> {
  if (task.kind === "commit") {
    while (existsSync(join(dataDir, "held"))) await delay(POLL_MS);
    if (existsSync(join(dataDir, "delay"))) await delay(Number(readFileSync(join(dataDir, "delay"), "utf8")));
  }
  return runTask(task);
}
