// The panel's connection to a server that comes and goes: it opens again, with the topics that are wanted.
import assert from "node:assert/strict";
import { prefillStore } from "../../bench/targets/prefilled-users.ts";
import { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import { AdminUsers } from "../../src/client/models/admin-users.ts";
import { DisconnectedError } from "../../src/client/errors.ts";
import type { TrafficEntry } from "../../src/protocol/admin.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";

const RETRY_MS = 20;

describe("the panel's connection", () => {
  let server: TestServer;
  let connection: ReconnectingAdminClient;
  beforeEach(async () => {
    server = await TestServer.start({ registrationsPerAddress: 1000 });
    connection = new ReconnectingAdminClient(server.config.data, RETRY_MS);
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
});

describe("the panel's list of users", () => {
  /** More than the server gives at once, and more than the panel fetches unasked. */
  const USER_COUNT = 10_500;
  const FETCHED_COUNT = 10_000;
  let server: TestServer;
  let connection: ReconnectingAdminClient;
  before(async () => {
    server = await TestServer.start();
    await server.stop();
    await prefillStore(server.config.store, server.config.data, {
      userCount: USER_COUNT,
      bcryptCost: 4,
      messageCount: 0,
      textOf: () => "",
      groups: [],
    });
    await server.start();
    connection = new ReconnectingAdminClient(server.config.data, RETRY_MS);
    await connection.start();
  });
  after(async () => {
    connection.close();
    await server.remove();
  });

  const namesOf = ({ users }: AdminUsers): string[] => users.map(({ username }) => username);
  const nameOf = (index: number): string => `bench-${String(index).padStart(5, "0")}`;

  it("comes page after page, so far unasked, and the rest when it is wanted", async () => {
    const users = new AdminUsers(connection);
    const counts: number[] = [];
    users.onChange.on("change", () => counts.push(users.users.length));
    await users.refresh();
    assert.deepEqual(counts.slice(0, 3), [1_000, 2_000, 3_000], "what has come is shown");
    assert.equal(users.users.length, FETCHED_COUNT);
    assert.ok(users.hasMore);
    await users.more();
    assert.deepEqual(
      namesOf(users),
      Array.from({ length: USER_COUNT }, (_, index) => nameOf(index)),
    );
    assert.ok(!users.hasMore);
    counts.length = 0;
    await users.refresh();
    assert.deepEqual(counts, [USER_COUNT], "what is shown stays until all has come");
  });

  it("is searched by the server, and sorted by any column", async () => {
    const users = new AdminUsers(connection);
    await users.search(" BENCH-1040 ");
    const found = Array.from({ length: 10 }, (_, index) => nameOf(10_400 + index));
    assert.deepEqual(namesOf(users), found);
    users.sortBy("username");
    assert.deepEqual(users.order, { column: "username", descending: true });
    assert.deepEqual(namesOf(users), found.toReversed());
    await connection.request("disable_user", { username: nameOf(10_405) });
    await users.refresh();
    assert.deepEqual(namesOf(users), found.toReversed(), "the order stays");
    users.sortBy("state");
    users.sortBy("state");
    assert.equal(namesOf(users)[0], nameOf(10_405));
  });

  it("shows the last search, whatever was asked before", async () => {
    const users = new AdminUsers(connection);
    await Promise.all([users.refresh(), users.search("bench-0999"), users.search("bench-1049")]);
    assert.deepEqual(
      namesOf(users),
      Array.from({ length: 10 }, (_, index) => nameOf(10_490 + index)),
    );
  });
});
