// A group that the user is in no more: nothing opens it again, and nothing of it is kept.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { chatNote } from "../../../src/client/chat-notes.ts";
import type { ChatId } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import type { Person } from "../../support/person.ts";
import { TestClient } from "../support/client.ts";
import { user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

describe("a group that the user was taken out of", () => {
  let stage: Stage;
  let client: TestClient;
  let boris: Person;
  let chatId: ChatId;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    client = await TestClient.loggedIn(stage, "anna");
    boris = await stage.server.anotherSession(stage.person("boris"), {}, ["groups"]);
    chatId = (await boris.ok("create_group", { title: "Garden", members: ["anna"] })).chat.chat_id;
    await eventually("it is listed", () => row() !== undefined);
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const row = () => client.session.workspace.chats.row(chatId);
  const removed = async (): Promise<void> => {
    await boris.ok("remove_member", { chat_id: chatId, username: "anna" });
    await eventually("it is gone", () => row() === undefined);
  };

  it("is not opened by what still names it", async () => {
    await boris.say("hello", chatId);
    await removed();
    client.chat.openChat(chatId);
    assert.equal(client.chat.chatId, "common");
    client.chat.openMessage({ chat_id: chatId, seq: 1 }, "hello");
    assert.equal(client.chat.chatId, "common");
  });

  it("leaves no draft on this machine", async () => {
    client.chat.openChat(chatId);
    const draft = (): unknown => client.session.messenger.cache.load(chatNote("draft", chatId));
    user.type(client.chat.parts.composer.edit, "never to be sent");
    await eventually("it is kept", () => draft() === "never to be sent");
    user.type(client.chat.parts.composer.edit, ", not even this");
    await removed();
    await eventually("it is closed", () => client.chat.chatId === undefined);
    client.chat.openChat("common");
    assert.equal(client.chat.parts.composer.edit.toPlainText(), "");
    assert.equal(draft(), undefined);
  });
});
