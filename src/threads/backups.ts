// Backups made and counted in a thread that lives for one order.
import { Worker } from "node:worker_threads";

export type BackupOrder =
  | { readonly kind: "make"; readonly storeUrl: string; readonly dataDir: string; readonly file: string }
  | { readonly kind: "count"; readonly file: string };

export type BackupReply =
  | { readonly kind: "progress"; readonly percent: number }
  | { readonly kind: "counts"; readonly users: number; readonly messages: number }
  | { readonly kind: "refused"; readonly reason: string };

/** Content of a backup, or why it cannot be made or read. */
export type BackupOutcome =
  | { readonly done: true; readonly users: number; readonly messages: number }
  | { readonly done: false; readonly reason: string };

/** Carries out one order; rejects when the thread dies. `onProgress` is told whole percents. */
export function runBackup(
  order: BackupOrder,
  onProgress: (percent: number) => void = () => {},
): Promise<BackupOutcome> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./backup-thread.js", import.meta.url), { workerData: order });
    thread.on("message", (message: BackupReply) => {
      if (message.kind === "progress") onProgress(message.percent);
      else if (message.kind === "refused") resolve({ done: false, reason: message.reason });
      else resolve({ done: true, users: message.users, messages: message.messages });
    });
    thread.on("error", reject);
    thread.on("exit", (code) => reject(new Error(`the backup thread ended without an answer (${code})`)));
  });
}
