// Limits against abuse, on a clock that stands still until the test moves it: failed logins, registrations, requests.
import assert from "node:assert/strict";
import { ManualClock } from "../support/manual-clock.ts";
import { range } from "../support/lists.ts";
import { useServer } from "../support/server.ts";
import type { WireClient } from "../support/wire-client.ts";

const MINUTE_MS = 60_000;
const wrong = (username: string): object => ({ username, password: "wrong password" });

describe("failed logins", () => {
  const clock = new ManualClock();
  const server = useServer({}, clock);

  afterEach(() => clock.advance(MINUTE_MS));

  async function failTimes(client: WireClient, count: number, data: object): Promise<void> {
    for (let failed = 0; failed < count; failed += 1) await client.fails("login", data, 401);
  }

  it("of a name are refused after 10 until the minute is over, the right password too; others are not", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    const client = await server().connect();
    await failTimes(client, 9, wrong(ann.username));
    await client.ok("login", { username: ann.username, password: ann.password });
    clock.advance(10_000);
    await failTimes(client, 1, wrong(ann.username.toUpperCase()));
    const right = { username: ann.username, password: ann.password };
    for (const data of [wrong(ann.username), right]) {
      const { retry_after } = await (await server().connect()).fails("login", data, 429);
      assert.equal(retry_after, 50);
    }
    await client.ok("login", { username: ben.username, password: ben.password });
    await ann.say("who is in stays in");
    await client.ok("login", { token: ann.loggedIn.token });
    clock.advance(49_000);
    assert.equal((await client.fails("login", right, 429)).retry_after, 1);
    clock.advance(1_000);
    await client.ok("login", right);
  });

  it("of a name that nobody has are refused alike", async () => {
    const client = await server().connect();
    await failTimes(client, 10, wrong("nobody.at.all"));
    await client.fails("login", wrong("nobody.at.all"), 429);
    clock.advance(MINUTE_MS);
    await client.fails("login", wrong("nobody.at.all"), 401);
  });

  it("count at change_password too", async () => {
    const ann = await server().newPerson("Ann");
    const data = { password: "wrong password", new_password: "another password" };
    for (const _ of range(1, 10)) await ann.fails("change_password", data, 401);
    await ann.fails("change_password", { ...data, password: ann.password }, 429);
    await ann.fails("login", { username: ann.username, password: ann.password }, 429);
    clock.advance(MINUTE_MS);
    await ann.ok("change_password", { ...data, password: ann.password });
  });

  it("of an address are refused after 30, by name or token, sent one by one or in one packet", async () => {
    const ann = await server().newPerson("Ann");
    const client = await server().connect();
    for (const index of range(1, 14)) await failTimes(client, 1, wrong(`name${index}`));
    for (const index of range(1, 20)) client.send("login", { token: `no token ${index}` });
    const codes = [];
    for (const _ of range(1, 20)) codes.push((await client.replies.next()).code);
    assert.deepEqual(codes, [...Array<number>(16).fill(401), ...Array<number>(4).fill(429)]);
    const other = await server().connect();
    const { retry_after } = await other.fails("login", { username: ann.username, password: ann.password }, 429);
    assert.equal(retry_after, 60);
    await other.fails("login", { token: ann.loggedIn.token }, 429);
    await ann.say("who is in stays in");
    clock.advance(MINUTE_MS);
    await other.ok("login", { token: ann.loggedIn.token });
  });

  it("in parallel do not get more tries", async () => {
    const ann = await server().newPerson("Ann");
    const clients = await Promise.all(range(1, 25).map(() => server().connect()));
    const replies = await Promise.all(clients.map((client) => client.request("login", wrong(ann.username))));
    assert.equal(replies.filter(({ code }) => code === 401).length, 10);
    assert.equal(replies.filter(({ code }) => code === 429).length, 15);
    assert.ok(replies.every(({ code, retry_after = 0 }) => (code === 429) === retry_after > 0));
  });
});

describe("requests", () => {
  const clock = new ManualClock();
  const server = useServer({}, clock);

  it("may come 5,000 at once and 1,000 in a second; more get 429, and the connection stays usable", async () => {
    const ann = await server().newPerson("Ann");
    const { client } = ann;
    clock.advance(MINUTE_MS);
    const ping = client.frame({ action: "ping" });
    const codes = async (count: number): Promise<Record<number, number>> => {
      client.raw(Buffer.concat(Array<Buffer>(count).fill(ping)));
      const found: Record<number, number> = {};
      for (const _ of range(1, count)) {
        const { code, action, retry_after } = await client.replies.next();
        assert.equal(action, "ping");
        assert.equal(retry_after, code === 429 ? 1 : undefined);
        found[code] = (found[code] ?? 0) + 1;
      }
      return found;
    };
    assert.deepEqual(await codes(5_100), { 200: 5_000, 429: 100 });
    clock.advance(1_000);
    assert.deepEqual(await codes(1_100), { 200: 1_000, 429: 100 });
    const other = await server().connect();
    await other.barrier();
    clock.advance(1);
    await client.barrier();
  });
});

describe("connections", () => {
  const server = useServer({ maxConnections: 3 });

  it("beyond the limit get one line with 429, and are closed; those there are served", async () => {
    const clients = await Promise.all(range(1, 3).map(() => server().connect()));
    for (const client of clients) await client.barrier();
    const refused = await server().connect({ framing: "lines" });
    const { code, retry_after } = await refused.replies.next();
    assert.deepEqual([code, (retry_after ?? 0) > 0], [429, true]);
    await refused.closed();
    for (const client of clients) await client.barrier();
    clients[0]?.destroy();
    await clients[1]?.barrier();
    const late = await server().connect();
    await late.barrier();
  });
});

describe("connections of an address", () => {
  const server = useServer({ maxConnectionsPerAddress: 2 });

  it("have no limit on loopback", async () => {
    const clients = await Promise.all(range(1, 20).map(() => server().connect()));
    for (const client of clients) await client.barrier();
  });
});
