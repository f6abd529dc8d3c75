// Delivery to groups: whoever joins, leaves, comes, goes or reads slowly, nobody is told of a group before the joining or
// after the leaving, and members miss nothing. With real sockets.
import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { eventText } from "../../../../src/protocol/events.ts";
import { encodeFrame } from "../../../../src/protocol/frame.ts";
import { LOCAL_BUS } from "../../../../src/server/delivery/bus.ts";
import { ChatDirectory } from "../../../../src/server/delivery/chat-directory.ts";
import { Fanout } from "../../../../src/server/delivery/fanout.ts";
import { Outbox } from "../../../../src/server/delivery/outbox.ts";
import { Presence } from "../../../../src/server/delivery/presence.ts";
import { Registry } from "../../../../src/server/delivery/registry.ts";
import { Session } from "../../../../src/server/delivery/session.ts";
import { Metrics } from "../../../../src/server/metrics.ts";
import type { GroupChange } from "../../../../src/domain/effects.ts";
import type { EventChunk } from "../../../../src/threads/task.ts";
import { eventually } from "../../../support/eventually.ts";
import { range } from "../../../support/lists.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";

const STEPS = { seed: 20_261_130, numRuns: 60 };
const GROUP = `group:${"a".repeat(24)}`;
const USERS = ["u0", "u1", "u2", "u3"];
/** So small that a few messages fill it. */
const OUTBOX_BYTES = 64 * 1024;
const TEXT = "x".repeat(16 * 1024);
const SLICE = { ms: 0, visitsPerLook: 1 };

/** An event as a client reads it. */
interface Told {
  readonly event: string;
  readonly data: {
    readonly seq?: number;
    readonly from_seq?: number;
    readonly to_seq?: number;
    /** Of `login` and `chat`: the first message that may be seen; absent for who is no member. */
    readonly first_seq?: number;
  };
}

/** One connection. Its session, where it has one, is the user's; what it may see is what it must be told. */
class Client {
  readonly userId: string;
  readonly socket: Socket;
  readonly outbox: Outbox;
  readonly told: Told[] = [];
  session: Session | undefined;
  /** What was sent while it was logged in and a member: a list for each time. */
  readonly stays: number[][] = [];
  isClosed = false;

  constructor(userId: string, socket: Socket, outbox: Outbox) {
    this.userId = userId;
    this.socket = socket;
    this.outbox = outbox;
    let rest = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.told.push(...lines.map((line) => JSON.parse(line) as Told));
    });
  }
}

class Scene {
  readonly registry = new Registry();
  readonly directory = new ChatDirectory(this.registry);
  readonly #presence = new Presence(this.registry, LOCAL_BUS, new ManualClock());
  readonly fanout = new Fanout({
    registry: this.registry,
    directory: this.directory,
    presence: this.#presence,
    metrics: new Metrics(),
    slice: SLICE,
  });
  readonly clients: readonly Client[];
  /** The first message that each member may see. */
  readonly #members = new Map<string, number>();
  #seq = 0;
  #rev = 0;
  /** What is committed and not yet delivered, while that is held up. */
  #held: (EventChunk | GroupChange)[] | undefined;

  constructor(clients: readonly Client[]) {
    this.clients = clients;
  }

  /** What comes is delivered when `release` is called. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.fanout.deliver(held);
  }

  #deliver(events: readonly (EventChunk | GroupChange)[]): void {
    if (this.#held === undefined) this.fanout.deliver(events);
    else this.#held.push(...events);
  }

  /** The session of a connection begins; its groups are read later or at once. */
  login(client: Client, index: number, features: readonly string[], meanwhile?: () => void): void {
    const peer = { id: index, address: "", activeMs: 0, close: () => this.#close(client) };
    const identity = { userId: client.userId, username: client.userId, tokenHash: "h", features };
    const session = new Session({ identity, outbox: client.outbox, peer, sinceMs: 0 });
    client.session = session;
    client.outbox.begin(this.fanout.log, new Set(features), peer.close);
    this.registry.add(session);
    // What is read may be old by the time it is there: here it is what was before the session.
    const firstSeq = this.#members.get(client.userId);
    const memberships = firstSeq === undefined ? [] : [{ chatId: GROUP, firstSeq }];
    meanwhile?.();
    this.directory.open(session, memberships);
    if (client.session !== session) return; // it has ended meanwhile
    const isMember = this.isMember(client);
    if (isMember) client.stays.push([]);
    session.earlyGroups = undefined;
    client.outbox.reply(line("login", isMember ? { first_seq: firstSeq } : {}));
  }

  logout(client: Client): void {
    const { session } = client;
    if (session === undefined) return;
    client.session = undefined;
    client.outbox.end();
    this.directory.close(session);
    this.registry.remove(session);
    client.outbox.reply(line("logout", {}));
  }

  #close(client: Client): void {
    client.isClosed = true;
    this.logout(client);
  }

  isMember({ session, userId }: Client): boolean {
    return session?.features.has("groups") === true && this.#members.has(userId);
  }

  post(count: number): void {
    const frames = range(this.#seq + 1, this.#seq + count).map((seq) => frame("message", seq, 0));
    const chunk = { chatId: GROUP, event: "message", from: this.#seq + 1, to: this.#seq + count } as const;
    for (const client of this.clients) {
      if (this.isMember(client)) client.stays.at(-1)?.push(...range(chunk.from, chunk.to));
    }
    this.#seq += count;
    this.#deliver([{ ...chunk, bytes: Buffer.concat(frames) }]);
  }

  /** Messages change, one of them twice. */
  change(seqs: readonly number[]): void {
    const changed = seqs.filter((seq) => seq <= this.#seq);
    if (changed.length === 0) return;
    const from = this.#rev + 1;
    const frames = changed.map((seq) => frame("changed", seq, (this.#rev += 1)));
    const chunk = { chatId: GROUP, event: "changed", from, to: this.#rev, seqs: changed } as const;
    this.#deliver([{ ...chunk, bytes: Buffer.concat(frames) }]);
  }

  join(userId: string, seesAll: boolean): void {
    if (this.#members.has(userId)) return;
    const firstSeq = seesAll ? 1 : this.#seq + 1;
    this.#members.set(userId, firstSeq);
    for (const client of this.clients) {
      if (client.userId === userId && this.isMember(client)) client.stays.push([]);
    }
    const notices = [notice("chat", [userId], firstSeq), notice("member")];
    this.#apply({ views: [{ userId, firstSeq }], left: [], notices });
  }

  leave(userId: string): void {
    if (!this.#members.delete(userId)) return;
    this.#apply({ views: [], left: [userId], notices: [notice("chat_gone", [userId]), notice("member")] });
  }

  /** What was decided when all were members. */
  type(): void {
    const text = JSON.stringify({ event: "typing", data: { chat_id: GROUP } });
    this.fanout.emit(text, { users: USERS, others: false, group: GROUP }, undefined);
  }

  #apply(change: Pick<GroupChange, "views" | "left" | "notices">): void {
    this.#deliver([{ event: "group", chatId: GROUP, ...change }]);
  }
}

function frame(event: "message" | "changed", seq: number, rev: number): Buffer {
  const sent = { chat_id: GROUP, seq, message_id: `m${seq}`, user_id: "u", username: "n", message: TEXT, time: 1 };
  return encodeFrame(eventText(event, rev === 0 ? sent : { ...sent, rev }, 1), "prefixed");
}

function notice(event: string, users?: readonly string[], firstSeq?: number) {
  const data = { chat_id: GROUP, first_seq: firstSeq };
  return { text: JSON.stringify({ event, data }), ...(users && { users }) };
}

function line(event: string, data: object): Buffer {
  return Buffer.from(`${JSON.stringify({ event, data })}\n`);
}

/** Everything that was told was for a member, in order and without a hole; and to who has stayed, all of it. */
function check({ told, stays }: Client): void {
  let firstSeq: number | undefined;
  let stay: number[] = [];
  const covered: number[][] = [];
  for (const { event, data } of told) {
    if (event === "login" || event === "chat") {
      firstSeq = data.first_seq;
      if (firstSeq !== undefined) covered.push((stay = []));
    } else if (event === "chat_gone" || event === "logout") firstSeq = undefined;
    else if (event !== "end") {
      assert.ok(firstSeq !== undefined, `${event} is told to nobody but members`);
      const { seq, from_seq: from, to_seq: to } = data;
      if (event === "message") stay.push(seq ?? NaN);
      else if (event === "gap" && from !== undefined && to !== undefined) stay.push(...range(from, to));
      else if (event === "changed") assert.ok((seq ?? 0) >= firstSeq, "what is hidden stays so");
    }
  }
  assert.equal(covered.length, stays.length);
  for (const [index, seqs] of covered.entries()) assert.deepEqual(seqs, stays[index]?.slice(0, seqs.length));
}

describe("delivery to a group", () => {
  const folder = tempDirPerTest();
  let server: Server;
  beforeEach(async () => {
    server = createServer().listen(join(folder(), "socket")); // such a socket buffers little
    await new Promise((resolve) => server.once("listening", resolve));
  });
  afterEach(() => server.close());

  async function connected(userId: string): Promise<Client> {
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const socket = connect(join(folder(), "socket"));
    const sending = await accepted;
    const outbox = new Outbox(sending, "lines", OUTBOX_BYTES, new ManualClock());
    sending.on("drain", () => outbox.flush());
    return new Client(userId, socket, outbox);
  }

  /** Destroys the connections once all has arrived. */
  async function finish(clients: readonly Client[]): Promise<void> {
    for (const one of clients) one.outbox.reply(line("end", {}));
    await eventually("all has arrived", () => clients.every(({ told }) => told.at(-1)?.event === "end"));
    for (const one of clients) one.socket.destroy();
  }

  it("ends the sessions of a group of which nobody knows who is in it, and gives them nothing more of it", async () => {
    const clients: Client[] = [];
    for (const userId of USERS) clients.push(await connected(userId));
    const [member, removed, added, stranger] = clients;
    assert.ok(member && removed && added && stranger);
    const scene = new Scene(clients);
    for (const userId of ["u0", "u1"]) scene.join(userId, true);
    for (const [index, client] of clients.entries()) scene.login(client, index, ["groups"]);
    scene.post(1);
    // One whose groups are being read meanwhile: what is read is older than this.
    const late = await connected("u1");
    scene.login(late, 9, ["groups"], () => {
      scene.fanout.deliver([{ event: "reset", chatId: GROUP, memberIds: ["u0", "u2"] }]);
    });
    assert.deepEqual(
      [...clients, late].map(({ isClosed }) => isClosed),
      [true, true, true, false, true],
    );
    scene.post(1);
    await scene.fanout.settled();
    for (const one of [...clients, late]) one.outbox.reply(line("end", {}));
    await eventually("all has arrived", () => [...clients, late].every(({ told }) => told.at(-1)?.event === "end"));
    const seqsOf = ({ told }: Client) => told.filter(({ event }) => event === "message").map(({ data }) => data.seq);
    assert.deepEqual([...clients, late].map(seqsOf), [[1], [1], [], [], []]);
    for (const one of [...clients, late]) one.socket.destroy();
  });

  it("ends the sessions of a user who may be deleted, and of those who are in a group with them", async () => {
    const clients: Client[] = [];
    for (const userId of ["u0", "u1", "u1", "u3"]) clients.push(await connected(userId));
    const scene = new Scene(clients);
    for (const userId of ["u0", "u1"]) scene.join(userId, true);
    for (const [index, client] of clients.entries()) scene.login(client, index, index === 2 ? [] : ["groups"]);
    scene.fanout.deliver([{ event: "reset", chatId: undefined, memberIds: ["u1"] }]);
    assert.deepEqual(
      clients.map(({ isClosed }) => isClosed),
      [true, true, true, false],
    );
    assert.equal(scene.directory.groupCount, 0);
    await finish(clients);
  });

  it("ends the sessions of all groups when a user may be deleted whose groups no session tells", async () => {
    const clients: Client[] = [];
    for (const userId of ["u0", "u1", "u3"]) clients.push(await connected(userId));
    const scene = new Scene(clients);
    for (const userId of ["u0", "u1", "u2"]) scene.join(userId, true);
    for (const [index, client] of clients.entries()) scene.login(client, index, index === 1 ? [] : ["groups"]);
    scene.fanout.deliver([{ event: "reset", chatId: undefined, memberIds: ["u2"] }]);
    assert.deepEqual(
      clients.map(({ isClosed }) => isClosed),
      [true, false, false],
    );
    await finish(clients);
  });

  it("begins where a member may begin, whose session came between a batch and its delivery", async () => {
    const clients = [await connected("u0"), await connected("u1")] as const;
    const [member, stranger] = clients;
    const scene = new Scene(clients);
    scene.join("u0", true);
    scene.login(member, 0, ["groups"]);
    scene.hold();
    scene.post(2);
    scene.join("u1", false);
    scene.login(stranger, 1, ["groups"]);
    scene.post(1);
    scene.release();
    await scene.fanout.settled();
    for (const one of clients) scene.logout(one);
    for (const one of clients) one.outbox.reply(line("end", {}));
    await eventually("all has arrived", () => clients.every(({ told }) => told.at(-1)?.event === "end"));
    const seqsOf = ({ told }: Client) => told.filter(({ event }) => event === "message").map(({ data }) => data.seq);
    assert.deepEqual(seqsOf(stranger), [3]);
    assert.deepEqual(seqsOf(member), range(1, 3));
    for (const one of clients) one.socket.destroy();
  });

  it("reaches members alone, from their joining to their leaving, whatever waits to be sent", async () => {
    const user = fc.nat(USERS.length - 1);
    const client = fc.nat(2 * USERS.length - 1);
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant("post" as const), count: fc.integer({ min: 1, max: 6 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("change" as const), seqs: fc.uniqueArray(fc.nat(9)) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("join" as const), user, seesAll: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("leave" as const), user }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("session" as const), client, changes: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("read" as const), client, on: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constant({ kind: "typing" as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: "elsewhere" as const }) },
      { weight: 3, arbitrary: fc.constant({ kind: "turn" as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const clients: Client[] = [];
        for (const index of range(0, 2 * USERS.length - 1)) clients.push(await connected(USERS[index % 4] ?? ""));
        const scene = new Scene(clients);
        for (const [index, one] of clients.entries()) scene.login(one, index, index === 7 ? [] : ["groups", "changes"]);
        for (const one of steps) {
          const { kind } = one;
          if (kind === "post") scene.post(one.count);
          else if (kind === "change") scene.change(one.seqs.map((seq) => seq + 1));
          else if (kind === "join") scene.join(USERS[one.user] ?? "", one.seesAll);
          else if (kind === "leave") scene.leave(USERS[one.user] ?? "");
          else if (kind === "typing") scene.type();
          else if (kind === "elsewhere")
            scene.fanout.log.endBytes += 5 * 1024 * 1024; // what waits is far behind now
          else if (kind === "turn") await new Promise((resolve) => setImmediate(resolve));
          else toggle(scene, one);
        }
        await scene.fanout.settled();
        for (const one of clients) one.socket.resume();
        await eventually("all is sent", () => {
          for (const { outbox } of clients) outbox.flush(); // as the server does every second
          return clients.every(({ outbox }) => outbox.pendingBytes === 0 && !outbox.isBehind);
        });
        const staying = clients.filter((one) => scene.isMember(one));
        for (const one of clients) scene.logout(one);
        for (const one of clients) one.outbox.reply(line("end", {}));
        await eventually("all has arrived", () => clients.every(({ told }) => told.at(-1)?.event === "end"));
        for (const one of clients) check(one);
        for (const { told, stays } of staying) {
          const last = told.findLast(({ event, data }) => event === "message" || data.to_seq !== undefined)?.data;
          const lastSeq = stays.at(-1)?.at(-1);
          if (lastSeq !== undefined) assert.equal(last?.seq ?? last?.to_seq, lastSeq);
        }
        assert.equal(scene.directory.groupCount, 0);
        for (const one of clients) one.socket.destroy();
      }),
      STEPS,
    );
  });
});

function toggle(
  scene: Scene,
  step: { kind: "session"; client: number; changes: boolean } | { kind: "read"; client: number; on: boolean },
): void {
  const client = scene.clients[step.client];
  if (client === undefined || client.isClosed) return;
  if (step.kind === "read") {
    if (step.on) client.socket.resume();
    else client.socket.pause();
  } else if (client.session !== undefined) scene.logout(client);
  else scene.login(client, step.client, step.changes ? ["groups", "changes"] : ["groups"]);
}
