// Every signal that a server or a terminal client may be sent: none ends it out of order, none opens a debugger.
import assert from "node:assert/strict";
import { existsSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adminSocketPath } from "../../src/util/admin-socket.ts";
import { eventually } from "../support/eventually.ts";
import { Person } from "../support/person.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { Terminal } from "../support/terminal.ts";
import { WireClient } from "../support/wire-client.ts";

/** A file that may be opened and cannot be read, as one that changes between the two. Linux alone has it. */
const UNREADABLE = "/proc/self/mem";
const WHO = { username: "Sigrid", password: "a signal to her" };

async function register(server: ServerProcess): Promise<Person> {
  const client = await WireClient.connect(server.port);
  await client.ok("register", WHO);
  return Person.login(client, WHO.username, WHO.password);
}

describe("signals", function () {
  this.timeout(60_000);

  describe("to a server that runs", () => {
    let server: ServerProcess;
    afterEach(() => server.remove());

    it("stops in order on SIGQUIT, from the ready line on", async () => {
      server = await ServerProcess.start();
      server.signal("SIGQUIT"); // as early as anybody can
      assert.deepEqual(await server.exit(), { code: 0, signal: null });
      assert.ok(!existsSync(adminSocketPath(server.data)));
      assert.ok(server.stderr.includes("stopped"));
    });

    it("takes no notice of SIGUSR1, SIGUSR2 and SIGPIPE", async () => {
      server = await ServerProcess.start();
      const ann = await register(server);
      for (const signal of ["SIGUSR1", "SIGUSR2", "SIGPIPE"] as const) server.signal(signal);
      await ann.say("still here");
      assert.ok(!server.stderr.includes("Debugger listening"), server.stderr);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });

    it("reads its certificate again on SIGHUP, and goes on in a log file that was moved away", async () => {
      server = await ServerProcess.start(["--tls", "self-signed"]);
      const ann = await register(server);
      const folder = join(server.data, "logs");
      const [file = ""] = readdirSync(folder);
      renameSync(join(folder, file), join(folder, "moved.jsonl"));
      server.signal("SIGHUP");
      await eventually("the certificate is read", () => server.stderr.includes("the certificate was read again"));
      assert.ok(server.stderr.indexOf("reloading") < server.stderr.indexOf("the certificate was read again"));
      await eventually("a new file is there", () => existsSync(join(folder, file)));
      await ann.say("nobody was cut off");
      assert.ok(existsSync(adminSocketPath(server.data)));
    });
  });

  describe("that make it read its settings again", () => {
    let server: ServerProcess;
    const folder = tempDirPerTest();
    afterEach(() => server.remove());

    it("take over the level of the log, name what waits for a restart, and refuse what cannot be used", async () => {
      const file = join(folder(), "messenger.json");
      const settings = { "log-level": "warn", "max-connections": 10 };
      writeFileSync(file, JSON.stringify(settings));
      server = await ServerProcess.start(["--config", file, "--log-format", "json"]);
      assert.equal(server.stderr, "");
      const hangUp = async (content: string, answer: RegExp): Promise<void> => {
        writeFileSync(file, content);
        server.signal("SIGHUP");
        await eventually(`it says ${answer}`, () => answer.test(server.stderr));
      };
      await hangUp('{"log-level": "loud"}', /the settings cannot be used; those before stay.*log-level/);
      const changed = { ...settings, "log-level": "info", "max-connections": 20 };
      await hangUp(JSON.stringify(changed), /"text":"the settings were read again","logLevel":"info"/);
      assert.match(
        server.stderr,
        /"text":"changed settings that wait for a restart","options":\["--max-connections"\]/,
      );
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      assert.match(server.stderr, /"level":"info","text":"stopped"/);
    });
  });

  describe("that make it read settings that cannot be read", () => {
    let server: ServerProcess;
    const folder = tempDirPerTest();
    afterEach(() => server.remove());

    it("are told, and change nothing", async function () {
      if (!existsSync(UNREADABLE)) this.skip();
      const file = join(folder(), "messenger.json");
      writeFileSync(file, "{}");
      server = await ServerProcess.start(["--config", file]);
      rmSync(file);
      symlinkSync(UNREADABLE, file);
      server.signal("SIGHUP");
      await eventually("it is told", () => /the settings cannot be used; those before stay/.test(server.stderr));
      const ann = await register(server);
      await ann.say("the server goes on");
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });
  });

  describe("to a server that starts", () => {
    const NOWHERE = ["--store", "mongodb://127.0.0.1:1/messenger", "--wait-for-store", "600"];

    it("ends the start in order, without a ready line; SIGHUP does not", async () => {
      const server = ServerProcess.begin(NOWHERE);
      await eventually("it waits", () => server.stderr.includes("waiting for the store"), 30_000);
      for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) server.signal(signal);
      const before = server.stderr.length;
      await eventually("it waits on", () => server.stderr.indexOf("waiting for the store", before) > 0, 30_000);
      server.signal("SIGTERM");
      assert.deepEqual(await server.exit(), { code: 0, signal: null });
      assert.equal(server.stdout, "");
      assert.match(server.stderr, /the start was broken off signal=SIGTERM/);
      assert.ok(!existsSync(adminSocketPath(server.data)));
      await server.remove();
    });
  });

  describe("to a terminal client", () => {
    let server: ServerProcess;
    const folder = tempDirPerTest();
    before(async () => (server = await ServerProcess.start()));
    after(() => server.remove());

    for (const signal of ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT"] as const) {
      it(`leaves on ${signal} when all that was written is stored`, async () => {
        const chat = new Terminal(server.port, folder());
        chat.type(`/register Tess-${signal}`, "said before the signal");
        await chat.sees("said before the signal");
        chat.signal("SIGUSR2");
        chat.type("said last");
        await chat.sees("said last");
        chat.signal(signal);
        assert.equal(await chat.left(), 0);
      });
    }
  });
});
