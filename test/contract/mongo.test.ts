// The contract suite on MongoDB.
import { openReader, openWriter } from "../../src/store/open.ts";
import { describeMongodb } from "../support/mongodb.ts";
import { storeContract } from "./store-contract.ts";

describeMongodb("MongoDB", (server) => {
  storeContract({
    name: "mongodb",
    async create() {
      const url = server().newUrl();
      return {
        openWriter: () => openWriter(url, { dataDir: "/" }),
        openReader: () => openReader(url, { dataDir: "/" }),
        remove: () => server().drop(url),
      };
    },
  });
});
