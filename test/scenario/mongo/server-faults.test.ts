// A messenger server on MongoDB under load while one of the two is killed; 20 rounds of each are run by test/faults/run.ts.
import assert from "node:assert/strict";
import { FaultRounds } from "../../support/fault-rounds.ts";
import type { Victim } from "../../support/fault-rounds.ts";
import { describeMongodb } from "../../support/mongodb.ts";
import { ServerProcess } from "../../support/server-process.ts";
import { Person } from "../../support/person.ts";
import { WireClient } from "../../support/wire-client.ts";

const PASSWORD = "all is well again";

describeMongodb("a server on MongoDB", (database) => {
  let rounds: FaultRounds | undefined;
  let server: ServerProcess | undefined;
  beforeEach(function () {
    if (!database().isOwn) this.skip();
  });
  afterEach(async () => {
    await rounds?.remove();
    await server?.remove();
    rounds = server = undefined;
  });

  for (const victim of ["server", "database", "both"] satisfies Victim[]) {
    it(`loses, doubles and leaves out nothing when kill -9 hits: ${victim}`, async function () {
      this.timeout(120_000);
      rounds = await FaultRounds.start({ url: database().newUrl(), database: database() });
      await rounds.load.served(performance.now());
      await rounds.kill(victim);
      await rounds.load.served(performance.now());
      const { acknowledged, events, ...faults } = await rounds.finish();
      assert.deepEqual(faults, { lost: 0, misplaced: 0, doubled: 0, wrongEvents: 0 });
      assert.ok(acknowledged > 0 && events > 0);
      if (victim === "database") assert.equal(rounds.load.missedEvents(), 0);
    });
  }

  it("answers 503 while the database is away, keeps sessions, and serves again when it is back", async function () {
    this.timeout(120_000);
    server = await ServerProcess.start(["--store", database().newUrl()]);
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username: "Ann", password: PASSWORD });
    const ann = await Person.login(client, "Ann", PASSWORD);
    await ann.say("before");
    await database().signal("SIGTERM");
    const lost = { chat_id: "common", message: "lost?", message_id: "m1" };
    await ann.fails("add_message", lost, 503, /nothing was stored/);
    await ann.fails("common_chat", {}, 503);
    await ann.client.fails("login", { username: "Ann", password: PASSWORD }, 503);
    await ann.ok("ping", {});
    await database().start();
    const deadlineMs = performance.now() + 20_000;
    while ((await client.request("add_message", lost)).code === 503) assert.ok(performance.now() < deadlineMs);
    while ((await client.request("common_chat", {})).code === 503) assert.ok(performance.now() < deadlineMs);
    const { messages } = await ann.ok("common_chat", {});
    assert.deepEqual(
      messages.map((message) => message.message),
      ["before", "lost?"],
    );
    const events = await ann.events("message");
    assert.deepEqual(
      events.map((event) => event.seq),
      [1, 2],
    );
  });

  it("does not start without its database, and says so in one line; waits for it when told to", async function () {
    this.timeout(120_000);
    const url = database().newUrl().replace("mongodb://", "mongodb://ann:s3cret-word@");
    await database().signal("SIGTERM");
    try {
      server = await ServerProcess.fail(["--store", url]);
      const { code } = await server.exited;
      assert.notEqual(code, 0);
      assert.equal(server.stdout, "");
      assert.match(server.stderr, /^messenger: store mongodb:\/\/ann:\*\*\*@\S+: cannot be reached.*\n$/m);
      assert.ok(!server.stderr.includes("s3cret-word"));
      await server.remove();
      const waiting = ServerProcess.start(["--store", database().newUrl(), "--wait-for-store", "60"]);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await database().start();
      server = await waiting;
    } finally {
      await database().start();
    }
  });
});
