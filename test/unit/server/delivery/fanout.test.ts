// The fan-out of the common chat: whoever comes and goes while it goes round, everybody is given every message that is
// stored during their session, once and in order. With real sockets.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import fc from "fast-check";
import { eventText } from "../../../../src/protocol/events.ts";
import { encodeFrame } from "../../../../src/protocol/frame.ts";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import { LOCAL_BUS } from "../../../../src/server/delivery/bus.ts";
import { ChatDirectory } from "../../../../src/server/delivery/chat-directory.ts";
import { Fanout } from "../../../../src/server/delivery/fanout.ts";
import { Metrics } from "../../../../src/server/metrics.ts";
import { Outbox } from "../../../../src/server/delivery/outbox.ts";
import { Presence } from "../../../../src/server/delivery/presence.ts";
import { Registry } from "../../../../src/server/delivery/registry.ts";
import { Session } from "../../../../src/server/delivery/session.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const SEED = { seed: 20_261_123, numRuns: 150 };
const CLIENT_COUNT = 6;
const PEER = { id: 1, address: "127.0.0.1", activeMs: 0, close: () => undefined };
/** One write, and the event loop has its turn: every place in a round is a place to be interrupted at. */
const SLICE = { ms: 0, visitsPerLook: 1 };

interface Client {
  readonly socket: Socket;
  readonly outbox: Outbox;
  readonly received: number[];
  expected: number[];
  session: Session | undefined;
}

describe("Fanout", () => {
  let server: Server;
  let clients: Client[];
  let registry: Registry;
  let fanout: Fanout;
  let seq: number;

  before(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    clients = [];
    for (let index = 0; index < CLIENT_COUNT; index += 1) clients.push(await connected());
  });
  after(() => {
    for (const { socket } of clients) socket.destroy();
    server.close();
  });
  beforeEach(begin);

  function begin(): void {
    registry = new Registry();
    const presence = new Presence(registry, LOCAL_BUS, new ManualClock());
    const directory = new ChatDirectory(registry);
    fanout = new Fanout({ registry, directory, presence, metrics: new Metrics(), slice: SLICE });
    seq = 0;
    for (const client of clients) {
      client.received.length = 0;
      client.expected = [];
      client.session = undefined;
    }
  }

  async function connected(): Promise<Client> {
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const outbox = new Outbox(await accepted, "lines", 1 << 20, new ManualClock());
    const received: number[] = [];
    let rest = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) received.push((JSON.parse(line) as { data: { seq: number } }).data.seq);
    });
    return { socket, outbox, received, expected: [], session: undefined };
  }

  function join(client: Client, index: number): void {
    const identity = { userId: `u${index}`, username: `u${index}`, tokenHash: "h", features: [] };
    client.session = new Session({ identity, outbox: client.outbox, peer: PEER, sinceMs: 0 });
    client.outbox.begin(fanout.log, new Set());
    registry.add(client.session);
  }

  function leave(client: Client): void {
    if (client.session === undefined) return;
    client.outbox.end();
    registry.remove(client.session);
    client.session = undefined;
  }

  function store(count: number): void {
    const sender = { user_id: "u", username: "n" };
    const frames = Array.from({ length: count }, (_, index) => {
      const place = { chat_id: COMMON_CHAT, seq: seq + index + 1, message_id: "m" };
      return encodeFrame(eventText("message", { ...place, ...sender, message: "text", time: 1 }, 1), "prefixed");
    });
    const chunk = {
      chatId: COMMON_CHAT,
      event: "message",
      from: seq + 1,
      to: seq + count,
      bytes: Buffer.concat(frames),
    } as const;
    for (const { session, expected } of clients) {
      if (session !== undefined) for (let next = chunk.from; next <= chunk.to; next += 1) expected.push(next);
    }
    seq += count;
    fanout.deliver([chunk]);
  }

  it("gives everybody what is stored during their session, whoever comes and goes meanwhile", async () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant("store" as const), count: fc.integer({ min: 1, max: 3 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("toggle" as const), index: fc.nat(CLIENT_COUNT - 1) }) },
      { weight: 2, arbitrary: fc.constant({ kind: "turn" as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        begin();
        for (const [index, client] of clients.entries()) join(client, index);
        for (const action of steps) {
          if (action.kind === "store") store(action.count);
          else if (action.kind === "turn") await new Promise((resolve) => setImmediate(resolve));
          else {
            const client = clients[action.index];
            if (client?.session !== undefined) leave(client);
            else if (client !== undefined) join(client, action.index);
          }
        }
        await fanout.settled();
        await eventually("everything has arrived", () =>
          clients.every(({ received, expected }) => received.length >= expected.length),
        );
        for (const { received, expected } of clients) assert.deepEqual(received, expected);
        for (const client of clients) leave(client);
      }),
      SEED,
    );
  });

  it("is complete when everybody was given what was stored until then", async () => {
    for (const [index, client] of clients.entries()) join(client, index);
    assert.equal(fanout.settled(), undefined);
    store(2);
    const first = fanout.settled();
    assert.ok(first !== undefined, "the round has only begun");
    store(1);
    await first;
    const behindCount = clients.filter(({ outbox }) => outbox.isBehind).length;
    assert.equal(behindCount, 1, "one round was enough, but for the one who had had a turn before it");
    await fanout.settled();
    await eventually("everything has arrived", () => clients.every(({ received }) => received.length === 3));
    for (const client of clients) assert.deepEqual(client.received, [1, 2, 3]);
  });
});
