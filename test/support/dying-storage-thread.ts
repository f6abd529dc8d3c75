// A storage thread for tests that dies after a commit, before it has answered, as often as the file `die` of its data folder says.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import runTask from "../../src/threads/storage-worker.ts";
import type { StorageTask } from "../../src/threads/task.ts";
import { threadSettings } from "../../src/threads/thread-settings.ts";

const marker = join(threadSettings().dataDir, "die");

export default async function run(task: StorageTask): Promise<unknown> {
  const answer = await runTask(task);
  if (task.kind === "commit" && existsSync(marker)) {
    const count = Number(readFileSync(marker, "utf8"));
    if (count > 1) writeFileSync(marker, String(count - 1));
    else rmSync(marker);
    process.exit(1);
  }
  return answer;
}
