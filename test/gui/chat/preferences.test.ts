// Preferences on the disk, and the form of an address.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Preferences } from "../../../gui/chat/preferences.ts";
import { parseAddress } from "../../../gui/chat/server-address.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("Preferences", () => {
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "below", "settings.json");

  it("keeps choices in a file that only its owner can read", () => {
    new Preferences(file()).set({ theme: "dark", textPx: 16 });
    assert.equal(new Preferences(file()).get().theme, "dark");
    assert.equal(statSync(file()).mode & 0o777, 0o600);
  });

  it("has defaults for what is missing, wrong or beyond limits", () => {
    assert.equal(new Preferences(file()).get().theme, "system");
    const broken = join(folder(), "broken.json");
    writeFileSync(
      broken,
      '{"theme":"pink","textPx":900,"servers":[{"host":"a","port":1},7],"trusted":[],"account":{"host":1}}',
    );
    const { theme, textPx, servers, account } = new Preferences(broken).get();
    assert.deepEqual(
      [theme, textPx, servers, account],
      ["system", 14, [{ host: "a", port: 1, tls: false }], undefined],
    );
    writeFileSync(broken, "not json");
    assert.equal(new Preferences(broken).get().notifies, true);
  });

  it("lists servers, the latest first, each once, not too many", () => {
    const preferences = new Preferences(file());
    for (let port = 1; port <= 12; port += 1) preferences.noteServer({ host: "a", port, tls: false });
    preferences.noteServer({ host: "a", port: 9, tls: true });
    const { servers } = preferences.get();
    assert.equal(servers.length, 8);
    assert.deepEqual(servers[0], { host: "a", port: 9, tls: true });
    assert.equal(servers.filter(({ port }) => port === 9).length, 1);
    assert.ok(!readFileSync(file(), "utf8").includes("password"));
  });
});

describe("parseAddress", () => {
  it("reads hosts with and without ports", () => {
    assert.deepEqual(parseAddress(" chat.example.org:4000 "), { host: "chat.example.org", port: 4000 });
    assert.deepEqual(parseAddress("localhost"), { host: "localhost", port: 40_000 });
    assert.deepEqual(parseAddress("[::1]:5"), { host: "::1", port: 5 });
  });

  it("refuses what is none", () => {
    for (const text of ["", ":4000", "a:0", "a:70000", "a b:1", "http://a:1", "::1"])
      assert.equal(parseAddress(text), undefined, text);
  });
});
