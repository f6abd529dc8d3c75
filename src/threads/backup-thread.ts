// The backup thread: makes a backup, or opens those there are and counts. One thread for each order, so that
// neither the gateway nor a request thread stands still for it.
import { parentPort, workerData } from "node:worker_threads";
import { backupStore, countBackup } from "../store/backup.ts";
import { StoreOpenError } from "../store/store.ts";
import type { BackupOrder, BackupReply } from "./backups.ts";

const order = workerData as BackupOrder; // backups.ts gives nothing else

function reply(message: BackupReply): void {
  parentPort?.postMessage(message);
}

async function make(storeUrl: string, dataDir: string, file: string): Promise<void> {
  let told = -1;
  try {
    const summary = await backupStore(storeUrl, { dataDir }, file, ({ doneShare }) => {
      const percent = Math.floor(doneShare * 100);
      if (percent > told) reply({ kind: "progress", percent: (told = percent) });
    });
    reply({ kind: "counts", users: summary.userCount, messages: summary.messageCount });
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error;
    reply({ kind: "refused", reason: error.message });
  }
}

async function count(file: string): Promise<void> {
  try {
    const { userCount, messageCount } = await countBackup(file);
    reply({ kind: "counts", users: userCount, messages: messageCount });
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error;
    reply({ kind: "refused", reason: error.message });
  }
}

await (order.kind === "make" ? make(order.storeUrl, order.dataDir, order.file) : count(order.file));
