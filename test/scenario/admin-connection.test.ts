// The panel's connection to a server that comes and goes: it opens again, with the topics that are wanted.
import assert from "node:assert/strict";
import { AdminConnection } from "../../src/client/models/admin-connection.ts";
import { AdminUsers } from "../../src/client/models/admin-users.ts";
import { DisconnectedError } from "../../src/client/errors.ts";
import type { TrafficEntry } from "../../src/protocol/admin.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";

const RETRY_MS = 20;

describe("the panel's connection", () => {
  let server: TestServer;
  let connection: AdminConnection;
  beforeEach(async () => {
    server = await TestServer.start({ registrationsPerAddress: 1000 });
    connection = new AdminConnection(server.config.data, RETRY_MS);
    await connection.start();
  });
  afterEach(async () => {
    connection.close();
    await server.remove();
  });

  it("says why there is none, and is back with its topics when the server is", async () => {
    const seen: string[] = [];
    connection.watch("log");
    connection.events.on("log", ({ text }) => void seen.push(text));
    await server.stop();
    await eventually("the end is noticed", () => connection.state.kind === "offline");
    await assert.rejects(connection.request("status", {}), DisconnectedError);
    const { state } = connection;
    assert.match(state.kind === "offline" ? state.problem : "", /server/);
    await server.start();
    await eventually("it is back", () => connection.state.kind === "online");
    await connection.request("status", {}); // what was subscribed to before is answered before this
    seen.length = 0;
    await server.newPerson("anna");
    await eventually("the log is told again", () => seen.includes("session began"));
  });

  it("is told traffic only while somebody watches, masked until that is asked for", async () => {
    const entries: TrafficEntry[] = [];
    connection.events.on("traffic", (entry) => void entries.push(entry));
    const anna = await server.newPerson("anna");
    const watch = connection.watch("traffic");
    await connection.request("status", {});
    await anna.say("a secret of hers");
    await eventually("it is told", () => entries.length === 1);
    assert.ok(!entries[0]?.request.includes("secret"));
    connection.unmasksTexts = true;
    await connection.request("status", {});
    await anna.say("no secret any more");
    await eventually("it is told with its text", () => entries.length === 2);
    assert.ok(entries[1]?.request.includes("no secret any more"));
    watch.dispose();
    await connection.request("status", {});
    await anna.say("nobody looks");
    await connection.request("status", {});
    assert.equal(entries.length, 2);
  });

  it("goes on watching until the last one who watches has gone", async () => {
    const [one, other] = [connection.watch("log"), connection.watch("log")];
    one.dispose();
    one.dispose();
    await connection.request("status", {});
    const seen: string[] = [];
    connection.events.on("log", ({ text }) => void seen.push(text));
    await server.newPerson("anna");
    await eventually("the log is told", () => seen.includes("session began"));
    other.dispose();
  });

  it("finds users in pages", async () => {
    const names = Array.from({ length: 205 }, (_, index) => `user-${String(index).padStart(3, "0")}`);
    const wire = await server.connect();
    for (const username of names) await wire.ok("register", { username, password: "a long password" });
    const users = new AdminUsers(connection);
    await users.search("");
    assert.equal(users.users.length, 200);
    assert.ok(users.hasMore);
    await users.more();
    assert.deepEqual(
      users.users.map(({ username }) => username),
      names,
    );
    assert.ok(!users.hasMore);
    await users.search(" USER-20");
    assert.deepEqual(
      users.users.map(({ username }) => username),
      names.slice(200),
    );
  });
});
