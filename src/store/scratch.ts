// A store for a trial, beside the real one: in a scratch folder, or in a database of its own on the same MongoDB.
import { randomBytes } from "node:crypto";
import { parseStoreUrl } from "./open.ts";

export interface ScratchStore {
  /** For a server whose data folder is the scratch folder. */
  readonly url: string;
  /** Removes what is not in the scratch folder. Rejects when that cannot be done. */
  remove(): Promise<void>;
}

/** A store of the same kind and place as the one that `url` names, which is not touched. Throws StoreOpenError. */
export async function scratchStore(url: string, dataDir: string): Promise<ScratchStore> {
  const store = parseStoreUrl(url, dataDir);
  if (store.kind === "sqlite") return { url: "sqlite:messenger.db", remove: async () => {} };
  const { dropScratchDatabase, scratchUrl } = await import("./mongo/scratch.ts");
  const scratch = scratchUrl(store.url, randomBytes(6).toString("hex"));
  return { url: scratch, remove: () => dropScratchDatabase(scratch) };
}
