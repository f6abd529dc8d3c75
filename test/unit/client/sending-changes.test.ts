// Changes on their way to a scripted server: in their turn, not before it is known which messages the server has.
import assert from "node:assert/strict";
import { memoryAccount } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { COMMON_CHAT } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import { message } from "../../support/messages.ts";
import { ALICE, loginResult, ScriptedServer, type ScriptedRequest } from "../../support/scripted-server.ts";

const CHANGING = new Set(["add_message", "delete_message", "edit_message"]);
const DELETE = { kind: "delete" } as const;

describe("changes on their way", () => {
  let server: ScriptedServer;
  let messenger: Messenger;
  let messages = [1, 2, 3].map((seq) => message(seq, COMMON_CHAT, ALICE));
  let answer: (request: ScriptedRequest) => boolean;

  beforeEach(async () => {
    server = await ScriptedServer.start();
    messages = [1, 2, 3].map((seq) => message(seq, COMMON_CHAT, ALICE));
    messenger = new Messenger({
      account: await memoryAccount(server.address, "alice"),
      backoff: { baseMs: 5, capMs: 20 },
    });
    answer = () => false;
    server.onRequest = (request) => {
      if (answer(request)) return;
      const { action, data, peer } = request;
      if (action === "login") {
        const last = messages.at(-1);
        const chat = { chat_id: COMMON_CHAT, last_seq: last?.seq, rev: 0, read_seq: 0, unread: 0, last_message: last };
        const server11 = { features: ["changes"], server: { name: "Messenger", version: "1.1" } };
        peer.answer(request, { ...loginResult("token", [chat]), ...server11 });
      } else if (action === "history") {
        const page = messages.filter(({ seq }) => seq > Number(data["after"] ?? 0));
        peer.answer(request, { chat_id: COMMON_CHAT, length: 3, rev: 0, messages: page, has_more: false });
      } else peer.answer(request, { chat_id: COMMON_CHAT, seq: data["seq"], rev: 1 });
    };
    await messenger.login("password");
    await eventually("caught up", () => messenger.isCaughtUp);
  });

  afterEach(async () => {
    await messenger.close();
    await server.close();
  });

  const asked = (): unknown[] =>
    server.requests.flatMap(({ action, data }) => (CHANGING.has(action) ? [data["seq"] ?? data["message"]] : []));

  it("leave one after the other, in the order in which they and the messages were written", async () => {
    const held: ScriptedRequest[] = [];
    answer = (request) => {
      const isHeld = CHANGING.has(request.action);
      if (isHeld) held.push(request);
      return isHeld;
    };
    messenger.change(COMMON_CHAT, 1, DELETE);
    messenger.send(COMMON_CHAT, "four");
    messenger.change(COMMON_CHAT, 2, { kind: "edit", text: "new" });
    for (const [index, expected] of [[1], [1, "four"], [1, "four", 2]].entries()) {
      await eventually("asked", () => held.length === index + 1);
      assert.deepEqual(asked(), expected);
      const [request] = held.slice(-1);
      request?.peer.answer(request, { ...request.data, seq: 4, time: 1, rev: 1 });
    }
    assert.ok(await messenger.whenSent(5000));
  });

  it("stay to be shown until their result is there, whichever of it and the answer comes first", async () => {
    const { changeId } = messenger.change(COMMON_CHAT, 2, DELETE);
    await eventually("answered", () => messenger.outgoing.waitingCount === 0);
    assert.deepEqual(
      messenger.outgoing.changes(COMMON_CHAT).map((one) => one.changeId),
      [changeId],
    );
    const deleted = { ...message(2, COMMON_CHAT, ALICE), message: "", deleted: "author", rev: 1 };
    server.peers.at(-1)?.event("changed", deleted);
    await eventually("seen", () => messenger.outgoing.changes(COMMON_CHAT).length === 0);
    answer = (request) => {
      if (request.action !== "delete_message") return false;
      request.peer.event("changed", { ...deleted, seq: 3, rev: 2 });
      request.peer.answer(request, { chat_id: COMMON_CHAT, seq: 3, rev: 2 });
      return true;
    };
    messenger.change(COMMON_CHAT, 3, DELETE);
    assert.ok(await messenger.whenSent(5000));
    assert.deepEqual(messenger.outgoing.changes(COMMON_CHAT), []);
  });

  it("are not made in another history of the chat than the one in which they were asked for", async () => {
    const { port } = server;
    await server.close();
    const { changeId } = messenger.change(COMMON_CHAT, 2, DELETE);
    messages = messages.map((one) => ({ ...one, time: one.time + 1 }));
    const before = server;
    server = await ScriptedServer.start(port);
    server.onRequest = before.onRequest;
    await eventually("refused", () => messenger.outgoing.get(changeId)?.failure !== undefined);
    assert.match(messenger.outgoing.get(changeId)?.failure ?? "", /another history/);
    assert.ok(messenger.isCaughtUp || (await messenger.whenSent(5000)));
    assert.deepEqual(asked(), []);
  });
});
