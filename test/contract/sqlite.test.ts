// The contract suite on the embedded store.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReader, openWriter } from "../../src/store/open.ts";
import type { StoreUnderTest } from "./fixture.ts";
import { storeContract } from "./store-contract.ts";

async function create(): Promise<StoreUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), "messenger-store-"));
  return {
    openWriter: () => openWriter("sqlite:messenger.db", { dataDir }),
    openReader: () => openReader("sqlite:messenger.db", { dataDir }),
    remove: () => rm(dataDir, { recursive: true }),
  };
}

storeContract({ name: "sqlite", create });
