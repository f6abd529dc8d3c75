// A request thread for tests that runs out of memory when a request says so, and then takes others along: those that
// say that they want to be there.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import runTask from "../../src/threads/request-worker.ts";
import type { LookUpTask, RequestBundle, RequestTask } from "../../src/threads/task.ts";
import { threadSettings } from "../../src/threads/thread-settings.ts";

/** There from the first death on. */
const marker = join(threadSettings().dataDir, "exhausted");
let companionCount = 0;

export default async function run(task: RequestTask | RequestBundle | LookUpTask): Promise<unknown> {
  const text = textOf(task);
  const isFirst = !existsSync(marker);
  if (isFirst) companionCount += text.split("be there").length - 1;
  if (text.includes("exhaust always") || (text.includes("exhaust once") && isFirst)) {
    while (isFirst && companionCount < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    writeFileSync(marker, "");
    exhaust();
  }
  if (text.includes("be there") && isFirst) return new Promise(() => {}); // it ends with the thread
  return runTask(task);
}

/** What the requests of a task say. */
function textOf(task: RequestTask | RequestBundle | LookUpTask): string {
  if ("bundle" in task) return task.bundle.map(textOf).join();
  return "payloads" in task ? Buffer.from(task.payloads).toString("latin1") : "";
}

/**
 * Fills the heap as code of the server could: with what it parses, in a loop without pauses. A loop around `fill` is not ended by
 * V8 from Node 24 on; and when a loop pauses, garbage may be collected between two turns, where Node 20 ends the process.
 */
function exhaust(): never {
  const kept: object[] = [];
  const text = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => index));
  for (;;) kept.push(JSON.parse(text) as object);
}
