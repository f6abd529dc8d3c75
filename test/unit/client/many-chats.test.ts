// A login that tells of the first chats only, on a scripted server: the client is usable before the others are known.
import assert from "node:assert/strict";
import { memoryAccount } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { Workspace } from "../../../src/client/models/workspace.ts";
import { COMMON_CHAT, directChatId, type ChatId } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import { message } from "../../support/messages.ts";
import { ALICE, BOB, loginResult, ScriptedServer, type ScriptedRequest } from "../../support/scripted-server.ts";

const WITH_BOB = directChatId(ALICE, BOB);
const QUIET = directChatId(ALICE, "c".repeat(24));

describe("a login that tells of some of the chats", () => {
  let server: ScriptedServer;
  let messenger: Messenger;
  let workspace: Workspace;
  /** Requests for chats that have no answer yet. */
  let held: ScriptedRequest[];
  let lastSeqs: Map<ChatId, number>;
  let given: string[];

  const summary = (chatId: ChatId): object => {
    const lastSeq = lastSeqs.get(chatId) ?? 0;
    const partner = chatId === COMMON_CHAT ? {} : { contact_user_id: chatId.slice(-24), contact_username: "Bob" };
    const last = message(lastSeq, chatId);
    return { chat_id: chatId, ...partner, last_seq: lastSeq, rev: 0, read_seq: 0, unread: 0, last_message: last };
  };

  beforeEach(async () => {
    held = [];
    given = [];
    lastSeqs = new Map([
      [COMMON_CHAT, 3],
      [WITH_BOB, 500],
      [QUIET, 7],
    ]);
    server = await ScriptedServer.start();
    server.onRequest = (request) => {
      const { action, data, peer } = request;
      if (action === "login") {
        const server11 = { features: ["changes"], server: { name: "Messenger", version: "1.1" }, more_chats: true };
        peer.answer(request, { ...loginResult("token", [summary(COMMON_CHAT)]), ...server11 });
      } else if (action === "chats") held.push(request);
      else if (action === "history") {
        const chatId = String(data["chat_id"]);
        const [after, last] = [Number(data["after"] ?? 0), lastSeqs.get(chatId) ?? 0];
        const messages = Array.from({ length: Math.min(50, last - after) }, (_, index) =>
          message(after + 1 + index, chatId),
        );
        peer.answer(request, { chat_id: chatId, length: last, rev: 0, messages, has_more: false });
      } else
        peer.answer(request, { chat_id: data["chat_id"], seq: 4, rev: 1, message_id: data["message_id"], time: 1 });
    };
    await open();
    await messenger.login("password");
  });

  async function open(): Promise<void> {
    const account = await memoryAccount(server.address, "alice");
    messenger = new Messenger({ account, backoff: { baseMs: 5, capMs: 20 } });
    workspace = new Workspace(messenger);
    messenger.events.on("messages", ({ chatId, messages }) =>
      given.push(...messages.map(({ seq }) => `${seq} ${chatId}`)),
    );
  }

  afterEach(async () => {
    workspace.dispose();
    await messenger.close();
    await server.close();
  });

  const answerChats = async (chatIds: readonly ChatId[], next?: string): Promise<void> => {
    await eventually("asked for chats", () => held.length > 0);
    const request = held.shift();
    request?.peer.answer(request, { chats: chatIds.map(summary), ...(next !== undefined && { next }) });
  };
  const titles = (): string[] => workspace.chats.rows().map(({ chatId }) => chatId);

  it("is enough to talk: messages are sent, and come also in chats that are not known yet", async () => {
    assert.equal(messenger.state.kind, "online");
    messenger.send(COMMON_CHAT, "hello");
    assert.ok(await messenger.whenSent(5000));
    lastSeqs.set(WITH_BOB, 501);
    server.peers.at(-1)?.event("message", message(501, WITH_BOB));
    await eventually("it came", () => given.includes(`501 ${WITH_BOB}`));
    await answerChats([COMMON_CHAT, WITH_BOB], "more");
    await answerChats([QUIET]);
    await eventually("all are listed", () => titles().includes(QUIET));
    assert.deepEqual(new Set(titles()), new Set([COMMON_CHAT, WITH_BOB, QUIET]));
    await eventually("the snapshot is whole", () => messenger.snapshot?.more_chats === undefined);
    assert.deepEqual(
      given.filter((one) => !one.endsWith(COMMON_CHAT)),
      [`501 ${WITH_BOB}`],
      "what was before the first login is history",
    );
    assert.equal(workspace.book.get(WITH_BOB).lastSeq, 501);
  });

  it("is completed by a chat that moves to a page that has been answered", async () => {
    await answerChats([COMMON_CHAT, WITH_BOB], "more");
    await eventually("asked for the next page", () => held.length > 0);
    lastSeqs.set(QUIET, 8);
    server.peers.at(-1)?.event("message", message(8, QUIET));
    await eventually("it came", () => given.includes(`8 ${QUIET}`));
    await answerChats([]);
    await answerChats([QUIET, COMMON_CHAT], "more");
    await eventually("the snapshot is whole", () => messenger.snapshot?.more_chats === undefined);
    const known = messenger.snapshot?.chats.map(({ chat_id: chatId }) => chatId);
    assert.deepEqual(new Set(known), new Set([COMMON_CHAT, WITH_BOB, QUIET]));
    assert.equal(workspace.book.get(QUIET).partnerName, "Bob");
    assert.deepEqual(held, [], "once it is found, nothing more is asked for");
  });

  it("makes no change before all chats are known, and forgets those that are not among them", async () => {
    await answerChats([COMMON_CHAT, WITH_BOB, QUIET]);
    await eventually("all are listed", () => titles().length === 3);
    server.cut();
    await eventually("asked again", () => held.length > 0);
    const { changeId } = messenger.change(WITH_BOB, 500, { kind: "delete" });
    await eventually("caught up so far", () => messenger.isCaughtUp);
    assert.ok(!server.actions.includes("delete_message"));
    assert.equal(workspace.book.get(QUIET).lastSeq, 7, "known from before");
    lastSeqs.set(WITH_BOB, 502);
    await answerChats([COMMON_CHAT, WITH_BOB]);
    await eventually("what was missed came", () => given.includes(`502 ${WITH_BOB}`));
    await eventually("changed", () => server.actions.includes("delete_message"));
    await eventually("the other chat is gone", () => workspace.book.get(QUIET).lastSeq === 0);
    await eventually("it is acknowledged", () => messenger.outgoing.get(changeId) === undefined);
  });
});
