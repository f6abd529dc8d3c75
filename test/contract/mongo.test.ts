// The contract suite on MongoDB.
import { openReader, openWriter } from "../../src/store/open.ts";
import { describeMongodb } from "../support/mongodb.ts";
import { openMongoReader } from "../../src/store/mongo/open.ts";
import { membershipContract } from "./membership-contract.ts";
import { searchContract } from "./search-contract.ts";
import { storeContract } from "./store-contract.ts";

describeMongodb("MongoDB", (server) => {
  async function create() {
    const url = server().newUrl();
    return {
      url,
      openWriter: () => openWriter(url, { dataDir: "/" }),
      openReader: () => openReader(url, { dataDir: "/" }),
      remove: () => server().drop(url),
    };
  }
  storeContract({ name: "mongodb", create });
  describe("membership of groups", () =>
    membershipContract({ name: "mongodb", create }, { numRuns: 1, maxLength: 25 }));

  async function createInSlices() {
    const store = await create();
    return { ...store, openReader: () => openMongoReader(store.url, 0) };
  }
  describe("search contract: in slices", () => searchContract({ name: "in slices", create: createInSlices }));
});
