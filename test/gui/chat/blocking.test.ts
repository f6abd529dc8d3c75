// Blocking somebody by the menu of a chat.
import assert from "node:assert/strict";
import type { QMenu } from "@nodegui/nodegui";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Key, textsIn, tipsIn, user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const { chatEntries } = await import("../../../gui/chat/chat-menus.ts");
const { messageEntries } = await import("../../../gui/chat/message-menu.ts");
const { openMenu } = await import("../../../gui/kit/menu.ts");

describe("blocking in the chat window", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));

  /** Opens the menu of the chat with Boris, whose last entry must be this one, and chooses it by the keyboard. */
  const chooseLast = (text: string): void => {
    const row = client.session.workspace.chats.row(withBoris());
    assert.ok(row);
    const entries = chatEntries(row, client.chat.window, client.session, {
      isOpen: () => false,
      onOpen() {},
      onProfile() {},
      onGroup() {},
    });
    const last = entries.at(-1);
    assert.ok(last !== undefined && last !== "separator");
    assert.equal(last.text, text);
    const menu: QMenu = openMenu(client.chat.window, entries);
    user.press(menu, Key.Up);
    user.press(menu, Key.Return);
  };

  it("asks once, keeps the other one out, and lets in again", async () => {
    const boris = stage.person("boris");
    const says = (text: string): boolean => textsIn(client.chat.window).split("\n").includes(text);
    client.chat.openChat(withBoris());
    chooseLast("Block…");
    assert.ok(says("Block boris?"), textsIn(client.chat.window));
    assert.ok(client.session.workspace.chats.row(withBoris())?.isBlocked === false, "not before the answer");
    user.pressButton(client.chat.window, "Block");
    await eventually("it is shown", () => says("blocked"));
    await boris.fails("add_message", { chat_id: withBoris(), message: "hello?" }, 403);
    chooseLast("Unblock");
    await eventually("it is shown no more", () => !says("blocked"));
    await boris.say("hello again", withBoris());
    await eventually("it comes", () => client.texts.includes("hello again"));
    assert.deepEqual(client.errors, []);
  });

  it("says to who is blocked why a message was not sent, in its menu and beside it", async () => {
    const boris = await TestClient.loggedIn(stage, "boris");
    await stage.person("anna").ok("block_contact", { contact: "boris" });
    boris.chat.openChat(withBoris());
    boris.write("are you there?");
    await eventually("it is refused", () => boris.messages.at(-1)?.item.state === "failed");
    const [row] = boris.messages.slice(-1);
    const reason = row?.item.failure ?? "";
    assert.match(reason, /block/);
    const conversation = boris.session.workspace.conversation(withBoris());
    const nothing = (): void => {};
    const rights = { writes: true, reacts: true, pins: true, moderates: false };
    const entries = messageEntries({ row: row ?? assert.fail(), selected: "", link: "" }, conversation, rights, {
      onLink: nothing,
      onProfile: nothing,
      onSelect: nothing,
      onAnswer: nothing,
      onEdit: nothing,
      onReact: nothing,
      onForward: nothing,
      onDelete: nothing,
      usual: "x",
    });
    const texts = entries.map((entry) => (entry === "separator" ? "" : entry.text));
    assert.ok(texts.includes(`Not sent: ${reason}`), texts.join(", "));
    assert.ok(tipsIn(boris.chat.window).includes(`<span>Not sent: ${reason}</span>`));
    await boris.quit();
    await stage.person("anna").ok("unblock_contact", { contact: "boris" });
  });
});
