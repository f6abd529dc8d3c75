// Rates in bytes and by address, and the end of a peer that asks on although it is refused.
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { eventually } from "../support/eventually.ts";
import { range } from "../support/lists.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { useServer } from "../support/server.ts";
import type { WireClient } from "../support/wire-client.ts";

/** An address of this machine that is not loopback, for a peer from elsewhere. */
const OUTER_ADDRESS = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

const KIB = 1024;

/** A ping whose frame has so many bytes. */
function bigPing(client: WireClient, byteCount: number): Buffer {
  const empty = client.frame({ action: "ping", data: { padding: "" } }).length;
  return client.frame({ action: "ping", data: { padding: "x".repeat(byteCount - empty) } });
}

/** Sends a frame so many times at once, and counts the codes of the answers. */
async function codesOf(client: WireClient, frame: Buffer, count: number): Promise<Record<number, number>> {
  client.raw(Buffer.concat(Array<Buffer>(count).fill(frame)));
  const found: Record<number, number> = {};
  for (const _ of range(1, count)) {
    const { code, retry_after = 0 } = await client.replies.next();
    assert.equal(code === 429, retry_after > 0);
    found[code] = (found[code] ?? 0) + 1;
  }
  return found;
}

describe("bytes of requests", () => {
  const clock = new ManualClock();
  const server = useServer({ byteRatePerSec: 128 * KIB, byteBurstCount: 1024 * KIB }, clock);

  it("may be a burst at once and the rate in a second; more get 429, and the connection stays usable", async () => {
    const { client } = await server().newPerson("Ann");
    clock.advance(60_000);
    const frame = bigPing(client, 32 * KIB);
    assert.deepEqual(await codesOf(client, frame, 40), { 200: 32, 429: 8 });
    clock.advance(1_000);
    assert.deepEqual(await codesOf(client, frame, 10), { 200: 4, 429: 6 });
    const other = await server().connect();
    await other.barrier();
    clock.advance(250);
    assert.deepEqual(await codesOf(client, frame, 1), { 200: 1 });
  });

  it("that are blank frames end the connection when they are too many", async () => {
    for (const framing of ["prefixed", "lines"] as const) {
      const ann = await server().newPerson("Ann", { framing });
      clock.advance(60_000);
      ann.client.raw(Buffer.alloc(1023 * KIB, framing === "lines" ? "\n" : 0));
      await ann.client.barrier();
      clock.advance(60_000);
      ann.client.raw(Buffer.alloc(1024 * KIB + 64, framing === "lines" ? "\n" : 0));
      assert.match((await ann.client.nextEvent("closing")).reason, /blank/);
      await ann.client.closed();
    }
  });
});

describe("who asks on although it is refused", () => {
  const clock = new ManualClock();
  const limits = { requestRatePerSec: 10, requestBurstCount: 100, maxRefusals: 50 };
  const server = useServer(limits, clock);

  it("is told `closing` and closed; who waits as it is told stays, and others notice nothing", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    clock.advance(60_000);
    const ping = ann.client.frame({ action: "ping" });
    assert.deepEqual(await codesOf(ann.client, ping, 150), { 200: 100, 429: 50 });
    clock.advance(1_000);
    assert.deepEqual(await codesOf(ann.client, ping, 60), { 200: 10, 429: 50 });
    clock.advance(999);
    assert.deepEqual(await codesOf(ann.client, ping, 10), { 200: 9, 429: 1 });
    assert.match((await ann.client.nextEvent("closing")).reason, /too many requests/);
    await ann.client.closed();
    await ben.say("nothing happened");
    const warned = server().log.entries.filter(({ text }) => /a connection is closed/.test(text));
    assert.equal(warned.length, 1);
  });

  it("has every message that was answered stored, and the others not", async () => {
    const ann = await server().newPerson("Ann");
    clock.advance(60_000);
    const before = (await ann.ok("common_chat", { limit: 1 })).length;
    const frames = range(1, 1_000).map((index) =>
      ann.client.frame({ action: "add_message", data: { chat_id: "common", message: `m${index}` } }),
    );
    ann.client.raw(Buffer.concat(frames));
    await ann.client.closed();
    const answers = ann.client.replies.take(() => true);
    const stored = answers.filter(({ code }) => code === 200).length;
    assert.equal(stored, 99);
    assert.ok(answers.filter(({ code }) => code === 429).length > 50);
    const ben = await server().newPerson("Ben");
    assert.equal((await ben.ok("common_chat", { limit: 1 })).length, before + stored);
  });

  it("counts refused logins too, and needs no session for it", async () => {
    const client = await server().connect();
    const data = { username: "nobody.here", password: "wrong password" };
    for (const _ of range(1, 10)) await client.fails("login", data, 401);
    for (const _ of range(1, 51)) {
      client.send("login", data);
      assert.equal((await client.replies.next()).code, 429);
    }
    await client.closed();
  });
});

describe("all connections of an address", () => {
  const clock = new ManualClock();
  const limits = { requestRatePerSec: 0, addressRequestRatePerSec: 10, addressRequestBurstCount: 100 };
  const server = useServer({ ...limits, address: "0.0.0.0", maxConnectionsPerAddress: 3 }, clock);

  before(function () {
    if (OUTER_ADDRESS === undefined) this.skip(); // a machine without a network has no peers from elsewhere
  });

  const connect = (): Promise<WireClient> => server().connect({ address: OUTER_ADDRESS ?? "" });

  it("share what they may ask, also when they come again; loopback has no limit", async () => {
    const [one, other] = [await connect(), await connect()];
    const ping = one.frame({ action: "ping" });
    assert.deepEqual(await codesOf(one, ping, 60), { 200: 60 });
    assert.deepEqual(await codesOf(other, ping, 60), { 200: 40, 429: 20 });
    for (const client of [one, other]) {
      client.endSending();
      await client.closed();
    }
    assert.deepEqual(await codesOf(await connect(), ping, 1), { 429: 1 });
    const near = await server().connect();
    assert.deepEqual(await codesOf(near, ping, 300), { 200: 300 });
    clock.advance(2_000);
    assert.deepEqual(await codesOf(await connect(), ping, 30), { 200: 20, 429: 10 });
  });

  it("are not more than the limit", async () => {
    clock.advance(60_000);
    for (const client of [await connect(), await connect(), await connect()]) await client.barrier();
    const late = await server().connect({ address: OUTER_ADDRESS ?? "", framing: "lines" });
    assert.equal((await late.replies.next()).code, 429);
    await late.closed();
  });
});

describe("bytes of answers", () => {
  const clock = new ManualClock();
  const server = useServer({ answerRatePerSec: KIB, answerBurstCount: 200 * KIB }, clock);

  it("over the rate make the next requests wait, which are all answered, and nobody else's", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    for (const _ of range(1, 16)) await ann.say("x".repeat(8_000));
    for (const _ of range(1, 3)) ann.client.send("common_chat", { limit: 200 });
    const last = ann.client.request("ping");
    await eventually("two pages beside the events", () => ann.client.receivedBytes > 330 * KIB);
    await ben.client.barrier();
    assert.equal((await ben.ok("common_chat", { limit: 200 })).messages.length, 15);
    assert.ok(ann.client.receivedBytes < 450 * KIB);
    clock.advance(1_000_000);
    assert.equal((await last).code, 200);
  });
});
