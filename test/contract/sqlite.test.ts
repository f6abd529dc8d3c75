// The contract suite on the embedded store.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReader, openWriter } from "../../src/store/open.ts";
import { openSqliteReader, openSqliteWriter } from "../../src/store/sqlite/open.ts";
import type { StoreWriter } from "../../src/store/store.ts";
import type { StoreUnderTest } from "./fixture.ts";
import { membershipContract } from "./membership-contract.ts";
import { globalSearchContract } from "./global-search-contract.ts";
import { searchContract } from "./search-contract.ts";
import { slicesContract } from "./slices-contract.ts";
import { storeContract } from "./store-contract.ts";
import { maintainAll } from "../support/maintain.ts";

async function create(): Promise<StoreUnderTest & { readonly file: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), "messenger-store-"));
  return {
    file: join(dataDir, "messenger.db"),
    openWriter: () => openWriter("sqlite:messenger.db", { dataDir }),
    openReader: () => openReader("sqlite:messenger.db", { dataDir }),
    remove: () => rm(dataDir, { recursive: true }),
  };
}

/** Stores that have each message in the search index before its commit is done, and ask it for every word. */
async function createIndexed(sliceMs?: number): Promise<StoreUnderTest> {
  const store = await create();
  const slices = sliceMs === undefined ? {} : { sliceMs };
  return {
    ...store,
    openWriter: async () => indexAtOnce(openSqliteWriter(store.file, { indexFromCount: 1 })),
    openReader: async () => openSqliteReader(store.file, { shortWordScanCount: 0, ...slices }),
  };
}

function indexAtOnce(writer: StoreWriter): StoreWriter {
  return {
    commit: async (writes, nowMs) => {
      const outcomes = await writer.commit(writes, nowMs);
      await maintainAll(writer, nowMs);
      return outcomes;
    },
    close: () => writer.close(),
  };
}

/** A slice that has no time looks at a few messages. */
async function createInSlices(): Promise<StoreUnderTest> {
  const store = await create();
  return { ...store, openReader: async () => openSqliteReader(store.file, { sliceMs: 0 }) };
}

storeContract({ name: "sqlite", create });
describe("slices of long lists: sqlite", () => slicesContract({ name: "sqlite", create }));
describe("membership of groups: sqlite", () =>
  membershipContract({ name: "sqlite", create }, { numRuns: 15, maxLength: 60 }));
describe("search contract: sqlite, all indexed", () =>
  searchContract({ name: "sqlite, all indexed", create: createIndexed }));
describe("search contract: sqlite, all indexed, in slices", () =>
  searchContract({ name: "sqlite, all indexed, in slices", create: () => createIndexed(0) }));
describe("search in all chats: sqlite, all indexed", () =>
  globalSearchContract({ name: "sqlite, all indexed", create: createIndexed }));
describe("search in all chats: sqlite, in slices", () =>
  globalSearchContract({ name: "sqlite, in slices", create: createInSlices }));
describe("search contract: sqlite, in slices", () =>
  searchContract({ name: "sqlite, in slices", create: createInSlices }));
