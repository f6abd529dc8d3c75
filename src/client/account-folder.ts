// The folder of one account of one server on this machine: the session, unsent messages, history seen.
import { createHash } from "node:crypto";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { usernameKey } from "../protocol/text.ts";
import { makeFolder, syncFolderAsync } from "../util/durable.ts";
import { makeAccount, memoryAccount, type Account, type SavedSession, type TokenStore } from "./account.ts";
import type { ServerAddress } from "./dial.ts";
import { CacheInUseError } from "./cache-file.ts";
import { openHistoryCache } from "./history-cache.ts";
import { OutgoingQueue } from "./outgoing.ts";
import { isCount, isFlag, isText, objectOf } from "./shapes.ts";

export { memoryAccount } from "./account.ts";
export type { Account, SavedSession, TokenStore } from "./account.ts";

/** An account that was used on this machine before. */
export interface KnownAccount {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string;
  readonly usedMs: number;
}

const isKnownAccount = objectOf<KnownAccount>({
  host: isText,
  port: isCount,
  tls: isFlag,
  username: isText,
  usedMs: isCount,
});
const isSavedSession = objectOf<SavedSession>({ userId: isText, username: isText, token: isText });

/**
 * Opens the account's folder below `root`, which is made when it is missing (readable by its owner only). While another
 * process has it open, or when the disk refuses, the account works in memory and `unkeptBecause` says so.
 */
export async function openAccount(
  root: string,
  address: ServerAddress & { readonly tls: boolean },
  username: string,
): Promise<Account> {
  const folder = folderOf(root, address, username);
  try {
    makeFolder(folder);
    const cache = openHistoryCache(join(folder, "history.sqlite"));
    let outgoing: OutgoingQueue | undefined;
    try {
      outgoing = await OutgoingQueue.open(join(folder, "outgoing.jsonl"));
      await writeWhole(join(folder, "account.json"), { ...address, username, usedMs: Date.now() });
      const tokens = fileTokenStore(join(folder, "session.json"));
      const kept = { path: folder, remove: () => removeFolder(folder) };
      return makeAccount(address, username, tokens, outgoing, cache, kept);
    } catch (error) {
      await outgoing?.close();
      cache.close();
      throw error;
    }
  } catch (error) {
    const reason = error instanceof CacheInUseError ? error.message : `cannot use ${folder}: ${String(error)}`;
    return { ...(await memoryAccount(address, username)), unkeptBecause: reason };
  }
}

/** The accounts used on this machine, the latest first. Unreadable ones are left out. */
export async function knownAccounts(root: string): Promise<KnownAccount[]> {
  const folders = await readdir(root).catch(() => []);
  const accounts = await Promise.all(folders.map((folder) => readJson(join(root, folder, "account.json"))));
  return accounts.filter(isKnownAccount).toSorted((one, other) => other.usedMs - one.usedMs);
}

/** Removes everything that this machine keeps of an account that is not open. */
export async function forgetAccount(root: string, address: ServerAddress, username: string): Promise<void> {
  await removeFolder(folderOf(root, address, username));
}

function removeFolder(folder: string): Promise<void> {
  // On some systems a file that a scanner looks at cannot be removed just then.
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function folderOf(root: string, address: ServerAddress, username: string): string {
  const key = `${address.host.toLowerCase()}:${address.port}\n${usernameKey(username)}`;
  // A hash: names may be longer, as a path, than a file system takes.
  return join(root, createHash("sha256").update(key).digest("hex").slice(0, 32));
}

/** A session in a file that its owner alone can read. */
function fileTokenStore(file: string): TokenStore {
  return {
    load: async () => {
      const value = await readJson(file);
      return isSavedSession(value) ? value : undefined;
    },
    save: (session) => writeWhole(file, session),
    clear: () => rm(file, { force: true }),
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Puts a file in its place in one step: a crash leaves the old one or the new one. */
async function writeWhole(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.new`;
  await rm(temporary, { force: true }); // one left by a crash may have another mode
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(value) + "\n");
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncFolderAsync(join(file, ".."));
}
