// Files, names and folders that outlive a power cut: what is written or named is on the disk only after a sync.
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Waits until the file is on the disk. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Error codes of a folder that cannot be synced here (no right to read it, or a file system that knows no such thing). */
const NO_FOLDER_SYNC = new Set(["EACCES", "EINVAL", "ENOSYS", "ENOTSUP", "EPERM", "EISDIR", "EROFS"]);

/** Waits until the names in the folder are on the disk, where the system can do that. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    fsyncSync(descriptor);
  } catch (error) {
    if (!isWithoutFolderSync(error)) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The same without keeping the thread waiting. */
export async function syncFolderAsync(path: string): Promise<void> {
  if (process.platform === "win32") return;
  try {
    const handle = await open(path, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!isWithoutFolderSync(error)) throw error;
  }
}

function isWithoutFolderSync(error: unknown): boolean {
  return error instanceof Error && "code" in error && NO_FOLDER_SYNC.has(String(error.code));
}

/**
 * Makes the folder and those above it that are missing (mode 700), and waits until the names of all are on the disk. Those
 * that are there may not be: whoever made them may have been killed before a sync.
 */
export function makeFolder(path: string): void {
  const last = resolve(path);
  mkdirSync(last, { recursive: true, mode: 0o700 });
  for (let folder = last; folder !== dirname(folder); folder = dirname(folder)) syncFolder(dirname(folder));
}
