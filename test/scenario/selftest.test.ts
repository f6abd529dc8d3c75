// `messenger selftest` for a few seconds: it proves something, leaves nothing behind and touches no data.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { selftest } from "../support/selftest.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("messenger selftest", function () {
  this.timeout(120_000);
  const folder = tempDirPerTest();

  it("kills, cuts and restarts a server of its own, and finds nothing lost, doubled or out of order", async () => {
    const data = join(folder(), "data");
    mkdirSync(data);
    writeFileSync(join(data, "messenger.db"), "somebody's data");
    // This seed begins with a kill. Settings of the real server must not reach the scratch server.
    const env = { MESSENGER_REGISTRATION: "closed", MESSENGER_PORT: "1" };
    const { code, stdout, stderr } = await selftest(["--seconds", "4", "--seed", "52", "--data", data], env);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^sent (\d+), acknowledged \1, stored \1, resent \d+$/m);
    assert.match(stdout, /^lost 0, doubled 0, holes 0, out of order 0, altered 0, contradicted 0$/m);
    const changes = /^changes \(edits, deletions, reactions\): sent ([1-9]\d*), acknowledged \1, resent \d+: (.*)$/m;
    assert.equal(changes.exec(stdout)?.[2], "lost 0, doubled 0, out of order 0, heard in another state 0", stdout);
    assert.match(stdout, /^fresh fetch of every chat: [1-9]\d* messages, 0 in another state than the stored ones$/m);
    assert.match(stdout, /^heard by the listeners: unheard 0, phantom 0; .*: doubled 0, out of order 0, missed 0$/m);
    assert.match(stdout, /^kills [1-9]\d*, .*; code 500: 0$/m);
    assert.match(
      stdout,
      /^PASSED: \d+ s, seed 52: \d+ messages and \d+ changes .*, lost 0, doubled 0, out of order 0$/m,
    );
    assert.deepEqual(readdirSync(folder()), ["data"]);
    assert.deepEqual(readdirSync(data), ["messenger.db"]);
  });

  it("says in one line what is wrong with an option", async () => {
    const { code, stderr } = await selftest(["--seconds", "soon"]);
    assert.equal(code, 1);
    assert.match(stderr, /^messenger: option --seconds: must be a whole number, 1 to \d+, not "soon"\n$/);
  });
});
