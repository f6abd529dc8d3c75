// Groups on a scripted server: answers that come too late for a membership, and servers that have no groups.
import assert from "node:assert/strict";
import { memoryAccount } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { Workspace } from "../../../src/client/models/workspace.ts";
import { COMMON_CHAT, groupChatId } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import { message } from "../../support/messages.ts";
import { loginResult, ScriptedServer, type ScriptedRequest } from "../../support/scripted-server.ts";

const GROUP = groupChatId("9".repeat(24));

describe("groups of the client, on a scripted server", () => {
  let server: ScriptedServer;
  let messenger: Messenger;
  let workspace: Workspace;
  let features: string[];
  let hasMoreChats: boolean;
  /** Requests without answer. */
  let held: ScriptedRequest[];

  const common = { chat_id: COMMON_CHAT, kind: "everyone", last_seq: 0, rev: 0, read_seq: 0, unread: 0 };
  const group = (lastSeq: number, more: object = {}): object => ({
    ...{ chat_id: GROUP, kind: "group", title: "Plans", role: "member", posting: "all", history: "all" },
    ...{ member_count: 2, last_seq: lastSeq, rev: 0, read_seq: lastSeq, unread: 0, ...more },
  });

  beforeEach(async () => {
    held = [];
    features = ["changes", "groups"];
    hasMoreChats = false;
    server = await ScriptedServer.start();
    server.onRequest = (request) => {
      const { action, peer } = request;
      if (action !== "login") return void held.push(request);
      const chats = hasMoreChats ? [common] : [common, group(7, { last_message: message(7, GROUP) })];
      const server11 = { features, server: { name: "Messenger", version: "1.1" } };
      const more = hasMoreChats ? { more_chats: true } : {};
      peer.answer(request, { ...loginResult("token", chats), ...server11, ...more });
    };
    messenger = new Messenger({ account: await memoryAccount(server.address, "alice") });
    workspace = new Workspace(messenger);
  });

  afterEach(async () => {
    workspace.dispose();
    await messenger.close();
    await server.close();
  });

  /** Answers the first request of this action, now or when it comes. */
  async function answer(action: string, fields: object): Promise<void> {
    await eventually(`asked for ${action}`, () => held.some((request) => request.action === action));
    const index = held.findIndex((request) => request.action === action);
    const [request] = held.splice(index, 1);
    request?.peer.answer(request, fields);
  }
  const remove = async (): Promise<void> => {
    server.peers[0]?.event("chat_gone", { chat_id: GROUP, reason: "removed" });
    await eventually("it is gone", () => workspace.chats.row(GROUP) === undefined);
  };
  /** Resolves when all that was sent to the client so far has been taken in. */
  async function processed(): Promise<void> {
    const asked = messenger.request("ping", {});
    await answer("ping", {});
    await asked;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const isKept = (): boolean => messenger.cache.before(GROUP, undefined, 1).length > 0;
  /** Answers what is asked after a login. */
  const settle = async (): Promise<void> => {
    for (const chatId of [COMMON_CHAT, GROUP]) {
      const messages = chatId === GROUP ? [message(7, GROUP)] : [];
      await eventually("asked", () =>
        held.some(({ action, data }) => action === "history" && data["chat_id"] === chatId),
      );
      const index = held.findIndex(({ data }) => data["chat_id"] === chatId);
      const [request] = held.splice(index, 1);
      request?.peer.answer(request, { chat_id: chatId, length: 7, rev: 0, messages, has_more: false });
    }
    await eventually("it is up to date", () => messenger.isCaughtUp);
  };

  it("let no page through that was asked for before the end of a membership", async () => {
    await messenger.login("password");
    await settle();
    const page = assert.rejects(messenger.history(GROUP, {}), { reason: "no_such_chat" });
    const view = workspace.conversation(GROUP);
    const opened = view.open();
    await eventually("both are asked for", () => held.length === 2);
    await remove();
    const late = {
      chat_id: GROUP,
      length: 7,
      rev: 0,
      messages: [message(6, GROUP), message(7, GROUP)],
      has_more: false,
    };
    for (let count = 0; count < 2; count += 1) await answer("history", late);
    await Promise.all([page, opened]);
    assert.deepEqual([view.items.length, isKept()], [0, false]);
  });

  it("let no hit, no own message and no missed message through that comes too late", async () => {
    await messenger.login("password");
    await settle();
    const searched = workspace.search.find("text");
    messenger.send(GROUP, "mine");
    server.peers[0]?.event("gap", { chat_id: GROUP, from_seq: 8, to_seq: 9 });
    await eventually("all are asked for", () => held.length === 3);
    await remove();
    await answer("search", { messages: [message(7, GROUP)] });
    await answer("add_message", { chat_id: GROUP, seq: 10, message_id: "m", time: 1 });
    const missed = [message(8, GROUP), message(9, GROUP)];
    await answer("history", { chat_id: GROUP, length: 9, rev: 0, messages: missed, has_more: false });
    server.peers[0]?.event("message", message(11, GROUP));
    await searched;
    await processed();
    assert.deepEqual([workspace.search.hits, isKept(), messenger.liveSeq(GROUP)], [[], false, 0]);
    assert.deepEqual(held, [], "nothing more is asked for");
    assert.equal(workspace.chats.row(GROUP), undefined);
  });

  it("are not listed by a page of chats that is older than the end of the membership", async () => {
    hasMoreChats = true;
    await messenger.login("password");
    await remove();
    await answer("chats", { chats: [common, group(7)] });
    await processed();
    assert.equal(workspace.chats.row(GROUP), undefined);
    assert.deepEqual(
      messenger.snapshot?.chats.map(({ chat_id: chatId }) => chatId),
      [COMMON_CHAT],
    );
  });

  it("are there after a page of chats that is older than the joining", async () => {
    hasMoreChats = true;
    await messenger.login("password");
    await eventually("asked for chats", () => held.some(({ action }) => action === "chats"));
    server.peers[0]?.event("chat", { chat: group(7) });
    await eventually("it is listed", () => workspace.chats.row(GROUP) !== undefined);
    await answer("chats", { chats: [common] });
    await eventually("all are known", () => messenger.snapshot?.more_chats === undefined);
    assert.equal(workspace.chats.row(GROUP)?.title, "Plans");
    assert.ok(messenger.snapshot?.chats.some(({ chat_id: chatId }) => chatId === GROUP));
  });

  it("are refused in plain words where the server has none", async () => {
    features = ["changes"];
    await messenger.login("password");
    const { groups } = messenger;
    assert.equal(groups.isSupported, false);
    const refusal = { name: "RequestError", message: "this server has no groups" };
    await assert.rejects(groups.create({ title: "Plans" }), refusal);
    await assert.rejects(groups.leave(GROUP), refusal);
    assert.ok(!held.some(({ action }) => action === "create_group"));
  });
});
