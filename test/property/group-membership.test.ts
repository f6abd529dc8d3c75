// Membership of a group against its messages: people are added, removed, leave, come, go and read slowly while others
// write, over real sockets. Nobody is told of the group outside of membership, and who is in it misses nothing.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ChatId } from "../../src/protocol/ids.ts";
import { eventually } from "../support/eventually.ts";
import { fuzzes, type Tally } from "../support/fuzz.ts";
import { range } from "../support/lists.ts";
import { useServer, type TestServer } from "../support/server.ts";
import type { WireClient, WireEvent } from "../support/wire-client.ts";

const NAMES = ["Ann", "Ben", "Cid", "Dan"];
const SESSIONS_PER_USER = 2;
const STEPS = { minLength: 60, maxLength: 120 };
const FEATURES: string[] = ["groups", "changes"];
/** So that a reader that has stopped is soon full: the texts are large, and the outbox is small. */
const OUTBOX_BYTES = 128 * 1024;
const TEXT = "x".repeat(8_000);

interface Account {
  readonly username: string;
  readonly password: string;
  readonly userId: string;
}

/** A time in which a session was logged in and its user in the group. */
interface Stay {
  /** The last message before it, as the session was told. */
  readonly lastSeq: number;
  /** The first message that may be seen. */
  readonly firstSeq: number;
  readonly seqs: number[];
  /** Whether it ended with `chat_gone`. */
  hasLeft: boolean;
}

/** What one session was told of the group, checked as it comes. */
class Listener {
  readonly account: Account;
  readonly client: WireClient;
  readonly stays: Stay[] = [];
  readonly #groupId: ChatId;
  #stay: Stay | undefined;
  /** It has not always read. */
  wasSlow = false;

  constructor(account: Account, client: WireClient, groupId: ChatId) {
    this.account = account;
    this.client = client;
    this.#groupId = groupId;
  }

  /** A login was answered; what came before it belongs to the session. */
  loggedIn(chat: ChatFacts | undefined): void {
    if (chat !== undefined) this.#begin(chat);
  }

  #begin({ last_seq: lastSeq, since_seq: firstSeq = 1 }: ChatFacts): void {
    this.#stay = { lastSeq, firstSeq, seqs: [], hasLeft: false };
    this.stays.push(this.#stay);
  }

  /** Takes what has arrived. */
  take(): void {
    for (const event of this.client.takeAllEvents()) this.#heard(event);
  }

  #heard({ event, data }: WireEvent): void {
    if (event === "chat" && this.#stay === undefined) {
      const { chat } = data as { chat: ChatFacts };
      assert.equal(chat.chat_id, this.#groupId);
      this.#begin(chat);
      return;
    }
    if (event === "chat" || event === "presence" || event === "closing" || data["chat_id"] !== this.#groupId) return;
    const stay = this.#stay;
    if (stay === undefined && event === "chat_gone") return; // it left before its login was answered
    assert.ok(stay !== undefined, `${this.account.username} is told ${event} ${JSON.stringify(data).slice(0, 200)}`);
    if (event === "message") stay.seqs.push(Number(data["seq"]));
    else if (event === "gap" && data["from_seq"] !== undefined) {
      stay.seqs.push(...range(Number(data["from_seq"]), Number(data["to_seq"])));
    } else if (event === "changed") assert.ok(Number(data["seq"]) >= stay.firstSeq, "hidden messages stay hidden");
    else if (event === "chat_gone") {
      stay.hasLeft = true;
      this.#stay = undefined;
    }
  }
}

interface ChatFacts {
  readonly chat_id: ChatId;
  readonly last_seq: number;
  readonly since_seq?: number;
}

/** The order of the commits, as somebody has heard it who was in the group all the time and always read. */
class Truth {
  /** How many messages there were. */
  lastSeq = 0;
  /** By user: the last message before each joining, and the last one of that time in the group. */
  readonly #times = new Map<string, { joinedSeq: number; endSeq: number }[]>();

  constructor(events: readonly WireEvent[], groupId: ChatId) {
    for (const { event, data } of events) {
      if (data["chat_id"] !== groupId) continue;
      if (event === "message") {
        this.lastSeq += 1;
        assert.equal(data["seq"], this.lastSeq, "the owner hears everything in order");
      } else if (event === "member") this.#changed(String(data["user_id"]), data["role"] !== null);
    }
  }

  #changed(userId: string, isMember: boolean): void {
    const times = this.#times.get(userId) ?? [];
    this.#times.set(userId, times);
    const last = times.at(-1);
    const isIn = last?.endSeq === Infinity;
    if (isMember && !isIn) times.push({ joinedSeq: this.lastSeq, endSeq: Infinity });
    else if (!isMember && isIn) last.endSeq = this.lastSeq;
  }

  /**
   * The last message that was heard by whoever was in the group after message `seq`: between two numbers, since the user
   * may have left and come back without a message in between.
   */
  endsAfter(userId: string, seq: number): { readonly least: number; readonly most: number } {
    const times = this.#times.get(userId) ?? [];
    const ends = times.filter(({ joinedSeq, endSeq }) => joinedSeq <= seq && seq <= endSeq).map(({ endSeq }) => endSeq);
    assert.ok(ends.length > 0, `${userId} was told of the group and not in it at ${seq}`);
    const [least = 0, most = 0] = [ends[0], ends.at(-1)].map((end) => Math.min(end ?? 0, this.lastSeq));
    return { least, most };
  }
}

/** All of a run: the group, the sessions, and what was sent. */
class Scene {
  readonly owner: WireClient;
  readonly groupId: ChatId;
  readonly accounts: readonly Account[];
  readonly listeners: Listener[] = [];
  readonly #server: TestServer;
  readonly #features: string[];
  /** Requests on their way: each listener's client, so that it can be asked for its answers. */
  readonly #asked = new Map<WireClient, number>();
  #sentCount = 0;

  private constructor(server: TestServer, owner: WireClient, groupId: ChatId, accounts: readonly Account[]) {
    this.#server = server;
    this.owner = owner;
    this.groupId = groupId;
    this.accounts = accounts;
    this.#features = FEATURES;
  }

  static async begin(server: TestServer, owner: Account, accounts: readonly Account[], history: "all" | "joined") {
    const client = await server.connect();
    await client.ok("login", { username: owner.username, password: owner.password, features: FEATURES });
    const { chat } = await client.ok("create_group", { title: "Trial" });
    await client.ok("update_group", { chat_id: chat.chat_id, history });
    client.takeAllEvents();
    const scene = new Scene(server, client, chat.chat_id, accounts);
    for (const _ of range(1, SESSIONS_PER_USER)) for (const account of accounts) await scene.login(account);
    return scene;
  }

  async login(account: Account): Promise<void> {
    const client = await this.#server.connect();
    const { username, password } = account;
    const listener = new Listener(account, client, this.groupId);
    const { chats } = await client.ok("login", { username, password, features: this.#features });
    listener.loggedIn(chats.find(({ chat_id: chatId }) => chatId === this.groupId));
    listener.take();
    this.listeners.push(listener);
  }

  /** Sends a request and goes on; its answer is awaited at the end. */
  #ask(client: WireClient, action: string, data: object): void {
    client.send(action, { chat_id: this.groupId, ...data });
    this.#asked.set(client, (this.#asked.get(client) ?? 0) + 1);
  }

  say(index: number, count: number): void {
    const client = index < 0 ? this.owner : this.#listener(index).client;
    for (const _ of range(1, count)) {
      this.#ask(client, "add_message", { message: `${(this.#sentCount += 1)} ${TEXT}` });
    }
  }

  /** A session ends, and another of the same user begins. */
  async relogin(index: number): Promise<void> {
    const listener = this.#listener(index);
    listener.client.socket.resume();
    await this.#answers(listener.client);
    listener.client.destroy();
    this.listeners.splice(this.listeners.indexOf(listener), 1);
    await this.login(listener.account);
  }

  add(user: number): void {
    this.#ask(this.owner, "add_member", { username: this.#account(user).username });
  }

  remove(user: number): void {
    this.#ask(this.owner, "remove_member", { username: this.#account(user).username });
  }

  leave(index: number): void {
    const { client, account } = this.#listener(index);
    this.#ask(client, "remove_member", { username: account.username });
  }

  delete(seq: number): void {
    this.#ask(this.owner, "delete_message", { seq });
  }

  read(index: number, on: boolean): void {
    const { client } = this.#listener(index);
    if (on) client.socket.resume();
    else client.socket.pause();
    this.#listener(index).wasSlow ||= !on;
  }

  /** Waits for all answers and everything that was told, and compares. */
  async end(): Promise<void> {
    for (const { client } of this.listeners) client.socket.resume();
    await this.#answers(this.owner);
    for (const { client } of this.listeners) await this.#answers(client);
    await this.owner.barrier();
    const truth = new Truth(this.owner.takeAllEvents(), this.groupId);
    for (const listener of this.listeners) await this.#compare(listener, truth);
    for (const { client } of this.listeners) client.destroy();
    await this.owner.ok("delete_group", { chat_id: this.groupId });
    this.owner.destroy();
  }

  /** Takes the answers to what a client has asked. */
  async #answers(client: WireClient): Promise<void> {
    const count = this.#asked.get(client) ?? 0;
    this.#asked.delete(client);
    for (const _ of range(1, count)) {
      if (client.isClosed) return;
      const { code } = await client.replies.next();
      assert.ok([200, 404, 409].includes(code), `answered ${code}`);
    }
  }

  async #compare(listener: Listener, truth: Truth): Promise<void> {
    const { client, account, stays } = listener;
    if (!client.isClosed) await eventually("all has arrived", () => client.unfinishedBytes === 0);
    if (!client.isClosed) await client.barrier();
    listener.take();
    for (const { lastSeq, seqs, hasLeft } of stays) {
      const first = seqs[0] ?? lastSeq + 1;
      assert.deepEqual(seqs, range(first, first + seqs.length - 1), "in order, without a hole, and once");
      assert.ok(first <= lastSeq + 1, "from the first message on that the session was not told of otherwise");
      const { least, most } = truth.endsAfter(account.userId, lastSeq);
      const heardSeq = Math.max(lastSeq, seqs.at(-1) ?? 0);
      assert.ok(heardSeq <= most, `${account.username} hears message ${heardSeq} and was removed after ${most}`);
      const mayMiss = listener.wasSlow && (hasLeft || client.isClosed);
      assert.ok(mayMiss || heardSeq >= least, `${account.username} hears up to ${heardSeq}, not ${least}`);
    }
  }

  #account(index: number): Account {
    return this.accounts[index % this.accounts.length] ?? assert.fail();
  }

  #listener(index: number): Listener {
    return this.listeners[index % this.listeners.length] ?? assert.fail();
  }
}

type Step =
  | { readonly kind: "say"; readonly at: number; readonly count: number }
  | { readonly kind: "add" | "remove" | "leave" | "read" | "stop" | "relogin" | "delete"; readonly at: number }
  | { readonly kind: "settle" };

const at = fc.nat(NAMES.length * SESSIONS_PER_USER - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("say" as const),
      at: fc.integer({ min: -1, max: NAMES.length * SESSIONS_PER_USER - 1 }),
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("add" as const, "remove", "leave"), at }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("read" as const, "stop", "relogin", "delete"), at }) },
  { weight: 2, arbitrary: fc.constant({ kind: "settle" as const }) },
);

async function take(scene: Scene, one: Step): Promise<void> {
  switch (one.kind) {
    case "say":
      return scene.say(one.at, one.count);
    case "add":
      return scene.add(one.at);
    case "remove":
      return scene.remove(one.at);
    case "leave":
      return scene.leave(one.at);
    case "delete":
      return scene.delete(one.at + 1);
    case "read":
    case "stop":
      return scene.read(one.at, one.kind === "read");
    case "relogin":
      return scene.relogin(one.at);
    case "settle":
      return scene.owner.barrier();
  }
}

describe("membership of a group", () => {
  const server = useServer({ outboxBytes: OUTBOX_BYTES, requestRatePerSec: 0, byteRatePerSec: 0, answerRatePerSec: 0 });
  let owner: Account;
  let accounts: Account[];

  before(async () => {
    const people = await server().newPeople("Owner", ...NAMES);
    const [first, ...others] = people.map(({ username, password, userId }) => ({ username, password, userId }));
    owner = first ?? assert.fail();
    accounts = others;
  });

  const property = (tally: Tally) =>
    fc.asyncProperty(fc.constantFrom("all" as const, "joined"), fc.array(step, STEPS), async (history, steps) => {
      const scene = await Scene.begin(server(), owner, accounts, history);
      for (const one of steps) await take(scene, one);
      await scene.end();
      tally.inputs += steps.length;
    });

  fuzzes("is what everybody is told by, whatever is sent meanwhile", property, { numRuns: 4 });
});
