// Starts that cannot work: one line that says why, and an exit code other than 0.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AdminClient } from "../../src/client/admin-client.ts";
import { adminSocketPath } from "../../src/util/admin-socket.ts";
import { ServerProcess } from "../support/server-process.ts";

describe("a start that cannot work", () => {
  const servers: ServerProcess[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.remove()));
  });

  /** Starts with these options, which must fail with one line that matches. */
  async function fails(words: readonly string[], line: RegExp, data?: string): Promise<void> {
    const server = await ServerProcess.fail(words, data);
    servers.push(server);
    const { code } = await server.exit();
    assert.ok(code !== null && code > 0, `exit code ${code}`);
    assert.equal(server.stdout, "");
    assert.match(server.stderr, line);
    assert.equal(server.stderr.trimEnd().split("\n").length, 1, server.stderr);
  }

  it("says in one line what is wrong, and ends with a code other than 0", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const busy = String((taken.address() as AddressInfo).port);
    await fails(["-p", busy], /port.*in use/);
    taken.close();
    await fails(["-a", "203.0.113.7"], /address/);
    await fails(["--nonsense"], /nonsense/);
    await fails(["--store", "mongodb://127.0.0.1:1/x"], /store|mongodb/i);
    await fails(["--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"], /cert/);
    await fails(["--tls", "self-signed", "--registration", "invite"], /invitation-code/);
  }).timeout(120_000);

  it("says what to do when the path of the data folder is too long for its socket", async () => {
    const data = join(mkdtempSync(join(tmpdir(), "messenger-long-")), "d".repeat(100));
    await fails([], /data: the folder's path is \d+ bytes too long .* shorter one with --data/, data);
  });

  it("leaves the socket to a server that stands still and takes no more connections", async function () {
    if (process.platform !== "linux") return;
    const server = await ServerProcess.start();
    servers.push(server);
    server.signal("SIGSTOP");
    const path = adminSocketPath(server.data);
    const waiting: Socket[] = [];
    for (let isFull = false; !isFull;) {
      const socket = connect(path);
      waiting.push(socket);
      isFull = await new Promise((resolve) => {
        socket.once("connect", () => resolve(false)).once("error", () => resolve(true));
      });
    }
    assert.ok(waiting.length > 1);
    await fails(["--store", "sqlite:another.db"], /another server works in this folder/, server.data);
    for (const socket of waiting) socket.destroy();
    server.signal("SIGCONT");
    const admin = await openWhenThereIsRoom(server.data);
    assert.equal((await admin.request("status", {})).pid, server.pid);
    admin.close();
  });

  it("does so for files and folders that are not usable", async () => {
    const server = await ServerProcess.start();
    servers.push(server);
    await fails([], /lock|in use|another/i, server.data);
    await server.stop();
    const config = join(server.data, "config.json");
    writeFileSync(config, "{");
    await fails(["--config", config], /config/);
    writeFileSync(config, '{"nonsense": 1}');
    await fails(["--config", config], /nonsense/);
    writeFileSync(join(server.data, "messenger.db"), "this is no database, but long enough to look like one");
    await fails([], /messenger\.db/, server.data);
    const file = join(server.data, "file");
    writeFileSync(file, "");
    await fails([], /data/, file);
    const locked = join(server.data, "locked");
    mkdirSync(locked, { mode: 0o500 });
    chmodSync(locked, 0o500);
    if (process.getuid?.() !== 0) await fails([], /data/, locked);
  }).timeout(120_000);
});

/** What waited before is taken up one by one; until then there may be no room for another. */
async function openWhenThereIsRoom(data: string): Promise<AdminClient> {
  for (const deadlineMs = Date.now() + 10_000; ;) {
    try {
      return await AdminClient.open(data);
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
