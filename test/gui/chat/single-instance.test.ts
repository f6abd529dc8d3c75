// One window per data folder: who comes second is told, and what a killed process left behind is no obstacle.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimFolder } from "../../../gui/chat/single-instance.ts";

describe("claimFolder", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "messenger-claim-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("gives the folder to the first, and asks it to show itself at each later start", async () => {
    let raised = 0;
    assert.equal(await claimFolder(folder, () => (raised += 1)), true);
    assert.equal(await claimFolder(folder, () => assert.fail("the second has nothing to show")), false);
    assert.equal(await claimFolder(folder, () => {}), false);
    assert.equal(raised, 2);
  });

  it("gives it to one only when several start at once", async () => {
    const claims = await Promise.all(Array.from({ length: 5 }, () => claimFolder(folder, () => {})));
    assert.equal(claims.filter(Boolean).length, 1);
  });

  it("takes the place of a process that was killed", async () => {
    const socket = join(folder, "window.sock");
    const script = `require("net").createServer().listen(${JSON.stringify(socket)}, () => console.log("up"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.ok(existsSync(socket));
    assert.equal(await claimFolder(folder, () => {}), true);
  });

  it("finds another place where the folder's path is too long for a socket", async () => {
    const deep = join(folder, "d".repeat(120));
    assert.equal(await claimFolder(deep, () => {}), true);
    assert.equal(await claimFolder(deep, () => {}), false);
  });
});
