// Messenger: the token is kept before it is used, losses are survived, refusals are obeyed, order is never broken.
import assert from "node:assert/strict";
import { memoryAccount, type Account, type SavedSession } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { ChatBook } from "../../../src/client/models/chat-book.ts";
import { eventually } from "../../support/eventually.ts";
import { message } from "../../support/messages.ts";
import { ALICE, BOB, loginResult, ScriptedServer, type ScriptedRequest } from "../../support/scripted-server.ts";

describe("messenger", () => {
  let server: ScriptedServer;
  let account: Account;
  let messenger: Messenger;
  let logins = 0;
  /** What the scripted server answers; actions that are not here get an empty 200. */
  let answers: Record<string, (request: ScriptedRequest) => void>;

  beforeEach(async () => {
    server = await ScriptedServer.start();
    account = await memoryAccount(server.address, "alice");
    messenger = new Messenger({ account, backoff: { baseMs: 5, capMs: 20 } });
    logins = 0;
    answers = { login: (request) => request.peer.answer(request, loginResult(`token-${(logins += 1)}`)) };
    server.onRequest = (request) => {
      const answer = answers[request.action] ?? ((one: ScriptedRequest) => one.peer.answer(one));
      answer(request);
    };
  });

  afterEach(async () => {
    await messenger.close();
    await server.close();
  });

  const online = (): Promise<void> => eventually("online", () => messenger.state.kind === "online");
  const asked = (action: string): ScriptedRequest[] => server.requests.filter((request) => request.action === action);

  it("has the new token on the disk before it asks for anything else", async () => {
    const saved: string[] = [];
    let release = (): void => {};
    const { tokens } = account;
    const slow = {
      ...tokens,
      save: async (session: SavedSession) => {
        await new Promise<void>((resolve) => (release = resolve));
        saved.push(session.token);
        await tokens.save(session);
      },
    };
    await messenger.close();
    messenger = new Messenger({ account: { ...(await memoryAccount(server.address, "alice")), tokens: slow } });
    messenger.send("common", "hello");
    const login = messenger.login("password");
    await eventually("the login was asked for", () => asked("login").length === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(server.actions, ["login"]);
    assert.equal(messenger.state.kind, "connecting");
    release();
    await login;
    await eventually("the message is sent", () => asked("add_message").length === 1);
    assert.deepEqual(saved, ["token-1"]);
  });

  it("comes back after a loss with the rotated token, each time", async () => {
    await messenger.login("password");
    for (const token of ["token-1", "token-2"]) {
      const before = asked("login").length;
      server.cut();
      await eventually("another login", () => asked("login").length > before);
      await online();
      assert.equal(asked("login").at(-1)?.data["token"], token);
    }
    assert.equal((await account.tokens.load())?.token, "token-3");
  });

  it("resumes a saved session, and asks for the password when its token is void", async () => {
    assert.equal(await messenger.resume(), false);
    await account.tokens.save({ userId: ALICE, username: "Alice", token: "old" });
    answers["login"] = (request) => request.peer.answer(request, {}, 401, "no such token");
    assert.equal(await messenger.resume(), true);
    await eventually("signed out", () => messenger.state.kind === "signed-out");
    assert.equal(await account.tokens.load(), undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(asked("login").length, 1, "a void token is not tried again");
  });

  it("rejects a wrong password and stays signed out", async () => {
    answers["login"] = (request) => request.peer.answer(request, {}, 401, "wrong");
    await assert.rejects(messenger.login("password"), { code: 401 });
    assert.equal(messenger.state.kind, "signed-out");
    await server.close();
    await assert.rejects(messenger.login("password"), { name: "DisconnectedError" });
    server = await ScriptedServer.start();
  });

  it("waits as long as the server asks before it tries again", async () => {
    await messenger.login("password");
    const again = answers["login"];
    answers["login"] = (request) => request.peer.answer(request, { retry_after: 0.15 }, 429, "too many");
    server.cut();
    await eventually("refused", () => messenger.state.kind === "offline" && asked("login").length === 2);
    const refusedMs = Date.now();
    if (again) answers["login"] = again;
    await online();
    assert.ok(Date.now() - refusedMs >= 100, "not before the time is over");
    assert.equal(asked("login").length, 3);
  });

  it("sends what was written offline, in order, one at a time per chat", async () => {
    for (const text of ["one", "two", "three"]) messenger.send("common", text);
    let open = 0;
    answers["add_message"] = (request) => {
      open += 1;
      assert.equal(open, 1, "only one under way");
      setTimeout(() => {
        open -= 1;
        store(request, asked("add_message").length);
      }, 5);
    };
    await messenger.login("password");
    assert.ok(await messenger.whenSent(5000));
    assert.deepEqual(sentTexts(), ["one", "two", "three"]);
  });

  it("sends again under the same id what was not acknowledged, before later ones", async () => {
    await messenger.login("password");
    answers["add_message"] = ({ peer }) => peer.socket.destroy();
    const first = messenger.send("common", "first");
    messenger.send("common", "second");
    await eventually("sent in vain", () => asked("add_message").length >= 2);
    answers["add_message"] = (request) => store(request, request.data["message"] === "first" ? 1 : 2);
    assert.ok(await messenger.whenSent(5000));
    const texts = sentTexts();
    assert.equal(texts.indexOf("second"), texts.length - 1);
    const ids = asked("add_message").map((request) => request.data["message_id"]);
    assert.ok(ids.slice(0, -1).every((id) => id === first.messageId));
  });

  it("marks a refused message and goes on; a busy server is asked again in order", async () => {
    await messenger.login("password");
    let busy = 2;
    answers["add_message"] = (request) => {
      if (request.data["message"] === "bad") request.peer.answer(request, {}, 400, "message: not allowed");
      else if ((busy -= 1) >= 0) request.peer.answer(request, { retry_after: 0.01 }, busy === 1 ? 503 : 429, "busy");
      else store(request, 1 - busy);
    };
    for (const text of ["bad", "one", "two"]) messenger.send("common", text);
    assert.ok(await messenger.whenSent(5000));
    assert.deepEqual(sentTexts(), ["bad", "one", "one", "one", "two"]);
    const [failed, ...others] = messenger.outgoing.list();
    assert.equal(failed?.failure, "message: not allowed");
    assert.deepEqual(others, []);
  });

  it("lets later messages pass one that makes the server fail again and again", async () => {
    await messenger.login("password");
    answers["add_message"] = (request) => {
      if (request.data["message"] === "poison") request.peer.answer(request, {}, 500, "internal error 1");
      else store(request, 1);
    };
    messenger.send("common", "poison");
    messenger.send("common", "fine");
    assert.ok(await messenger.whenSent(5000));
    assert.equal(messenger.outgoing.list().at(0)?.failure, "internal error 1");
  });

  it("gives out events and missed messages as one sequence", async () => {
    const given: number[] = [];
    messenger.events.on("messages", ({ messages }) => given.push(...messages.map(({ seq }) => seq)));
    messenger.events.on("skipped", () => assert.fail("nothing is skipped"));
    const all = Array.from({ length: 450 }, (_, index) => message(index + 1));
    answers["common_chat"] = (request) => {
      // Events come while pages are on their way: doubled, and far ahead.
      for (const one of [all[449], all[4]]) if (one) request.peer.event("message", one);
      const after = Number(request.data["after"]);
      request.peer.answer(request, page(all.slice(after, after + 200)));
    };
    answers["login"] = (request) => request.peer.answer(request, loginResult("t", [summary(5)]));
    await messenger.login("password");
    server.cut();
    answers["login"] = (request) => request.peer.answer(request, loginResult("t", [summary(440)]));
    await eventually("all are there", () => given.length >= 445);
    assert.deepEqual(
      given,
      all.slice(5).map(({ seq }) => seq),
    );
  });

  it("asks after each login for what neither its answer nor an event tells of", async () => {
    const given: number[] = [];
    messenger.events.on("messages", ({ messages }) => given.push(...messages.map(({ seq }) => seq)));
    answers["login"] = (request) => request.peer.answer(request, loginResult("t", [summary(5)]));
    let stored = 6;
    answers["common_chat"] = (request) => {
      const all = Array.from({ length: stored }, (_, index) => message(index + 1));
      request.peer.answer(request, page(all.slice(Number(request.data["after"]))));
    };
    await messenger.login("password");
    await eventually("stored during the first login", () => given.length === 1);
    stored = 7;
    server.cut();
    answers["login"] = (request) => request.peer.answer(request, loginResult("t", [summary(6)]));
    await eventually("stored during the second login", () => given.length === 2);
    assert.deepEqual(given, [6, 7]);
  });

  it("fetches what a gap stands for", async () => {
    const given: number[] = [];
    messenger.events.on("messages", ({ messages }) => given.push(...messages.map(({ seq }) => seq)));
    answers["common_chat"] = (request) => request.peer.answer(request, page([message(1), message(2), message(3)]));
    await messenger.login("password");
    const [peer] = server.peers;
    peer?.event("gap", { chat_id: "common", from_seq: 1, to_seq: 3 });
    peer?.event("message", message(4));
    await eventually("all are there", () => given.length === 4);
    assert.deepEqual(given, [1, 2, 3, 4]);
  });

  it("skips what is too much to fetch, and says so", async () => {
    const told: unknown[] = [];
    answers["login"] = (request) => request.peer.answer(request, loginResult("t", [summary(10)]));
    await messenger.login("password");
    messenger.events.on("skipped", ({ fromSeq, toSeq }) => told.push({ fromSeq, toSeq }));
    messenger.events.on("messages", ({ messages }) => told.push(messages.map(({ seq }) => seq)));
    answers["login"] = (request) => request.peer.answer(request, loginResult("t", [summary(1_000_000)]));
    answers["common_chat"] = (request) => request.peer.answer(request, page([message(999_999), message(1_000_000)]));
    server.cut();
    await eventually("told", () => told.length === 2);
    assert.deepEqual(told, [{ fromSeq: 11, toSeq: 999_998 }, [999_999, 1_000_000]]);
    assert.equal(asked("common_chat").length, 1);
  });

  it("tells the read mark and typing seldom, and marks made offline later", async () => {
    messenger.markRead("common", 3);
    await messenger.login("password");
    messenger.markRead("common", 7);
    messenger.markRead("common", 5);
    const chat = `dm:${ALICE}:${BOB}`;
    for (let i = 0; i < 20; i += 1) messenger.typing(chat);
    await eventually("the mark is told", () => asked("mark_read").length > 0);
    assert.deepEqual(
      asked("mark_read").map((request) => request.data),
      [{ chat_id: "common", seq: 7 }],
    );
    assert.equal(asked("typing").length, 1);
  });

  it("ends the session on both sides at a logout", async () => {
    await messenger.login("password");
    await messenger.logout(true);
    assert.deepEqual(server.actions, ["login", "logout"]);
    assert.equal(await account.tokens.load(), undefined);
    assert.equal(messenger.state.kind, "signed-out");
    assert.equal(messenger.userId, undefined);
  });

  it("sends nothing that was written under this name by another user, and says so", async () => {
    await messenger.login("password");
    const troubles: string[] = [];
    messenger.events.on("trouble", (text) => troubles.push(text));
    answers["login"] = (request) => request.peer.answer(request, { ...loginResult("token"), user_id: BOB });
    answers["add_message"] = (request) => request.peer.socket.destroy();
    messenger.cache.save("draft:common", "half a sentence");
    messenger.send("common", "hello");
    await eventually("the name is another user's", () => messenger.userId === BOB);
    assert.deepEqual([messenger.outgoing.size, messenger.cache.load("draft:common")], [0, undefined]);
    assert.deepEqual(troubles, ["this name is now another user's; unsent messages that were dropped: 1"]);
  });

  it("keeps nothing that another user of this name has set for a chat", async () => {
    const common = { chat_id: "common", last_seq: 3, read_seq: 3, unread: 0, last_message: message(3) };
    answers["login"] = (request) => request.peer.answer(request, loginResult("token", [common]));
    const book = new ChatBook(messenger);
    await messenger.login("password");
    book.mute("common", true);
    assert.deepEqual(messenger.cache.load("local:common"), { mentionSeqs: [], isMuted: true, isMarkedUnread: false });
    answers["login"] = (request) => request.peer.answer(request, { ...loginResult("token"), user_id: BOB });
    server.cut();
    await eventually("the name is another user's", () => messenger.userId === BOB);
    assert.equal(book.get("common").isMuted, false);
    for (const kind of ["local", "own-read", "partner-read"]) {
      assert.equal(messenger.cache.load(`${kind}:common`), undefined, kind);
    }
    book.dispose();
  });

  function store(request: ScriptedRequest, seq: number): void {
    const { chat_id, message_id } = request.data;
    request.peer.answer(request, { chat_id, message_id, seq, time: 1 });
  }

  function sentTexts(): unknown[] {
    return asked("add_message").map((request) => request.data["message"]);
  }
});

function page(messages: readonly object[]): object {
  return { chat_id: "common", length: messages.length, messages, has_more: true };
}

function summary(lastSeq: number): object {
  return { chat_id: "common", last_seq: lastSeq, read_seq: 0, unread: lastSeq };
}
