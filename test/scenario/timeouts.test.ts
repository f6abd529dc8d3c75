// Deadlines of connections, on a clock that the test moves: the login, a frame, silence. None is kept too early.
import assert from "node:assert/strict";
import { ManualClock } from "../support/manual-clock.ts";
import { useServer } from "../support/server.ts";
import type { WireClient } from "../support/wire-client.ts";

const clock = new ManualClock();

/** Asserts that these connections live and work. */
async function stillThere(...clients: readonly WireClient[]): Promise<void> {
  for (const client of clients) await client.barrier();
}

describe("a connection without a login", () => {
  const server = useServer({}, clock);

  it("is closed after 60 s, not earlier, whatever it sends, also after a logout; who is logged in stays", async () => {
    const witness = await server().connect(); // when it is closed, all deadlines have been looked at
    clock.advance(1);
    const silent = await server().connect();
    const pinging = await server().connect({ framing: "lines" });
    const [left, ann] = await server().newPeople("Left", "Ann");
    clock.advance(30_000);
    await pinging.barrier();
    await left.ok("logout", {});
    clock.advance(29_999);
    await witness.closed();
    await stillThere(pinging, left.client, ann.client);
    assert.ok(!silent.isClosed);
    clock.advance(1);
    await Promise.all([silent.closed(), pinging.closed()]);
    await stillThere(left.client, ann.client);
    clock.advance(30_000);
    await left.client.closed();
    assert.deepEqual(left.client.takeEvents("closing"), []);
    clock.advance(24 * 3_600_000);
    await ann.say("still here after a day");
  });
});

describe("a frame that takes longer than 60 s", () => {
  const server = useServer({}, clock);

  it("closes the connection, however it trickles; others start again with each frame", async () => {
    const people = await Promise.all(["Ann", "Ben"].map((name) => server().newPerson(name)));
    const lines = await server().newPerson("Cid", { framing: "lines" });
    const quick = await server().newPerson("Dan");
    const frame = quick.client.frame({ action: "ping" });
    const trickling = [...people, lines];
    const long = { action: "ping", data: { filling: "x".repeat(100) } };
    for (const { client } of trickling) client.raw(client.frame(long).subarray(0, 10));
    quick.client.raw(frame.subarray(0, 10));
    // What was sent before another connection's ping has arrived when that one is answered.
    const other = await server().newPerson("Eve");
    for (let second = 0; second < 59; second += 1) {
      await other.client.barrier();
      clock.advance(1_000);
      for (const { client } of people) client.raw("x");
      lines.client.raw(" ");
      if (second % 20 === 19) quick.client.raw(Buffer.concat([frame.subarray(10), frame.subarray(0, 10)]));
    }
    for (const { client } of trickling) assert.ok(!client.isClosed);
    clock.advance(1_000);
    for (const { client } of trickling) {
      assert.match((await client.nextEvent("closing")).reason, /frame/);
      await client.closed();
    }
    quick.client.raw(frame.subarray(10));
    await quick.client.barrier();
  });
});

describe("an idle connection", () => {
  const server = useServer({ idleTimeoutMs: 300_000 }, clock);

  it("is closed when an idle time is set and it sends nothing for so long; a keep-alive is something", async () => {
    const [idle, alive] = await server().newPeople("Idle", "Alive");
    clock.advance(200_000);
    alive.client.raw(Buffer.alloc(4));
    await alive.client.barrier();
    clock.advance(100_000);
    assert.match((await idle.client.nextEvent("closing")).reason, /idle/);
    await idle.client.closed();
    await stillThere(alive.client);
  });
});
