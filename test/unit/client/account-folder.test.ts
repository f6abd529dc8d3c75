// The folder of an account on this machine: who can read it, how many can use it, and what is damaged.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgetAccount, knownAccounts, openAccount, type Account } from "../../../src/client/account-folder.ts";
import { outgoingId } from "../../../src/client/outgoing-entry.ts";
import { openFilesIn, tellsOpenFiles } from "../../support/open-files.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const SESSION = { userId: "1", username: "Alice", token: "secret" };

describe("account folder", () => {
  const folder = tempDirPerTest();
  const root = (): string => join(folder(), "accounts");
  const address = { host: "chat.example", port: 40_000, tls: true };
  const open = (username = "alice"): Promise<Account> => openAccount(root(), address, username);

  /** All files below the root. */
  const files = (): string[] =>
    readdirSync(root(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it("keeps session, unsent messages and history, readable by the owner only", async () => {
    const before = await open();
    await before.tokens.save(SESSION);
    before.outgoing.add("common", "unsent");
    before.cache.save("note", 1);
    await before.close();
    assert.ok(files().length >= 4);
    for (const file of files()) assert.equal(statSync(join(file, "..")).mode & 0o077, 0, file);
    for (const file of files().filter((one) => !one.includes(".sqlite")))
      assert.equal(statSync(file).mode & 0o077, 0, file);
    const after = await open("ALICE");
    assert.equal(after.unkeptBecause, undefined);
    assert.deepEqual(await after.tokens.load(), SESSION);
    assert.deepEqual(
      after.outgoing.list().map(({ text }) => text),
      ["unsent"],
    );
    assert.equal(after.cache.load("note"), 1);
    await after.tokens.clear();
    assert.equal(await after.tokens.load(), undefined);
    await after.close();
  });

  it("works in memory while another client has it open, and says so", async () => {
    const first = await open();
    const second = await open();
    assert.match(second.unkeptBecause ?? "", /another client/);
    await second.tokens.save(SESSION);
    assert.equal(await first.tokens.load(), undefined);
    await second.close();
    await first.close();
  });

  it("works in memory when the disk refuses, and says so", async () => {
    writeFileSync(root(), "a file where a folder should be");
    const account = await open();
    assert.match(account.unkeptBecause ?? "", /cannot use/);
    account.outgoing.add("common", "text");
    await account.close();
  });

  it("leaves nothing open of a folder that it cannot use to the end", async function () {
    if (!tellsOpenFiles) this.skip();
    await (await open()).close();
    const [list = ""] = files().filter((file) => file.endsWith("account.json"));
    mkdirSync(`${list}.new`); // where the new list would be written
    const account = await open();
    assert.match(account.unkeptBecause ?? "", /cannot use/);
    assert.deepEqual(openFilesIn(root()), []);
    await account.close();
  });

  it("takes a damaged session for none", async () => {
    const before = await open();
    await before.tokens.save(SESSION);
    await before.close();
    const [session = ""] = files().filter((file) => file.endsWith("session.json"));
    for (const content of ["", "{", "null", '{"token":1}']) {
      writeFileSync(session, content);
      const account = await open();
      assert.equal(await account.tokens.load(), undefined, content);
      await account.close();
    }
  });

  it("leaves nothing when it is removed, also of what is saved until then", async () => {
    const account = await open();
    await account.tokens.save(SESSION);
    account.outgoing.add("common", "unsent");
    account.outgoing.addChange("common", 1, { kind: "edit", text: "unsent too" });
    account.cache.save("draft", "half a sentence");
    const removed: string[] = [];
    account.outgoing.events.on("removed", (entry) => removed.push(outgoingId(entry)));
    const removing = account.remove();
    account.cache.save("draft", "half a sentence");
    await removing;
    assert.equal(removed.length, 2);
    assert.deepEqual(readdirSync(root()), []);
    await account.remove();
    const after = await open();
    assert.deepEqual([after.outgoing.size, after.cache.load("draft")], [0, undefined]);
    await after.close();
  });

  it("closes its files also where the disk refuses to remove the session", async () => {
    const account = await open();
    const { folder: path = "" } = account;
    mkdirSync(join(path, "session.json")); // no file, which cannot be removed as one
    await assert.rejects(account.remove());
    rmdirSync(join(path, "session.json"));
    const after = await open();
    assert.equal(after.unkeptBecause, undefined);
    await after.close();
  });

  it("lists the accounts that were used, the latest first, and forgets them", async () => {
    for (const name of ["alice", "bob"]) {
      await (await open(name)).close();
      await new Promise((resolve) => setTimeout(resolve, 2)); // so that their times differ
    }
    mkdirSync(join(root(), "something-else"));
    const names = async (): Promise<string[]> => (await knownAccounts(root())).map(({ username }) => username);
    assert.deepEqual(await names(), ["bob", "alice"]);
    assert.deepEqual((await knownAccounts(root()))[0]?.host, "chat.example");
    await forgetAccount(root(), address, "bob");
    assert.deepEqual(await names(), ["alice"]);
    assert.deepEqual(await knownAccounts(join(folder(), "nowhere")), []);
  });
});
