// Backup of a store while a server uses it.
import { hidePassword, parseStoreUrl } from "./open.ts";
import type { OpenOptions } from "./open.ts";
import { StoreOpenError, type BackupProgress, type BackupSummary } from "./store.ts";

/**
 * Copies the embedded store that `url` names to the new file `target` (absolute), as it is at one moment; messages may be
 * committed all the while. The copy is a store like any other and has been opened, checked and counted. Rejects with
 * StoreOpenError, and then leaves no file, when that cannot be done: also for MongoDB, which has tools of its own.
 */
export async function backupStore(
  url: string,
  options: OpenOptions,
  target: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<BackupSummary> {
  const store = parseStoreUrl(url, options.dataDir);
  if (store.kind === "mongodb") {
    throw new StoreOpenError(`store ${hidePassword(url)}: messenger backup is for sqlite:FILE; use mongodump`);
  }
  const { backupSqlite } = await import("./sqlite/backup.ts");
  return backupSqlite(store.file, target, onProgress);
}

/** Opens a backup and counts what it holds; rejects with StoreOpenError when it is none or cannot be read. */
export async function countBackup(file: string): Promise<Omit<BackupSummary, "bytes">> {
  const { countSqlite } = await import("./sqlite/backup.ts");
  return countSqlite(file);
}
