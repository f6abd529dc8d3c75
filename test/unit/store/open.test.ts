// Store URLs: which are understood, and that no password shows.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hidePassword, openReader, openWriter, parseStoreUrl, storeName } from "../../../src/store/open.ts";
import { StoreOpenError } from "../../../src/store/store.ts";
import { openFilesIn, tellsOpenFiles } from "../../support/open-files.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("store URLs", () => {
  const folder = tempDirPerTest();

  it("name a file in the data folder, or an absolute one", () => {
    const file = (url: string) => parseStoreUrl(url, "/var/lib/messenger");
    assert.deepEqual(file("sqlite:m.db"), { kind: "sqlite", file: "/var/lib/messenger/m.db" });
    assert.deepEqual(file("sqlite:sub/../m.db"), { kind: "sqlite", file: "/var/lib/messenger/m.db" });
    assert.deepEqual(file("sqlite:/srv/a b.db"), { kind: "sqlite", file: "/srv/a b.db" });
    assert.deepEqual(file("sqlite:///srv/m.db"), { kind: "sqlite", file: "/srv/m.db" });
  });

  it("name a MongoDB server", () => {
    for (const url of ["mongodb://localhost/messenger", "mongodb+srv://user:pass@cluster.example/m?w=1"]) {
      assert.deepEqual(parseStoreUrl(url, "/"), { kind: "mongodb", url });
      assert.equal(storeName(url), "mongodb");
    }
    assert.equal(storeName("sqlite:m.db"), "sqlite");
  });

  it("are refused with a line that names them", () => {
    const bad = [
      "",
      "m.db",
      "sqlite:",
      "sqlite::memory:",
      "sqlite:a\0b",
      "sqlite://host/m.db",
      "sqlite",
      "SQLITE:m.db",
    ];
    for (const url of [...bad, "postgres://a/b", "mongodb:", "mongodb://", "mongodb:///m"]) {
      assert.throws(() => parseStoreUrl(url, "/"), StoreOpenError, url);
    }
    assert.throws(
      () => parseStoreUrl("postgres://me:secret@host/b", "/"),
      /^StoreOpenError: store postgres:\/\/me:\*\*\*@/,
    );
  });

  it("are shown without their password", () => {
    const shown: readonly [string, string][] = [
      ["mongodb://host/db", "mongodb://host/db"],
      ["mongodb://anna@host/db", "mongodb://anna@host/db"],
      ["mongodb://anna:secret@host,other:27017/db?a=b", "mongodb://anna:***@host,other:27017/db?a=b"],
      ["mongodb+srv://anna:se:cr@et@host", "mongodb+srv://anna:***@host"],
      ["sqlite:a:b@c.db", "sqlite:a:b@c.db"],
    ];
    for (const [url, expected] of shown) assert.equal(hidePassword(url), expected);
  });

  it("open what they name", async () => {
    const options = { dataDir: folder() };
    await assert.rejects(openReader("sqlite:m.db", options), { name: "StoreOpenError", message: /m\.db is not there/ });
    const writer = await openWriter("sqlite:m.db", options);
    const reader = await openReader(`sqlite:${join(folder(), "m.db")}`, options);
    assert.equal((await reader.history("common", { before: undefined, after: undefined, limit: 1 })).lastSeq, 0);
    await reader.close();
    await writer.close();
  });

  it("leave nothing open of a file that turns out to be no store", async function () {
    if (!tellsOpenFiles) this.skip();
    const options = { dataDir: folder() };
    await (await openWriter("sqlite:m.db", options)).close();
    const file = join(folder(), "m.db");
    const version = Buffer.alloc(4);
    version.writeUInt32BE(1); // an older format, which only a writer may change
    const whole = readFileSync(file);
    version.copy(whole, 60);
    for (const bytes of [whole, whole.subarray(0, 100)]) {
      writeFileSync(file, bytes);
      await assert.rejects(openReader("sqlite:m.db", options), StoreOpenError);
      assert.deepEqual(openFilesIn(folder()), []);
    }
  });
});
