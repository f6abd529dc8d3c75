// Any sequence of what people do, compared answer by answer and event by event with a model of the chat.
// More sequences: MESSENGER_TEST_SEQUENCES=1000, other ones: MESSENGER_TEST_SEED=1.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Operations } from "../support/chat-operations.ts";
import { chatIdOf, chatWithoutTime, eventWithoutTime } from "../support/chat-events.ts";
import { ChatModel } from "../support/chat-model.ts";
import type { ModelSession, ModelUser } from "../support/model-parts.ts";
import { NAMES, PASSWORDS, PLACES, step, type OperationOf, type Step, type StepOf } from "../support/chat-steps.ts";
import { eventually } from "../support/eventually.ts";
import { range } from "../support/lists.ts";
import { TestServer } from "../support/server.ts";
import type { Reply, WireClient } from "../support/wire-client.ts";

const SEQUENCES = Number(process.env["MESSENGER_TEST_SEQUENCES"] ?? 4);
const SEED = Number(process.env["MESSENGER_TEST_SEED"] ?? 20_261_123);
/** Ids of pipelined requests, beyond those that the client gives. */
const FIRST_ID = 100_000;

/** The group that everybody is in at first. */
const TEAM: OperationOf<"create_group"> = { kind: "create_group", group: 0, title: "Team", members: [1, 2] };

/** Plays steps on a server and on the model, and compares. */
class Play {
  readonly #server: TestServer;
  readonly #model = new ChatModel();
  readonly #operations = new Operations(this.#model, (index) => NAMES[index] ?? "");
  readonly #clients = new Map<number, WireClient>();
  readonly #tokens: { readonly token: string; readonly user: ModelUser }[] = [];
  /** What has been compared. */
  eventCount = 0;
  answerCount = 0;

  constructor(server: TestServer) {
    this.#server = server;
  }

  async begin(): Promise<void> {
    for (const who of NAMES.keys()) await this.step({ kind: "register", place: 0, who, password: 0 });
    for (const place of range(0, PLACES - 1))
      await this.step({ kind: "login", place, who: place % NAMES.length, password: 0 });
    await this.step({ kind: "do", place: 0, operations: [TEAM] });
  }

  async step(one: Step): Promise<void> {
    await this.#step(one);
    for (const [at, client] of this.#clients) {
      await client.barrier();
      this.#compareEvents(
        client,
        this.#model.sessions.get(at)?.events.splice(0) ?? [],
        `${at}: ${JSON.stringify(one)}`,
      );
    }
  }

  #compareEvents(client: WireClient, wanted: object[], when: string): void {
    const told = client.takeAllEvents().map(eventWithoutTime);
    this.eventCount += told.length;
    assert.deepEqual(byChat(told), byChat(wanted), `events of ${when}`);
  }

  async #step(one: Step): Promise<void> {
    if (one.kind === "restart") return this.#restart();
    const client = await this.#client(one.place);
    this.answerCount += one.kind === "do" ? one.operations.length : 1;
    if (one.kind === "register") return this.#register(client, one);
    if (one.kind === "login") return this.#login(client, one);
    if (one.kind === "resume") return this.#resume(client, one);
    if (one.kind === "cut") return this.#cut(client, one.place);
    const session = this.#model.sessions.get(one.place);
    if (session === undefined) {
      const reply = await client.request(one.kind === "do" ? "add_message" : one.kind, {});
      return assert.equal(reply.code, 401);
    }
    if (one.kind === "logout") return this.#logout(client, session, one.place);
    if (one.kind === "change_password") return this.#changePassword(client, session, one);
    if (one.kind === "delete_account") return this.#deleteAccount(client, session, one);
    return this.#do(client, session, one);
  }

  async #client(at: number): Promise<WireClient> {
    const client =
      this.#clients.get(at) ?? (await this.#server.connect({ framing: at % 2 === 0 ? "lines" : "prefixed" }));
    this.#clients.set(at, client);
    return client;
  }

  async #register(client: WireClient, { who, password: index }: StepOf<"register">): Promise<void> {
    const [username = "", password = ""] = [NAMES[who], PASSWORDS[index]];
    const reply = await client.request("register", { username, password });
    const isNew = this.#model.named(username) === undefined;
    assert.equal(reply.code, isNew ? 200 : 409);
    if (isNew) this.#model.register(String(reply["user_id"]), username, password);
  }

  async #login(client: WireClient, { place, who, password: index }: StepOf<"login">): Promise<void> {
    const [username = "", password = ""] = [NAMES[who], PASSWORDS[index]];
    const reply = await client.request("login", { username, password, features: ["changes", "groups"] });
    const user = this.#model.named(username);
    const isRight = user !== undefined && user.password === password;
    assert.equal(reply.code, isRight ? 200 : 401);
    if (isRight) this.#loggedIn(place, user, reply);
  }

  async #resume(client: WireClient, { place, token: index }: StepOf<"resume">): Promise<void> {
    const { token, user } = this.#tokens[index % Math.max(1, this.#tokens.length)] ?? {
      token: "none",
      user: undefined,
    };
    const reply = await client.request("login", { token, features: ["changes", "groups"] });
    const isGood = user?.tokens.has(token) === true;
    assert.equal(reply.code, isGood ? 200 : 401);
    if (!isGood || user === undefined) return;
    user.tokens.delete(token);
    this.#loggedIn(place, user, reply);
  }

  #loggedIn(place: number, user: ModelUser, reply: Reply): void {
    const token = String(reply["token"]);
    this.#tokens.push({ token, user });
    this.#model.login(place, user, token);
    const { username, user_id, user_data, contacts, blocked, online, chats } = reply;
    const told = (chats as { chat_id: string }[])
      .toSorted((one, other) => (one.chat_id < other.chat_id ? -1 : 1))
      .map(chatWithoutTime);
    assert.deepEqual(
      { username, user_id, user_data, contacts, blocked, online: (online as string[]).toSorted(), chats: told },
      this.#model.overview(user),
    );
  }

  async #logout(client: WireClient, session: ModelSession, place: number): Promise<void> {
    const { code, username, user_id: userId } = await client.request("logout");
    assert.deepEqual([code, username, userId], [200, session.user.username, session.user.userId]);
    session.user.tokens.delete(session.token);
    this.#model.end(place);
  }

  async #changePassword(client: WireClient, session: ModelSession, one: StepOf<"change_password">): Promise<void> {
    const [password = "", next = ""] = [PASSWORDS[one.old], PASSWORDS[one.next]];
    const { code } = await client.request("change_password", { password, new_password: next });
    if (password !== session.user.password) return assert.equal(code, 401);
    assert.equal(code, 200);
    this.#model.changePassword(session, next);
    await this.#closeOthers(session.user, one.place, "the password was changed");
  }

  async #deleteAccount(client: WireClient, session: ModelSession, one: StepOf<"delete_account">): Promise<void> {
    const { user } = session;
    const password = PASSWORDS[one.password];
    const { code } = await client.request("delete_account", { password });
    if (password !== user.password) return assert.equal(code, 401);
    assert.equal(code, 200);
    await this.#closeOthers(user, one.place, "the account was deleted");
    this.#model.end(one.place);
    this.#model.delete(user);
  }

  /** The other sessions of a user are told why, and closed. */
  async #closeOthers(user: ModelUser, place: number, reason: string): Promise<void> {
    for (const [at, session] of [...this.#model.sessions]) {
      const client = this.#clients.get(at);
      if (session.user !== user || at === place || client === undefined) continue;
      await client.closed();
      this.#compareEvents(client, [...session.events, { event: "closing", data: { reason } }], `${at}, closed`);
      this.#clients.delete(at);
      this.#model.end(at);
    }
  }

  async #cut(client: WireClient, at: number): Promise<void> {
    client.destroy();
    this.#clients.delete(at);
    this.#model.end(at);
    const { registry } = this.#server.running;
    await eventually("the server sees the cut", () => registry.sessions.size === this.#model.sessions.size);
  }

  async #restart(): Promise<void> {
    await this.#server.stop();
    this.#server.cutClients();
    this.#clients.clear();
    this.#model.sessions.clear();
    await this.#server.start();
  }

  /** All at once, without waiting: answers come in the order of the requests. */
  async #do(client: WireClient, session: ModelSession, { place, operations }: StepOf<"do">): Promise<void> {
    const asked = operations.flatMap((operation) => this.#operations.ask(operation, session, place) ?? []);
    const frames = asked.map(({ action, data }, index) => client.frame({ action, id: FIRST_ID + index, data }));
    client.raw(Buffer.concat(frames));
    for (const [index, { action, check }] of asked.entries()) {
      const reply = await client.replies.next();
      assert.deepEqual([reply.action, reply.id], [action, FIRST_ID + index]);
      check(reply);
    }
  }
}

/** Order is promised within a chat: events of different chats are put together by chat, each chat's in their order. */
function byChat(events: readonly object[]): object[] {
  return events.toSorted((one, other) => chatIdOf(one).localeCompare(chatIdOf(other)));
}

describe("the chat, compared with its model", function () {
  this.timeout(60_000 + SEQUENCES * 5_000);

  it("answers and tells what the model says, whatever people do", async () => {
    const sequences = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
    const compared = { sequences: 0, answers: 0, events: 0 };
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const server = await TestServer.start({
          registrationsPerAddress: 0,
          failedLoginsPerName: 0,
          failedLoginsPerAddress: 0,
        });
        try {
          const play = new Play(server);
          await play.begin();
          for (const one of steps) await play.step(one);
          compared.sequences += 1;
          compared.answers += play.answerCount;
          compared.events += play.eventCount;
          assert.deepEqual(server.log.errors, []);
        } finally {
          await server.remove();
        }
      }),
      { seed: SEED, numRuns: SEQUENCES, endOnFailure: true },
    );
    if (process.env["MESSENGER_TEST_SEQUENCES"] !== undefined) console.log(compared);
    assert.ok(compared.events >= 10 * SEQUENCES, `${compared.events} events compared: too few to say anything`);
  });
});
