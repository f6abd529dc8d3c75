// Messages that are changed, by mouse and by keys alone: edited, deleted, sent on.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { clockText } from "../../../gui/chat/message-rows.ts";
import { TestClient } from "../support/client.ts";
import { textsIn } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

(hasDisplay ? describe : describe.skip)("messages that are changed (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris", "bodo"]);
    await stage.befriend("anna", "boris", "bodo");
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(async () => {
    client.chat.openChat(withBoris());
    await hands.press("End");
  });
  afterEach(() => assert.deepEqual(client.errors, []));

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const edit = () => client.chat.parts.composer.edit;
  const last = () => client.messages.at(-1)?.item;
  const nameOf = (text: string): string => {
    const item = client.messages.findLast((row) => row.item.text === text)?.item;
    return `anna, ${clockText(item?.timeMs ?? 0)}: ${text}`;
  };
  const stored = async (text: string): Promise<void> => {
    const { messages } = await stage.person("boris").ok("get_chat", { contact: "anna" });
    assert.equal(messages.at(-1)?.message, text);
  };

  async function write(text: string): Promise<void> {
    await hands.type(text);
    await hands.press("Return");
    await eventually("it is stored", () => last()?.text === text && last()?.state === "stored");
  }

  it("edits the last own message by the arrow upwards", async () => {
    await write("see you at fuor");
    await hands.press("Up");
    assert.match(hands.texts, /^Edit message$/m);
    assert.equal(edit().toPlainText(), "see you at fuor");
    await hands.press("BackSpace", "BackSpace", "BackSpace");
    await hands.type("our");
    await hands.press("Return");
    await eventually("it is changed", () => last()?.text === "see you at four" && last()?.changes.length === 0);
    await eventually("and says so", () => /^edited \d\d:\d\d$/m.test(textsIn(client.chat.window)));
    await stored("see you at four");
    assert.equal(edit().toPlainText(), "");
    assert.doesNotMatch(hands.texts, /^Edit message$/m);
  });

  it("gives back what stood in the field when the change is given up", async () => {
    await write("as it was");
    await hands.type("half a thought");
    await hands.click(nameOf("as it was"), "right");
    await hands.inFront("popup");
    await hands.click("Edit");
    await eventually("it is taken up", () => edit().toPlainText() === "as it was");
    await hands.type(" no");
    await hands.press("Escape");
    assert.equal(edit().toPlainText(), "half a thought");
    assert.equal(hands.focus, "Message");
    await hands.press("ctrl+a", "BackSpace");
    assert.equal(last()?.text, "as it was");
  });

  it("deletes by the menu, after a question, and shows that something was there", async () => {
    await write("never mind");
    await hands.click(nameOf("never mind"), "right");
    await hands.inFront("popup");
    await hands.click("Delete…");
    await hands.inFront("Delete this message?");
    await hands.press("Return");
    await hands.inFront("Messenger");
    assert.equal(last()?.text, "never mind", "Enter is no yes to what cannot be undone");
    await hands.click(nameOf("never mind"), "right");
    await hands.inFront("popup");
    await hands.click("Delete…");
    await hands.inFront("Delete this message?");
    await hands.click("Delete");
    await eventually("it is gone", () => last()?.deleted === "author" && last()?.changes.length === 0);
    await eventually("that is said", () => textsIn(client.chat.window).includes("Message deleted"));
    await stored("");
  });

  it("deletes several by keys alone, the own ones of them", async () => {
    await write("one of two");
    await stage.person("boris").say("not yours", withBoris());
    await eventually("it came", () => last()?.text === "not yours");
    await write("two of two");
    await hands.tabTo("Messages");
    await hands.press("shift+Up", "shift+Up", "Delete");
    await hands.inFront("Delete 2 messages?");
    assert.match(hands.texts, /One is not yours to delete/);
    await hands.tabTo("Delete");
    await hands.press("Return");
    await eventually("they are gone", () => client.messages.slice(-3).filter(({ item }) => item.deleted).length === 2);
    assert.equal(client.messages.at(-2)?.item.text, "not yours");
  });

  it("sends a message on to a chat that is found by a part of its name", async () => {
    await write("tell the others");
    await hands.click(nameOf("tell the others"), "right");
    await hands.inFront("popup");
    await hands.click("Forward…");
    await hands.inFront("Forward a message");
    await hands.type("odo");
    await hands.press("Return");
    await hands.inFront("Messenger");
    const bodo = stage.person("bodo");
    const message = await bodo.client.nextEvent("message");
    assert.equal(message.message, "tell the others");
    assert.equal(client.chat.chatId, stage.person("anna").chatWith(bodo));
  });
});
