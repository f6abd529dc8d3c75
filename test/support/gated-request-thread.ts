// A request thread for tests that goes on with what was begun only when a file "gate" is there, and notes whose turn it is.
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import runTask from "../../src/threads/request-worker.ts";
import { threadSettings } from "../../src/threads/thread-settings.ts";

type Task = Parameters<typeof runTask>[0];

const { dataDir } = threadSettings();

export default async function run(task: Task): Promise<unknown> {
  const asker = askerOf(task);
  if (asker !== undefined) {
    appendFileSync(join(dataDir, "turns"), `${asker}\n`);
    while (!existsSync(join(dataDir, "gate"))) await pause(5);
  }
  return runTask(task);
}

/** Who goes on with something: a user, or the administrator, by what is looked up. */
function askerOf(task: Task): string | undefined {
  if ("payloads" in task && task.continuation !== undefined) return task.identity?.username;
  if (!("lookUp" in task)) return undefined;
  const { lookUp, data } = task;
  const isContinued = (lookUp === "search" || lookUp === "searchAll") && "place" in data && data.place !== undefined;
  return isContinued ? lookUp : undefined;
}
