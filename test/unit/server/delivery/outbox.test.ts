// Outbox: what fits is sent in order, what does not fit is dropped and told, on a socket whose reader can be stopped.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { eventText } from "../../../../src/protocol/events.ts";
import { encodeFrame } from "../../../../src/protocol/frame.ts";
import { DeliveryLog } from "../../../../src/server/delivery/chat-feed.ts";
import { Outbox } from "../../../../src/server/delivery/outbox.ts";
import { EventFrames } from "../../../../src/server/delivery/shared-frames.ts";
import type { EventChunk } from "../../../../src/threads/task.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const MAX_BYTES = 100_000;

describe("Outbox", () => {
  let server: Server;
  let sending: Socket;
  let reading: Socket;
  let clock: ManualClock;
  let log: DeliveryLog;
  let outbox: Outbox;
  let received: string;

  beforeEach(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    reading = connect((server.address() as AddressInfo).port, "127.0.0.1");
    sending = await accepted;
    received = "";
    reading.setEncoding("utf8").on("data", (text: string) => (received += text));
    clock = new ManualClock();
    log = new DeliveryLog();
    outbox = new Outbox(sending, "lines", MAX_BYTES, clock);
    outbox.begin(log, new Set());
    sending.on("drain", () => outbox.flush());
  });

  afterEach(() => {
    sending.destroy();
    reading.destroy();
    server.close();
  });

  function message(chatId: string, seq: number, text: string): EventChunk {
    const fields = { chat_id: chatId, seq, message_id: `m${seq}`, user_id: "u", username: "n", message: text, time: 1 };
    const bytes = encodeFrame(eventText("message", fields, 1_000), "prefixed");
    return { chatId, event: "message", from: seq, to: seq, bytes };
  }

  function push(chatId: string, seq: number, text: string): void {
    outbox.push(log.lone(message(chatId, seq, text)));
  }

  function give(chatId: string, seq: number, text: string): void {
    push(chatId, seq, text);
    outbox.flush();
  }

  /** More is delivered elsewhere than may be delivered after what waits. */
  function deliverElsewhere(): void {
    log.endBytes += 4 * 1024 * 1024 + 1;
  }

  /** Stops the reader and fills everything up to the outbox's limit. Returns the first seq of `common` that is dropped. */
  function fill(): number {
    reading.pause();
    let seq = 0;
    while (!outbox.isBehind) give("common", (seq += 1), "x".repeat(20_000));
    deliverElsewhere();
    outbox.flush();
    assert.notEqual(outbox.fullSinceMs, undefined);
    assert.ok(outbox.pendingBytes <= MAX_BYTES);
    return seq;
  }

  const lines = (): { event: string; data: { chat_id: string; seq?: number; from_seq?: number; to_seq?: number } }[] =>
    received
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ReturnType<typeof lines>[number]);

  it("tells no gap of a session that has ended to the next one", async () => {
    fill();
    outbox.end();
    reading.resume();
    await eventually("the outbox is empty", () => outbox.fullSinceMs === undefined);
    outbox.event(new EventFrames("{}"));
    await eventually("the event has arrived", () => received.endsWith("{}\n"));
    assert.ok(!received.includes("from_seq"));
    assert.equal(outbox.gapCount, 0);
  });

  it("sends answers and events of one turn in their order", async () => {
    outbox.reply(encodeFrame('{"a":1}', "lines"));
    push("common", 1, "hello");
    outbox.event(new EventFrames('{"b":2}'));
    outbox.reply(Buffer.alloc(0));
    await eventually("all has arrived", () => received.endsWith('{"b":2}\n'));
    assert.match(received, /^\{"a":1\}\n\{"event":"message".*\}\n\{"b":2\}\n$/);
  });

  it("sends what was pushed before anything else, during a session alone", async () => {
    outbox = new Outbox(sending, "lines", MAX_BYTES, clock);
    push("common", 1, "stored before the session");
    outbox.begin(log, new Set());
    outbox.reply(encodeFrame('{"login":1}', "lines"));
    for (const seq of [2, 3]) push("common", seq, "stored");
    outbox.reply(encodeFrame('{"answer":2}', "lines"));
    push("common", 4, "stored");
    outbox.event(new EventFrames('{"event":3}'));
    assert.equal(outbox.isBehind, false);
    push("common", 5, "stored");
    assert.equal(outbox.isBehind, true);
    outbox.flush();
    push("common", 6, "stored");
    outbox.end();
    push("common", 7, "stored after the session");
    assert.equal(outbox.isBehind, false);
    outbox.reply(encodeFrame('{"last":4}', "lines"));
    await eventually("all has arrived", () => received.endsWith('{"last":4}\n'));
    const order = lines().map((line) => (line.event === "message" ? line.data.seq : Object.keys(line)[0]));
    assert.deepEqual(order, ["login", 2, 3, "answer", 4, "event", 5, 6, "last"]);
  });

  /** The outbox of a session whose reader has stopped and whose socket is full. */
  async function stall(): Promise<void> {
    outbox = new Outbox(sending, "lines", 1024 * 1024, clock);
    outbox.begin(log, new Set());
    reading.pause();
    const filling = new EventFrames(JSON.stringify({ event: "typing", filling: "z".repeat(256 * 1024) }));
    while (outbox.pendingBytes === 0) {
      outbox.event(filling);
      await new Promise((resolve) => setImmediate(resolve)); // what the system takes it has taken
    }
  }

  /** Stores messages of 200 KiB, numbered from 1, and gives each to the outbox. */
  function storeBig(count: number, chatId = "common"): void {
    for (let seq = 1; seq <= count; seq += 1) {
      give(chatId, seq, "x".repeat(200 * 1024));
      assert.ok(outbox.pendingBytes <= 1024 * 1024);
    }
  }

  /** What the messages and gaps stand for that have arrived. */
  const places = () =>
    lines().flatMap(({ event, data }) => (event === "message" || event === "gap" ? [data.seq ?? data] : []));

  for (const chatId of ["common", "dm:a:b"]) {
    it(`leaves what finds no room where it is, and sends it when there is some: ${chatId}`, async () => {
      await stall();
      storeBig(20, chatId);
      assert.equal(outbox.isBehind, true);
      assert.equal(outbox.fullSinceMs, undefined, "nothing was dropped");
      const queuedBytes = outbox.pendingBytes;
      outbox.flush();
      assert.equal(outbox.pendingBytes, queuedBytes, "there is no room yet");
      assert.equal(outbox.unsentAnswerBytes, 0);
      const answer = encodeFrame('{"answer":1}', "lines");
      outbox.reply(answer);
      assert.equal(outbox.unsentAnswerBytes, queuedBytes + answer.length);
      reading.resume();
      await eventually("all has arrived", () => places().length === 20);
      assert.deepEqual(
        places(),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      assert.equal(outbox.isBehind, false);
      assert.equal(outbox.gapCount, 0);
      await eventually("the answer is out", () => outbox.unsentAnswerBytes === 0);
    });
  }

  it("writes nothing after the session's end, when the socket may have ended too", async () => {
    const errors: Error[] = [];
    sending.on("error", (error) => errors.push(error));
    outbox = new Outbox(sending, "lines", 1024 * 1024, clock);
    outbox.begin(log, new Set());
    for (let seq = 1; seq <= 15; seq += 1) push("common", seq, "x".repeat(200 * 1024));
    outbox.event(new EventFrames('{"event":"closing"}')); // corks: what fits is queued, the rest is behind
    outbox.end();
    sending.end();
    outbox.end();
    await eventually("it has ended", () => reading.readableEnded);
    assert.deepEqual(errors, []);
    assert.match(received, /"closing"\}\n$/);
  });

  it("drops what is too far behind, and tells one gap for it", async () => {
    await stall();
    storeBig(60);
    assert.notEqual(outbox.fullSinceMs, undefined);
    reading.resume();
    await eventually("the gap is told", () => outbox.fullSinceMs === undefined);
    give("common", 61, "later");
    await eventually("all has arrived", () => received.includes("later"));
    const gaps = places().filter((place) => typeof place === "object");
    const fromSeq = gaps[0]?.from_seq ?? 0;
    assert.deepEqual(gaps, [{ chat_id: "common", from_seq: fromSeq, to_seq: 60 }]);
    const seqs = places().filter((place) => typeof place === "number");
    assert.deepEqual(seqs, [...Array.from({ length: fromSeq - 1 }, (_, index) => index + 1), 61]);
  });

  it("tells one gap per chat when there is room again, before later messages of the chat", async () => {
    const first = fill();
    clock.advance(10);
    for (const seq of [1, 2, 3]) give("dm:a:b", seq, "y".repeat(30_000));
    for (const seq of [first + 1, first + 2]) give("common", seq, "small, and still dropped");
    deliverElsewhere();
    outbox.flush();
    assert.equal(outbox.fullSinceMs, clock.now() - 10, "since the first that was dropped");
    reading.resume();
    await eventually("the gaps are told", () => outbox.fullSinceMs === undefined);
    give("common", first + 3, "later");
    await eventually("all has arrived", () => received.includes("later"));
    const gaps = lines()
      .filter(({ event }) => event === "gap")
      .map(({ data }) => data);
    assert.deepEqual(gaps, [
      { chat_id: "common", from_seq: first, to_seq: first + 2 },
      { chat_id: "dm:a:b", from_seq: 1, to_seq: 3 },
    ]);
    const seqs = lines().flatMap(({ event, data }) => (event === "message" ? [data.seq] : []));
    assert.deepEqual(seqs, [...Array.from({ length: first - 1 }, (_, index) => index + 1), first + 3]);
    assert.equal(lines().at(-1)?.data.seq, first + 3);
  });

  it("has what must not be missed wait in its order, and ends the session where that would be dropped", async () => {
    let lostCount = 0;
    outbox.begin(log, new Set(), () => (lostCount += 1));
    reading.pause();
    const notify = (role: string): void => {
      const bytes = encodeFrame(JSON.stringify({ event: "member", data: { role } }), "prefixed");
      outbox.push(log.lone({ chatId: "group", event: "notice", from: 0, to: 0, bytes }));
      outbox.flush();
    };
    let seq = 0;
    while (!outbox.isBehind) give("group", (seq += 1), "x".repeat(20_000));
    notify("member");
    give("group", seq + 1, "later");
    reading.resume();
    await eventually("all has arrived", () => received.includes("later"));
    assert.deepEqual(
      lines().map(({ event }) => event),
      [...Array.from({ length: seq }, () => "message"), "member", "message"],
    );
    assert.equal(lostCount, 0);
    fill();
    notify("owner");
    assert.equal(lostCount, 0, "it may wait");
    deliverElsewhere();
    outbox.flush();
    await new Promise((resolve) => process.nextTick(resolve));
    assert.equal(lostCount, 1);
  });

  it("drops other events without a word, is full since then, and always takes answers", async () => {
    fill();
    const dropped = new EventFrames(JSON.stringify({ event: "typing", filling: "z".repeat(30_000) }));
    outbox.event(dropped);
    const answer = encodeFrame(JSON.stringify({ answer: "w".repeat(MAX_BYTES) }), "lines");
    outbox.reply(answer);
    assert.ok(outbox.pendingBytes > MAX_BYTES);
    reading.resume();
    await eventually("the answer has arrived", () => received.includes("wwww") && outbox.fullSinceMs === undefined);
    assert.ok(!received.includes("zzzz"));
  });

  it("counts as full also by other events alone, and no more when they fit", async () => {
    reading.pause();
    const event = new EventFrames(JSON.stringify({ event: "typing", filling: "z".repeat(30_000) }));
    for (let count = 0; outbox.fullSinceMs === undefined; count += 1) {
      assert.ok(count < 2_000);
      outbox.event(event);
    }
    reading.resume();
    await eventually("it is empty", () => outbox.pendingBytes === 0);
    outbox.flush();
    assert.equal(outbox.fullSinceMs, undefined);
    assert.ok(!received.includes("gap"));
  });

  it("takes an event that is bigger than itself when it is empty", async () => {
    give("common", 1, "x".repeat(MAX_BYTES * 2));
    assert.equal(outbox.fullSinceMs, undefined);
    await eventually("it has arrived", () => received.endsWith("\n"));
    assert.equal(lines()[0]?.data.seq, 1);
  });
});
