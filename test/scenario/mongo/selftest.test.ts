// `messenger selftest` on MongoDB: in a database of its own beside the named one, which is not touched.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { describeMongodb } from "../../support/mongodb.ts";
import { selftest } from "../../support/selftest.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

/** Messages a second: what the smallest of the servers that the tests know can store, many times over. */
const RATE = "50";

describeMongodb("messenger selftest on MongoDB", (database) => {
  const folder = tempDirPerTest();

  it("finds nothing lost, doubled or out of order, and leaves nothing behind", async function () {
    this.timeout(120_000);
    const data = join(folder(), "data");
    mkdirSync(data);
    const url = database().newUrl();
    const client = await MongoClient.connect(url);
    try {
      await client.db().collection("other").insertOne({ text: "somebody's data" });
      const words = ["--seconds", "4", "--seed", "52", "--rate", RATE, "--store", url, "--data", data];
      const { code, stdout, stderr } = await selftest(words);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^sent (\d+), acknowledged \1, stored \1, resent \d+/m);
      assert.match(stdout, /^lost 0, doubled 0, holes 0, out of order 0, altered 0, contradicted 0$/m);
      assert.match(stdout, /^heard by the listeners: unheard 0, phantom 0; .*: doubled 0, out of order 0, missed 0$/m);
      assert.match(stdout, /^kills [1-9]\d*, .*; code 500: 0$/m);
      assert.deepEqual(readdirSync(folder()), ["data"]);
      const { databases } = await client.db("admin").admin().listDatabases({ nameOnly: true });
      assert.deepEqual(
        databases.filter(({ name }) => name.startsWith("messenger_selftest_")),
        [],
      );
      const collections = await client.db().listCollections({}, { nameOnly: true }).toArray();
      assert.deepEqual(
        collections.map(({ name }) => name),
        ["other"],
      );
    } finally {
      await client.close();
      await database().drop(url);
    }
  });
});
