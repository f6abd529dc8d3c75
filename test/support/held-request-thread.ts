// A request thread for tests that can be held: it keeps back what it has read for as long as its data folder has a file
// `held-NAME`, and leaves a file `waits-NAME` when it does. NAME is an action, or `loginSnapshot`.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import runTask from "../../src/threads/request-worker.ts";
import { threadSettings } from "../../src/threads/thread-settings.ts";

const { dataDir } = threadSettings();
const POLL_MS = 5;
type Task = Parameters<typeof runTask>[0];

export default async function run(task: Task): Promise<unknown> {
  const result = await runTask(task);
  for (const name of namesOf(task)) {
    const [held, waits] = [join(dataDir, `held-${name}`), join(dataDir, `waits-${name}`)];
    if (existsSync(held)) writeFileSync(waits, "");
    while (existsSync(held)) await delay(POLL_MS);
    rmSync(waits, { force: true });
  }
  return result;
}

/** The actions that a task carries out. */
function namesOf(task: Task): string[] {
  if ("bundle" in task) return task.bundle.flatMap(namesOf);
  if ("lookUp" in task) return [task.lookUp];
  if (!("payloads" in task)) return [];
  return [
    ...Buffer.from(task.payloads)
      .toString()
      .matchAll(/"action":"(\w+)"/g),
  ].map(([, action = ""]) => action);
}
