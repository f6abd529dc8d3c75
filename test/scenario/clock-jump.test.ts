// The clock of a whole running server jumps an hour forward or back, in its main thread and in all others.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AdminClient } from "../../src/client/admin-client.ts";
import { range, seqs } from "../support/lists.ts";
import { Person } from "../support/person.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { WireClient } from "../support/wire-client.ts";

const MOVED_CLOCK = pathToFileURL(join(import.meta.dirname, "../support/moved-clock.js")).href;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What a slow machine may make of a moment, in milliseconds: far less than an hour. */
const MOMENT_MS = HOUR_MS / 4;
const PASSWORD = "what time is it";
/** Loopback, but not where the people of a test come from. */
const BANNED = "127.0.0.2";
const BAN_SECONDS = 1_800;
const FAILED_LOGINS = 10;

describe("a server whose clock jumps", function () {
  this.timeout(60_000);
  let server: ServerProcess;
  let admin: AdminClient;
  afterEach(async () => {
    admin.close();
    await server.remove();
  });
  const folder = tempDirPerTest();
  let ann: Person;
  let bert: Person;
  /** By how much the server's clock is moved. */
  let movedMs = 0;

  const jump = (ms: number): void => {
    movedMs += ms;
    writeFileSync(join(folder(), "clock"), String(movedMs));
  };
  const start = (data?: string): Promise<ServerProcess> =>
    ServerProcess.start([], data, {
      NODE_OPTIONS: `--import=${MOVED_CLOCK}`,
      MESSENGER_TEST_CLOCK: join(folder(), "clock"),
    });
  const register = async (username: string): Promise<Person> => {
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username, password: PASSWORD });
    return Person.login(client, username, PASSWORD);
  };
  /** Asserts that a time of the wire, in seconds, is the server's present. */
  const isNow = (seconds: number | undefined): void => {
    const ms = (seconds ?? 0) * 1000;
    assert.ok(Math.abs(ms - (Date.now() + movedMs)) < MOMENT_MS, `${new Date(ms).toISOString()}, moved by ${movedMs}`);
  };

  beforeEach(async () => {
    movedMs = 0;
    server = await start();
    admin = await AdminClient.open(server.data);
    [ann, bert] = [await register("Ann"), await register("Bert")];
    await ann.addContact(bert);
  });

  for (const [name, jumps] of [
    ["an hour forward", [HOUR_MS]],
    ["an hour back", [-HOUR_MS]],
    ["forward and back again", [HOUR_MS, -HOUR_MS]],
    ["back and forward again", [-HOUR_MS, HOUR_MS]],
  ] satisfies [string, number[]][]) {
    it(`keeps sessions, order, tokens, limits and bans: ${name}`, async () => {
      const silent = await WireClient.connect(server.port);
      await ann.say("before");
      await admin.request("ban", { address: BANNED, seconds: BAN_SECONDS });
      for (const _ of range(1, FAILED_LOGINS)) await silent.fails("login", { username: "Ann", password: "guess" }, 401);
      await bert.events("message");

      for (const [index, ms] of jumps.entries()) {
        jump(ms);
        // The request threads answer with the time of day, the storage thread stamps messages with it.
        isNow((await ann.ok("ping", {})).time);
        const said = await ann.say("after", index % 2 === 0 ? "common" : ann.chatWith(bert));
        isNow(said.time);
        await bert.client.barrier();
        assert.deepEqual([...new Set(bert.client.takeAllEvents().map(({ event }) => event))], ["message"]);
      }

      await assertOrder();
      const { retry_after } = await silent.fails("login", { username: "Ann", password: PASSWORD }, 429);
      assert.ok(retry_after !== undefined && retry_after > 0 && retry_after <= 60, `retry_after ${retry_after}`);
      await assertBanned();
      await assertStatus();
      await assertTokens();
      await assertPresence();
      assert.equal(server.stderr.includes("error"), false, server.stderr);
      await assertRestart();
    });
  }

  for (const [name, jumps] of [
    ["a year forward and back", [366 * DAY_MS, -366 * DAY_MS]],
    ["ten years back and forward", [-3_650 * DAY_MS, 3_650 * DAY_MS]],
  ] satisfies [string, number[]][]) {
    it(`voids no token and deletes no log for good: ${name}`, async () => {
      const old = ["2026-01-01", "2025-12-31"].map((day) => join(server.data, "logs", `messenger-${day}.jsonl`));
      for (const file of old) writeFileSync(file, "{}\n");
      const people = [ann, bert];
      for (const person of people) person.client.destroy();
      const tokens = people.map(({ loggedIn }) => loggedIn.token);
      for (const ms of [0, ...jumps]) {
        jump(ms);
        for (const [index, { username }] of people.entries()) {
          const client = await WireClient.connect(server.port);
          tokens[index] = (await client.ok("login", { username, token: tokens[index] ?? "" })).token;
          client.destroy();
        }
      }
      assert.ok(
        old.every((file) => existsSync(file)),
        "the process has not run for long enough to trust the clock",
      );
    });
  }

  /** One more message, and the history and the search as they were said. */
  async function assertOrder(): Promise<void> {
    const { length } = await ann.ok("common_chat", {});
    assert.equal((await bert.say("answer")).seq, length + 1);
    const { messages } = await ann.ok("common_chat", {});
    assert.deepEqual(seqs(messages), range(1, length + 1));
    const found = await ann.ok("search_in_chat", { chat_id: "common", word: "e" });
    assert.deepEqual(seqs(found.messages), range(1, length + 1).reverse());
    const list = (await ann.ok("login", { username: "Ann", token: ann.loggedIn.token })).chats;
    assert.deepEqual([list[0]?.last_seq, list[0]?.unread], [length + 1, 1]);
  }

  async function assertBanned(): Promise<void> {
    const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: BANNED });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    let answer = "";
    socket
      .on("error", () => undefined)
      .on("data", (bytes: Buffer) => {
        answer += bytes.toString();
        socket.end();
      });
    socket.write('{"action":"ping"}\n');
    await closed;
    assert.doesNotMatch(answer, /"code":200/);
    const [ban] = (await admin.request("bans", {})).bans;
    isNow((ban?.until_ms ?? 0) / 1000 - BAN_SECONDS);
  }

  async function assertStatus(): Promise<void> {
    isNow((await admin.request("status", {})).started_ms / 1000);
    for (const { since_ms, idle_ms } of (await admin.request("sessions", {})).sessions) {
      isNow(since_ms / 1000);
      assert.ok(idle_ms >= 0 && idle_ms < MOMENT_MS, `idle for ${idle_ms} ms`);
    }
  }

  async function assertTokens(): Promise<void> {
    const client = await WireClient.connect(server.port);
    const { token } = await client.ok("login", { username: "Bert", token: bert.loggedIn.token });
    await client.ok("login", { username: "Bert", token });
  }

  /** A contact that goes away and comes back is told as ever; nobody else has gone away. */
  async function assertPresence(): Promise<void> {
    const other = await register("Cleo");
    await other.addContact(bert);
    assert.deepEqual((await other.client.ok("login", { username: "Cleo", password: PASSWORD })).online, ["Bert"]);
    other.client.destroy();
  }

  /** Started again at the moved time: nothing is missing, and the numbers go on. */
  async function assertRestart(): Promise<void> {
    const { length } = await bert.ok("common_chat", {});
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    admin.close();
    server = await start(server.data);
    admin = await AdminClient.open(server.data);
    const client = await WireClient.connect(server.port);
    const again = await Person.login(client, "Bert", PASSWORD);
    assert.equal((await again.say("again")).seq, length + 1);
    const files = readdirSync(join(server.data, "logs"));
    const entries = files.flatMap((file) =>
      readFileSync(join(server.data, "logs", file), "utf8")
        .trim()
        .split("\n"),
    );
    assert.ok(entries.every((line) => typeof JSON.parse(line) === "object"));
  }
});
