// A whole server stands still for longer than each of its deadlines: nobody is late because of it.
import assert from "node:assert/strict";
import { Person } from "../support/person.ts";
import { ServerProcess } from "../support/server-process.ts";
import { WireClient } from "../support/wire-client.ts";

const WHO = { username: "Ann", password: "a long password" };
const DEADLINES = ["--handshake-timeout", "3", "--frame-timeout", "3", "--idle-timeout", "3", "--drain-timeout", "3"];
/** For how long it stands still: longer than any of these. */
const STILL_MS = 6_000;

describe("a server that stands still", function () {
  this.timeout(60_000);
  if (process.platform === "win32") return;
  let server: ServerProcess;
  before(async () => (server = await ServerProcess.start(DEADLINES)));
  after(() => server.remove());

  it("closes nobody for what came meanwhile: logins, halves of frames, sessions", async () => {
    const client = await WireClient.connect(server.port);
    await client.ok("register", WHO);
    const ann = await Person.login(client, WHO.username, WHO.password);
    const stranger = await WireClient.connect(server.port, { framing: "lines" });
    const half = await WireClient.connect(server.port, { framing: "lines" });
    half.raw(Buffer.from('{"action":"ping",'));
    await stranger.barrier();
    await ann.client.barrier();
    server.signal("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    half.raw(Buffer.from('"id":1}\n'));
    const asked = ann.say("said while it stood still");
    const login = stranger.ok("login", WHO);
    server.signal("SIGCONT");
    assert.equal((await half.replies.next()).code, 200);
    assert.equal((await asked).seq, 1);
    assert.equal((await login).username, "Ann");
    assert.doesNotMatch(server.stderr, /ERROR/);
  });

  it("drains at a stop, also when it stood still in the middle of it", async () => {
    const ann = await WireClient.connect(server.port);
    await ann.ok("login", WHO);
    ann.socket.pause();
    const text = "x".repeat(8_000);
    for (let count = 0; count < 400; count += 1) ann.send("add_message", { chat_id: "common", message: text });
    await (await WireClient.connect(server.port)).barrier();
    server.signal("SIGTERM");
    server.signal("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 10_500)); // longer than a stop may take
    server.signal("SIGCONT");
    ann.socket.resume();
    assert.deepEqual(await server.exit(), { code: 0, signal: null });
    assert.doesNotMatch(server.stderr, /took too long/);
  });
});
