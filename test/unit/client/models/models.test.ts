// Models on a scripted server: what real servers do seldom, such as floods, long absences and silence.
import assert from "node:assert/strict";
import { memoryAccount } from "../../../../src/client/account-folder.ts";
import { Messenger } from "../../../../src/client/messenger.ts";
import { ChangeSignal } from "../../../../src/client/models/change-signal.ts";
import { Typing } from "../../../../src/client/models/typing.ts";
import { Workspace } from "../../../../src/client/models/workspace.ts";
import { COMMON_CHAT, directChatId } from "../../../../src/protocol/ids.ts";
import { eventually } from "../../../support/eventually.ts";
import { message } from "../../../support/messages.ts";
import { ALICE, BOB, loginResult, ScriptedServer, type ScriptedRequest } from "../../../support/scripted-server.ts";

const DIRECT = directChatId(ALICE, BOB);

describe("models", () => {
  let server: ScriptedServer;
  let messenger: Messenger;
  let workspace: Workspace;
  let lastSeq = 0;

  beforeEach(async () => {
    server = await ScriptedServer.start();
    messenger = new Messenger({
      account: await memoryAccount(server.address, "alice"),
      backoff: { baseMs: 5, capMs: 20 },
    });
    workspace = new Workspace(messenger);
    lastSeq = 0;
    server.onRequest = answer;
  });

  afterEach(async () => {
    workspace.dispose();
    await messenger.close();
    await server.close();
  });

  /** A server whose common chat has `lastSeq` messages. */
  function answer(request: ScriptedRequest): void {
    const { action, data, peer } = request;
    if (action === "login") {
      const chat = { chat_id: COMMON_CHAT, last_seq: lastSeq, read_seq: 0, unread: lastSeq };
      peer.answer(request, loginResult("token", [chat]));
    } else if (action === "common_chat") {
      const limit = Number(data["limit"]);
      const first =
        data["after"] === undefined ? Number(data["before"] ?? lastSeq + 1) - limit : Number(data["after"]) + 1;
      const messages = Array.from({ length: limit }, (_, index) => message(first + index));
      const there = messages.filter(({ seq }) => seq >= 1 && seq <= lastSeq);
      peer.answer(request, { chat_id: COMMON_CHAT, length: lastSeq, messages: there, has_more: true });
    } else peer.answer(request);
  }

  const event = (name: string, data: object): void => server.peers.at(-1)?.event(name, data);
  const seqs = (items: readonly { readonly seq: number | undefined }[]): unknown[] => [
    items[0]?.seq,
    items.at(-1)?.seq,
  ];

  it("tells of many changes at once", async () => {
    const signal = new ChangeSignal(20);
    let told = 0;
    signal.onChange(() => (told += 1));
    for (let count = 0; count < 1000; count += 1) signal.touch();
    await eventually("told", () => told === 1);
    for (let count = 0; count < 1000; count += 1) signal.touch();
    await eventually("told again", () => told === 2);
    signal.touch();
    signal.dispose();
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(told, 2);
  });

  it("takes in a flood, and is painted seldom", async () => {
    await messenger.login("password");
    const view = workspace.conversation(COMMON_CHAT);
    await view.open();
    let painted = 0;
    view.onChange(() => (painted += 1));
    for (let seq = 1; seq <= 15_000; seq += 1) event("message", message(seq));
    await eventually("all came", () => messenger.liveSeq(COMMON_CHAT) === 15_000, 20_000);
    assert.deepEqual(seqs(view.items), [15_000 - view.items.length + 1, 15_000]);
    assert.ok(view.items.length <= 12_000 && view.hasOlder);
    assert.ok(painted < 1000, `painted ${painted} times`);
    await eventually("listed", () => workspace.chats.unread === 15_000);
  }).timeout(30_000);

  it("shows the end after a long absence, and what was skipped can be loaded", async () => {
    lastSeq = 10;
    await messenger.login("password");
    const view = workspace.conversation(COMMON_CHAT);
    await view.open();
    assert.deepEqual(seqs(view.items), [1, 10]);
    lastSeq = 100_000;
    server.cut();
    await eventually("at the end again", () => view.items.at(-1)?.seq === 100_000);
    assert.deepEqual(seqs(view.items), [99_801, 100_000]);
    assert.ok(view.hasOlder && !view.hasNewer);
    await view.loadOlder();
    assert.deepEqual(seqs(view.items), [99_751, 100_000]);
  });

  it("forgets what it has seen of a chat that the server has lost", async () => {
    lastSeq = 10;
    await messenger.login("password");
    const view = workspace.conversation(COMMON_CHAT);
    await view.open();
    lastSeq = 3;
    server.cut();
    await eventually("the new end", () => view.items.at(-1)?.seq === 3);
    assert.deepEqual(seqs(view.items), [1, 3]);
    assert.equal(workspace.book.get(COMMON_CHAT).lastSeq, 3);
  });

  it("lets a refused message be sent again or dropped", async () => {
    let isAllowed = false;
    server.onRequest = (request) => {
      const { chat_id, message_id } = request.data;
      if (request.action !== "add_message") answer(request);
      else if (isAllowed) request.peer.answer(request, { chat_id, message_id, seq: (lastSeq += 1), time: 1 });
      else request.peer.answer(request, {}, 403, "not allowed here");
    };
    await messenger.login("password");
    const view = workspace.conversation(COMMON_CHAT);
    await view.open();
    for (const text of ["one", "two"]) view.send(text);
    const states = (): string => view.items.map(({ text, state }) => `${text} ${state}`).join();
    await eventually("refused", () => states() === "one failed,two failed");
    const [one, two] = view.items;
    assert.equal(one?.failure, "not allowed here");
    isAllowed = true;
    if (two) view.retry(two);
    await eventually("stored", () => states() === "two stored,one failed");
    if (one) view.discard(one);
    assert.equal(states(), "two stored");
  });

  it("takes nothing over from another user who had the same name", async () => {
    lastSeq = 10;
    await messenger.login("password");
    const view = workspace.conversation(COMMON_CHAT);
    await view.open();
    view.saveDraft("of the old one");
    lastSeq = 20;
    server.onRequest = (request) => {
      if (request.action !== "login") return answer(request);
      const chat = { chat_id: COMMON_CHAT, last_seq: lastSeq, read_seq: 20, unread: 0 };
      request.peer.answer(request, { ...loginResult("token", [chat]), user_id: "c".repeat(24) });
    };
    server.cut();
    await eventually("logged in as the new one", () => messenger.userId === "c".repeat(24));
    await eventually("shown again", () => view.items.length === 20);
    assert.equal(view.draft, "");
    assert.equal(workspace.chats.unread, 0);
  });

  it("says why a page cannot be loaded, and loads it later", async () => {
    lastSeq = 300;
    await messenger.login("password");
    const view = workspace.conversation(COMMON_CHAT);
    await view.open();
    server.onRequest = (request) => request.peer.answer(request, {}, 503, "the store cannot be reached");
    await view.loadOlder();
    assert.equal(view.problem, "the store cannot be reached");
    assert.equal(view.items.length, 50);
    server.onRequest = answer;
    await view.loadOlder();
    assert.equal(view.problem, undefined);
    assert.equal(view.items.length, 100);
  });

  it("lets typing end by a message, by silence and by a lost connection", async () => {
    const typing = new Typing(messenger, 60);
    await messenger.login("password");
    const begin = async (): Promise<void> => {
      event("typing", { chat_id: DIRECT, user_id: BOB, username: "Bob" });
      await eventually("typing", () => typing.in(DIRECT).join() === "Bob");
    };
    await begin();
    await eventually("silence", () => typing.in(DIRECT).length === 0);
    await begin();
    event("message", message(1, DIRECT));
    await eventually("a message", () => typing.in(DIRECT).length === 0);
    await begin();
    server.cut();
    await eventually("a loss", () => typing.in(DIRECT).length === 0);
    typing.dispose();
  });

  it("asks for a profile once, and again when it may have changed", async () => {
    let asked = 0;
    const bob = { user_id: BOB, username: "Bob", first_name: "", second_name: "", bio: "", file_name: null };
    server.onRequest = (request) => {
      if (request.action !== "profile") return answer(request);
      asked += 1;
      request.peer.answer(request, { user_data: { ...bob, bio: String(asked) } });
    };
    await messenger.login("password");
    const { profiles } = workspace;
    assert.equal(profiles.get(BOB), undefined);
    const both = await Promise.all([profiles.load(BOB, "Bob"), profiles.load(BOB, "Bob")]);
    assert.deepEqual([both[0].bio, both[1].bio, asked], ["1", "1", 1]);
    event("profile", { user_data: { ...bob, bio: "told" } });
    await eventually("told", () => profiles.get(BOB)?.bio === "told");
    assert.equal((await profiles.load(BOB, "Bob", true)).bio, "2");
    server.cut();
    await eventually("back", () => server.peers.length === 2 && messenger.state.kind === "online");
    assert.equal((await profiles.load(BOB, "Bob")).bio, "3");
    assert.equal((await profiles.load(BOB, "Bob")).bio, "3");
  });
});
