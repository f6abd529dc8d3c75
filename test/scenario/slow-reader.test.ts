// Sessions that read too slowly: bounded memory, gaps in place of messages, closed when full for too long, others not held up.
import assert from "node:assert/strict";
import type { Events } from "../../src/protocol/events.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { eventually } from "../support/eventually.ts";
import { range, seqs } from "../support/lists.ts";
import { ManualClock } from "../support/manual-clock.ts";
import type { Person } from "../support/person.ts";
import { useServer, type TestServer } from "../support/server.ts";
import type { WireEvent } from "../support/wire-client.ts";

const OUTBOX_BYTES = 1024 * 1024;
/** 32 KiB each, so that few are enough to fill what the operating system buffers. */
const BIG = "😀".repeat(8192);

/** The session of somebody as the server knows it. */
function outboxOf(server: TestServer, person: Person) {
  const [session] = server.running.registry.sessionsOf(person.userId);
  if (session === undefined) throw new Error(`${person.username} is not online`);
  return session.outbox;
}

/** Sends big messages until the server drops them for this reader. Returns the last seq. */
async function fill(server: TestServer, sender: Person, reader: Person, chatId: ChatId): Promise<number> {
  let seq = 0;
  while (outboxOf(server, reader).fullSinceMs === undefined) {
    for (const _ of range(1, 20)) sender.client.send("add_message", { chat_id: chatId, message: BIG });
    for (const _ of range(1, 20)) ({ seq } = (await sender.client.replies.next()) as unknown as { seq: number });
    assert.ok(outboxOf(server, reader).pendingBytes <= OUTBOX_BYTES, "what waits is bounded");
    assert.ok(seq < 4_000, "the operating system cannot buffer that much");
  }
  return seq;
}

/** The seqs that a list of events covers for a chat, by messages and gaps, in the order of arrival. */
function covered(events: readonly WireEvent[], chatId: ChatId): number[] {
  return events.flatMap(({ event, data }) => {
    if (data["chat_id"] !== chatId) return [];
    if (event === "message") return [Number(data["seq"])];
    return event === "gap" ? range(Number(data["from_seq"]), Number(data["to_seq"])) : [];
  });
}

for (const framing of ["prefixed", "lines"] as const) {
  describe(`a slow reader (${framing})`, () => {
    const server = useServer({ outboxBytes: OUTBOX_BYTES, requestRatePerSec: 0, byteRatePerSec: 0 });

    it("is told gaps in place of what was dropped, before any later message; others get everything", async () => {
      const [ann, ben, cid] = [
        await server().newPerson("Ann"),
        await server().newPerson("Ben", { framing }),
        await server().newPerson("Cid"),
      ];
      ben.client.socket.pause();
      const direct = ann.chatWith(ben);
      await ann.say("before", direct);
      const last = await fill(server(), ann, ben, "common");
      // More than may wait outside of the outbox, so that some are dropped, whatever the batches were before.
      const more = range(1, 2 + (5 * OUTBOX_BYTES) / Buffer.byteLength(BIG));
      for (const _ of more) ann.client.send("add_message", { chat_id: direct, message: BIG });
      for (const _ of more) await ann.client.replies.next();
      ben.client.socket.resume();
      const { seq } = await ann.say("after");
      await eventually("the reader is up to date", () => outboxOf(server(), ben).fullSinceMs === undefined);
      await ann.say("after", direct);
      await ben.client.barrier();
      const events = ben.client.takeAllEvents();
      assert.deepEqual(covered(events, "common").at(-1), seq);
      assert.deepEqual(covered(events, "common"), range(seq - last, seq), "all is covered once, in order");
      assert.deepEqual(covered(events, direct), range(1, more.length + 2));
      const gaps = events.filter(({ event }) => event === "gap").map(({ data }) => data as unknown as Events["gap"]);
      assert.ok(gaps.some(({ chat_id }) => chat_id === "common") && gaps.some(({ chat_id }) => chat_id === direct));
      for (const { chat_id, from_seq = 0, to_seq = 0 } of gaps) {
        assert.ok(from_seq <= to_seq);
        if (chat_id !== "common") continue;
        const { messages } = await ben.ok("common_chat", { after: from_seq - 1, before: to_seq + 1, limit: 200 });
        assert.equal(messages[0]?.seq, from_seq);
      }
      const heard = await cid.events("message");
      assert.deepEqual(seqs(heard), range(seq - last, seq), "the others missed nothing");
    });
  });
}

describe("a session that is behind", () => {
  const server = useServer({ outboxBytes: OUTBOX_BYTES, requestRatePerSec: 0, byteRatePerSec: 0 });

  /** Sends big messages until some wait outside of the reader's outbox. */
  async function leaveBehind(sender: Person, reader: Person): Promise<void> {
    reader.client.socket.pause();
    for (let seq = 0; !outboxOf(server(), reader).isBehind;) {
      for (const _ of range(1, 20)) sender.client.send("add_message", { chat_id: "common", message: BIG });
      for (const _ of range(1, 20)) ({ seq } = (await sender.client.replies.next()) as unknown as { seq: number });
      await sender.client.barrier();
      assert.ok(seq < 4_000, "the operating system cannot buffer that much");
    }
  }

  it("gets its answers, and all messages without a gap", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    await leaveBehind(ann, ben);
    ben.client.send("ping", {});
    ben.client.socket.resume();
    assert.equal((await ben.client.replies.next()).code, 200);
    const { seq } = await ann.say("after");
    await eventually("the reader is up to date", () => !outboxOf(server(), ben).isBehind);
    await ben.client.barrier();
    const events = ben.client.takeAllEvents();
    assert.deepEqual(covered(events, "common"), range(1, seq));
    assert.ok(events.every(({ event }) => event !== "gap"));
  });

  it("is closed in order", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    await leaveBehind(ann, ben);
    const errors: Error[] = [];
    ben.client.socket.on("error", (error) => errors.push(error));
    const [session] = server().running.registry.sessionsOf(ben.userId);
    session?.close("for a test");
    ben.client.socket.resume();
    await ben.client.closed();
    assert.deepEqual(errors, []);
  });
});

describe("a slow reader's own requests", () => {
  const server = useServer({ requestRatePerSec: 0, byteRatePerSec: 0 });

  it("are not read while too many answers wait, and are all answered in the end", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    for (const _ of range(1, 20)) await ann.say(BIG, ann.chatWith(ben));
    await ben.events("message");
    ben.client.socket.pause();
    const count = 60;
    const frame = ben.client.frame({ action: "get_chat", data: { contact: ann.username, limit: 20 } });
    ben.client.raw(Buffer.concat(Array<Buffer>(count).fill(frame)));
    const outbox = outboxOf(server(), ben);
    await eventually("answers wait", () => outbox.pendingBytes > 192 * 1024);
    await ann.client.barrier();
    assert.ok(outbox.pendingBytes < 2 * 1024 * 1024, `${outbox.pendingBytes} bytes wait`);
    ben.client.socket.resume();
    for (const _ of range(1, count)) assert.equal((await ben.client.replies.next()).code, 200);
  });
});

describe("a session that does not read its answers", () => {
  const HANDSHAKE_TIMEOUT_MS = 1_000;
  const clock = new ManualClock();
  const server = useServer(
    { requestRatePerSec: 0, byteRatePerSec: 0, answerRatePerSec: 0, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS },
    clock,
  );

  it("is closed after the drain timeout, not earlier, and not while it goes on reading", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    for (const _ of range(1, 20)) await ann.say(BIG, ann.chatWith(ben));
    await ben.events("message");
    const { socket } = ben.client;
    const outbox = outboxOf(server(), ben);
    const isOnline = (): boolean => server().running.registry.hasSession(ben.userId);
    const ask = (): void => {
      const frame = ben.client.frame({ action: "get_chat", data: { contact: ann.username, limit: 20 } });
      ben.client.raw(Buffer.concat(Array<Buffer>(200).fill(frame)));
    };
    /** Resolves when the server has looked at all deadlines: at the latest when it ends a connection without a login. */
    const looked = async (): Promise<void> => {
      const nobody = await server().connect();
      await nobody.barrier();
      clock.advance(HANDSHAKE_TIMEOUT_MS);
      await nobody.closed();
    };
    socket.pause();
    ask();
    await eventually("answers wait", () => outbox.pendingBytes > 192 * 1024);
    await looked();
    clock.advance(28_000);
    const sentBytes = outbox.sentBytes;
    socket.resume();
    await eventually("it has read more", () => outbox.sentBytes > sentBytes + 1024 * 1024);
    socket.pause();
    ask();
    await eventually("answers wait again", () => outbox.pendingBytes > 192 * 1024);
    clock.advance(29_000);
    await looked();
    assert.ok(isOnline(), "it has read within the time");
    clock.advance(30_000);
    await eventually("it is closed", () => !isOnline());
    await ann.say("the others go on");
  });
});

describe("a session that stays full", () => {
  const clock = new ManualClock();
  const server = useServer({ outboxBytes: OUTBOX_BYTES, requestRatePerSec: 0, byteRatePerSec: 0 }, clock);

  it("is closed after the drain timeout, not earlier", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    ben.client.socket.pause();
    await fill(server(), ann, ben, "common");
    // What the operating system buffers may grow a little once more.
    for (let round = 0; round < 200; round += 1) {
      await ann.client.barrier();
      await fill(server(), ann, ben, "common");
    }
    clock.advance(29_999);
    // A connection that is closed by the same look at all deadlines shows that the look has been taken.
    const early = await server().connect();
    await early.barrier();
    const [session] = server().running.registry.sessionsOf(ben.userId);
    assert.ok(session !== undefined);
    clock.advance(1);
    await eventually("it is closed", () => !server().running.registry.hasSession(ben.userId));
    await ann.say("the others go on");
    await early.barrier();
  });
});
