// Any sequence of what people do, compared answer by answer and event by event with a model of the chat.
// More sequences: MESSENGER_TEST_SEQUENCES=1000, other ones: MESSENGER_TEST_SEED=1.
import assert from "node:assert/strict";
import fc from "fast-check";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import { ChatModel, type ModelSession, type ModelUser } from "../support/chat-model.ts";
import { eventually } from "../support/eventually.ts";
import { range } from "../support/lists.ts";
import { TestServer } from "../support/server.ts";
import type { Reply, WireClient, WireEvent } from "../support/wire-client.ts";

const SEQUENCES = Number(process.env["MESSENGER_TEST_SEQUENCES"] ?? 4);
const SEED = Number(process.env["MESSENGER_TEST_SEED"] ?? 20_261_123);
const PASSWORD = "the same for all";
const NAMES = ["anna", "boris", "clara"];
const PLACES = 5;

const place = fc.nat(PLACES - 1);
const who = fc.nat(NAMES.length - 1);
/** Undefined is the common chat, a number the one with that user. */
const chat = fc.option(who, { nil: undefined });
const message = fc.record({
  to: chat,
  text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  messageId: fc.option(fc.constantFrom("m1", "m2", "m3"), { nil: undefined }),
});
const seq = fc.nat(8);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("login"), place, who, wrong: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("resume"), place, token: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("logout"), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), place }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("say"),
      place,
      messages: fc.array(message, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("read"), place, to: chat, seq }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("page"),
      place,
      to: chat,
      before: seq,
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("add_contact", "delete_contact"), place, who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("block_contact", "unblock_contact"), place, who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("typing"), place, to: chat }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("register"), place, who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart") }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type StepOf<K> = Extract<Step, { kind: K }> & { kind: K };

interface PeopleStep {
  readonly kind: "add_contact" | "delete_contact" | "block_contact" | "unblock_contact";
  readonly place: number;
  readonly who: number;
}

/** Plays steps on a server and on the model, and compares. */
class Play {
  readonly #server: TestServer;
  readonly #model = new ChatModel();
  readonly #clients = new Map<number, WireClient>();
  readonly #tokens: { readonly token: string; readonly user: ModelUser }[] = [];
  /** Names differ between plays, which share a server. */
  readonly #suffix: string;
  /** Events that have been compared. */
  eventCount = 0;

  constructor(server: TestServer, suffix: string) {
    this.#server = server;
    this.#suffix = suffix;
  }

  async begin(): Promise<void> {
    for (const index of NAMES.keys()) await this.step({ kind: "register", place: 0, who: index });
    for (const place of range(0, PLACES - 1))
      await this.step({ kind: "login", place, who: place % NAMES.length, wrong: 1 });
  }

  async step(one: Step): Promise<void> {
    await this.#step(one);
    for (const [at, client] of this.#clients) {
      await client.barrier();
      const session = this.#model.sessions.get(at);
      const told = byChat(client.takeAllEvents().map(plain));
      this.eventCount += told.length;
      assert.deepEqual(told, byChat(session?.events.splice(0) ?? []), `events of ${at} after ${JSON.stringify(one)}`);
    }
  }

  async #step(one: Step): Promise<void> {
    if (one.kind === "restart") return this.#restart();
    const client = await this.#client(one.place);
    if (one.kind === "register") return this.#register(client, one.who);
    if (one.kind === "login") return this.#login(client, one);
    if (one.kind === "resume") return this.#resume(client, one);
    if (one.kind === "cut") return this.#cut(client, one.place);
    const session = this.#model.sessions.get(one.place);
    if (session === undefined) {
      const reply = await client.request(one.kind === "say" ? "add_message" : one.kind, {});
      assert.equal(reply.code, 401);
      return;
    }
    switch (one.kind) {
      case "logout":
        assert.equal((await client.request("logout")).code, 200);
        session.user.tokens.delete(session.token);
        return this.#model.end(one.place);
      case "say":
        return this.#say(client, session, one.messages);
      case "read":
        return this.#read(client, session, one);
      case "page":
        return this.#page(client, session, one);
      case "typing":
        return this.#typing(client, session, one);
      default:
        return this.#people(client, session, one);
    }
  }

  #name(index: number): string {
    return `${NAMES[index] ?? ""}.${this.#suffix}`;
  }

  #user(index: number): ModelUser {
    const user = this.#model.named(this.#name(index));
    assert.ok(user);
    return user;
  }

  async #client(at: number): Promise<WireClient> {
    const client =
      this.#clients.get(at) ?? (await this.#server.connect({ framing: at % 2 === 0 ? "lines" : "prefixed" }));
    this.#clients.set(at, client);
    return client;
  }

  async #register(client: WireClient, index: number): Promise<void> {
    const username = this.#name(index);
    const reply = await client.request("register", { username, password: PASSWORD });
    const isNew = this.#model.named(username) === undefined;
    assert.equal(reply.code, isNew ? 200 : 409);
    if (isNew) this.#model.register(String(reply["user_id"]), username);
  }

  async #login(client: WireClient, { place: at, who: index, wrong }: StepOf<"login">): Promise<void> {
    const right = wrong !== 0;
    const password = right ? PASSWORD : "another password";
    const reply = await client.request("login", { username: this.#name(index), password });
    assert.equal(reply.code, right ? 200 : 401);
    if (right) this.#loggedIn(at, this.#user(index), reply);
  }

  async #resume(client: WireClient, { place: at, token: index }: StepOf<"resume">): Promise<void> {
    const { token, user } = this.#tokens[index % Math.max(1, this.#tokens.length)] ?? {
      token: "none",
      user: undefined,
    };
    const reply = await client.request("login", { token });
    const isGood = user?.tokens.has(token) === true;
    assert.equal(reply.code, isGood ? 200 : 401);
    if (!isGood || user === undefined) return;
    user.tokens.delete(token);
    this.#loggedIn(at, user, reply);
  }

  #loggedIn(at: number, user: ModelUser, reply: Reply): void {
    const token = String(reply["token"]);
    this.#tokens.push({ token, user });
    this.#model.login(at, user, token);
    const { contacts, blocked, online, chats } = reply as unknown as Record<string, object[]>;
    const summaries = (chats ?? []).map((summary) => {
      const { chat_id, last_seq, read_seq, unread } = summary as Record<string, unknown>;
      return { chat_id: String(chat_id), last_seq, read_seq, unread };
    });
    const sorted = summaries.toSorted((one, other) => (one.chat_id < other.chat_id ? -1 : 1));
    assert.deepEqual({ contacts, blocked, online: online?.toSorted(), chats: sorted }, this.#model.overview(user));
  }

  async #cut(client: WireClient, at: number): Promise<void> {
    client.destroy();
    this.#clients.delete(at);
    this.#model.end(at);
    const { registry } = this.#server.running;
    await eventually("the server sees the cut", () => registry.sessions.length === this.#model.sessions.size);
  }

  async #restart(): Promise<void> {
    await this.#server.stop();
    this.#server.cutClients();
    this.#clients.clear();
    this.#model.sessions.clear();
    await this.#server.start();
  }

  /** The other user of a chat; undefined for the common one. */
  #chat(session: ModelSession, to: number | undefined) {
    const partner = to === undefined ? undefined : this.#user(to);
    const chatId = partner === undefined ? COMMON_CHAT : directChatId(session.user.userId, partner.userId);
    return { partner, chatId };
  }

  /** All at once, without waiting: answers come in the order of the requests. */
  async #say(client: WireClient, session: ModelSession, messages: StepOf<"say">["messages"]): Promise<void> {
    const frames = messages.map(({ to, text, messageId }, id) => {
      const data = { chat_id: this.#chat(session, to).chatId, message: text, message_id: messageId };
      return client.frame({ action: "add_message", id: id + 100_000, data });
    });
    client.raw(Buffer.concat(frames));
    for (const [index, { to, text, messageId }] of messages.entries()) {
      const reply = await client.replies.next();
      const { partner, chatId } = this.#chat(session, to);
      assert.equal(reply.id, index + 100_000);
      if (partner === session.user) assert.equal(reply.code, 404);
      else if (partner !== undefined && this.#model.isBlocked(session.user, partner)) assert.equal(reply.code, 403);
      else {
        assert.equal(reply.code, 200, reply.info);
        assert.equal(reply["seq"], this.#model.append(session.user, chatId, messageId, text));
      }
    }
  }

  async #read(client: WireClient, session: ModelSession, { place: at, to, seq: upTo }: StepOf<"read">): Promise<void> {
    const { partner, chatId } = this.#chat(session, to);
    const reply = await client.request("mark_read", { chat_id: chatId, seq: upTo });
    if (partner === session.user) return assert.equal(reply.code, 404);
    assert.equal(reply["read_seq"], this.#model.markRead(at, session.user, chatId, upTo));
  }

  async #page(client: WireClient, session: ModelSession, { to, before, limit }: StepOf<"page">): Promise<void> {
    const { partner, chatId } = this.#chat(session, to);
    const reply =
      partner === undefined
        ? await client.request("common_chat", { before, limit })
        : await client.request("get_chat", { contact_id: partner.userId, before, limit });
    if (partner === session.user) return assert.equal(reply.code, 404);
    const all = this.#model.messages(chatId);
    const older = all.slice(0, Math.max(0, before - 1));
    const messages = (reply["messages"] as { seq: number; message: string; user_id: string }[]).map(
      ({ seq: number, message: text, user_id: userId }) => ({ number, text, userId }),
    );
    const wanted = older.map(({ text, userId }, index) => ({ number: index + 1, text, userId })).slice(-limit);
    assert.deepEqual([reply["length"], messages, reply["has_more"]], [all.length, wanted, older.length > limit]);
  }

  async #typing(client: WireClient, session: ModelSession, { to }: StepOf<"typing">): Promise<void> {
    const { partner, chatId } = this.#chat(session, to);
    const { code } = await client.request("typing", { chat_id: chatId });
    if (partner === undefined) return assert.equal(code, 400);
    if (partner === session.user) return assert.equal(code, 404);
    if (this.#model.isBlocked(session.user, partner)) return assert.equal(code, 403);
    assert.equal(code, 200);
    const event = { event: "typing", chat_id: chatId, user_id: session.user.userId };
    this.#model.tell((one) => one.user === partner, event);
  }

  async #people(client: WireClient, session: ModelSession, { kind, place: at, who: index }: PeopleStep): Promise<void> {
    const model = this.#model;
    const { user } = session;
    const other = this.#user(index);
    const { code } = await client.request(kind, { contact: other.username });
    const isBlocking = kind === "block_contact" || kind === "unblock_contact";
    const set = isBlocking ? user.blocked : user.contacts;
    const adds = kind === "add_contact" || kind === "block_contact";
    if (other === user && adds) return assert.equal(code, 400);
    if (set.has(other.userId) === adds) return assert.equal(code, adds ? 409 : 404);
    assert.equal(code, 200, kind);
    if (adds) set.add(other.userId);
    else set.delete(other.userId);
    if (!isBlocking) model.watch(user, other, adds && !model.isBlocked(user, other));
    else if (adds) model.separate(user, other);
    const isOther = (one: ModelSession, there: number): boolean => one.user === user && there !== at;
    model.tell(isOther, { event: isBlocking ? "block" : "contact" });
  }
}

/** Order is promised within a chat: events of different chats are put together by chat, each chat's in their order. */
function byChat(events: readonly object[]): object[] {
  const keyOf = (event: object): string => ("chat_id" in event ? String(event.chat_id) : "");
  return events.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)));
}

/** An event without what the model cannot know. */
function plain({ event, data }: WireEvent): object {
  const { chat_id, seq: number, user_id, message: text, online } = data;
  const fields = { chat_id, seq: number, user_id, message: text, online };
  return { event, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

describe("the chat, compared with its model", function () {
  this.timeout(60_000 + SEQUENCES * 5_000);

  it("answers and tells what the model says, whatever people do", async () => {
    const sequences = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
    let eventCount = 0;
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const server = await TestServer.start({
          registrationsPerAddress: 0,
          failedLoginsPerName: 0,
          failedLoginsPerAddress: 0,
        });
        try {
          const play = new Play(server, "1");
          await play.begin();
          for (const one of steps) await play.step(one);
          eventCount += play.eventCount;
          assert.deepEqual(server.log.errors, []);
        } finally {
          await server.remove();
        }
      }),
      { seed: SEED, numRuns: SEQUENCES, endOnFailure: true },
    );
    assert.ok(eventCount >= 10 * SEQUENCES, `${eventCount} events were compared: too few to say anything`);
  });
});
