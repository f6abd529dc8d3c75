// The server as a process: the ready line, a stop in order, a second signal.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { AdminClient } from "../../src/client/admin-client.ts";
import { adminSocketPath } from "../../src/util/admin-socket.ts";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server-process.ts";
import { Person } from "../support/person.ts";
import { WireClient } from "../support/wire-client.ts";
import { range, texts } from "../support/lists.ts";

const WHO = { username: "Stopper", password: "stop it now" };

async function register(server: ServerProcess): Promise<Person> {
  const client = await WireClient.connect(server.port);
  await client.ok("register", WHO);
  return Person.login(client, WHO.username, WHO.password);
}

describe("stopping", () => {
  let server: ServerProcess;

  beforeEach(async () => {
    server = await ServerProcess.start();
  });
  afterEach(() => server.remove());

  it("says on standard output that it is ready, and nothing else", async () => {
    const line = /^messenger server listening on 127\.0\.0\.1:\d+ \(store sqlite, avatars off\)\n$/;
    await register(server);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.match(server.stdout, line);
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    it(`answers the requests in hand, says goodbye, and ends with code 0 on ${signal}`, async () => {
      const ann = await register(server);
      const idle = await WireClient.connect(server.port);
      await idle.barrier();
      const silent = await WireClient.connect(server.port);
      const half = await WireClient.connect(server.port);
      half.raw(Buffer.of(0, 0));
      for (const index of range(1, 500)) ann.client.send("add_message", { chat_id: "common", message: `${index}` });
      await ann.client.replies.next(); // all of them are received by now, or on their way to be
      server.signal(signal);
      assert.match((await ann.client.nextEvent("closing")).reason, new RegExp(signal));
      for (const client of [ann.client, idle, silent, half]) await client.closed();
      assert.deepEqual(await server.exit(), { code: 0, signal: null });
      const answers = ann.client.replies.take(() => true);
      assert.ok(answers.every(({ code }) => code === 200));
      await assert.rejects(WireClient.connect(server.port), "no new connections");
      const again = await server.again();
      const client = await WireClient.connect(again.port);
      const { chats } = await client.ok("login", WHO);
      assert.equal(chats[0]?.last_seq, answers.length + 1, "what is stored is what was answered");
      await again.remove();
    });
  }

  it("goes on when nobody reads its standard output", async () => {
    const deaf = ServerProcess.begin([]);
    deaf.closeStdout();
    await eventually("it says so", () => deaf.stderr.includes("standard output cannot be written"), 30_000);
    const port = Number(/listening address=\S+ port=(\d+)/.exec(deaf.stderr)?.[1]);
    await (await WireClient.connect(port)).barrier();
    assert.deepEqual(await deaf.stop(), { code: 0, signal: null });
    await deaf.remove();
  });

  it("ends although a peer reads nothing", async () => {
    const ann = await register(server);
    ann.client.socket.pause();
    const text = "x".repeat(8192);
    for (let count = 0; count < 1000; count += 1) ann.client.send("add_message", { chat_id: "common", message: text });
    const other = await WireClient.connect(server.port);
    await other.barrier();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    ann.client.destroy();
  });

  it("ends although an administrator's client reads nothing", async () => {
    const link = connect(adminSocketPath(server.data)).pause();
    const status = `${JSON.stringify({ action: "status" })}\n`;
    link.write(status.repeat(10_000));
    const other = await AdminClient.open(server.data);
    for (const _ of range(1, 20)) await other.request("status", {});
    other.close();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.ok(!existsSync(adminSocketPath(server.data)));
    link.destroy();
  });

  it("ends at once on a second signal, with another code", async () => {
    const ann = await register(server);
    ann.client.socket.pause(); // the stop waits for this one to read what there is
    const text = "x".repeat(8192);
    for (let count = 0; count < 1000; count += 1) ann.client.send("add_message", { chat_id: "common", message: text });
    await (await WireClient.connect(server.port)).barrier();
    server.signal("SIGTERM");
    await eventually("the stop begins", () => server.stderr.includes("stopping"));
    server.signal("SIGINT");
    assert.deepEqual(await server.exit(), { code: 1, signal: null });
    assert.ok(!server.stderr.includes("stopped"));
    ann.client.destroy();
  });

  it("takes a signal that arrives twice as one", async () => {
    await register(server);
    const firstMs = performance.now();
    server.signal("SIGTERM");
    // Not at once, or the kernel makes one of the two; and no more when this machine was too busy to be quick.
    for (let count = 0; count < 5; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (performance.now() - firstMs < 50) server.signal("SIGTERM");
    }
    assert.deepEqual(await server.exit(), { code: 0, signal: null });
    assert.ok(server.stderr.includes("stopped"));
  });

  it("takes up its data again: users, messages, marks, contacts, tokens", async () => {
    const ann = await register(server);
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username: "Friend", password: "a good friend" });
    const ben = await Person.login(client, "Friend", "a good friend");
    await ann.addContact(ben);
    await ann.say("one", ann.chatWith(ben));
    await ann.say("two");
    await ben.ok("mark_read", { chat_id: ann.chatWith(ben), seq: 1 });
    await ben.ok("update_profile", { bio: "still there" });
    await server.stop();
    server = await server.again();
    const after = await WireClient.connect(server.port);
    const login = await after.ok("login", { token: ben.loggedIn.token });
    assert.equal(login.user_data.bio, "still there");
    assert.deepEqual(
      login.chats.map(({ last_seq, unread }) => [last_seq, unread]),
      [
        [1, 1],
        [1, 0],
      ],
    );
    const annAgain = await WireClient.connect(server.port);
    assert.deepEqual((await annAgain.ok("login", WHO)).contacts, { Friend: ben.userId });
    assert.deepEqual(texts((await annAgain.ok("get_chat", { contact: "Friend" })).messages), ["one"]);
  });
});
