// The message field under real keys: emoji, completion, emphasis, what Escape does.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { QApplication, QClipboardMode, QPixmap } = await import("@nodegui/nodegui");
const HEART = "\u2764\ufe0f";

(hasDisplay ? describe : describe.skip)("the message field (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris", "bodo"]);
    await stage.befriend("anna", "boris");
    await stage.person("bodo").say("I am here");
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(async () => {
    client.chat.openChat("common");
    await eventually("the messages are there", () => client.texts.includes("I am here"));
    edit().setPlainText("");
    client.chat.parts.composer.focus();
  });
  afterEach(() => assert.deepEqual(client.errors, []));

  const edit = () => client.chat.parts.composer.edit;
  const text = (): string => edit().toPlainText();
  const picker = () => client.chat.parts.composer.emojiPicker.parts;
  const choices = (): string[] => client.chat.parts.composer.completer.choices.map(({ shown }) => shown);

  it("takes emoji found by name and chosen by Enter, and offers them first from then on", async () => {
    await hands.press("ctrl+e");
    await hands.inFront("popup");
    await hands.type("heart");
    const isFound = (): boolean => picker()?.field.text() === "heart" && picker()?.chosen?.emoji === HEART;
    await eventually("the red one is chosen", isFound);
    await hands.press("Return");
    await hands.inFront("Messenger");
    assert.equal(text(), HEART);
    await hands.press("ctrl+e");
    await hands.inFront("popup");
    assert.equal(picker()?.chosen?.emoji, HEART);
    await hands.press("Down", "Right");
    const chosen = picker()?.chosen?.emoji ?? "";
    assert.ok(chosen !== "" && chosen !== HEART);
    await hands.press("Return");
    await hands.inFront("Messenger");
    assert.equal(text(), HEART + chosen);
  });

  it("takes emoji by mouse, and none at Escape", async () => {
    await hands.press("ctrl+e");
    await hands.inFront("popup");
    await hands.type("rocket");
    await eventually("it is found", () => picker()?.field.text() === "rocket");
    await hands.click("rocket");
    await hands.inFront("Messenger");
    assert.equal(text(), "\u{1f680}");
    await hands.press("ctrl+e");
    await hands.inFront("popup");
    await hands.press("Escape");
    await hands.inFront("Messenger");
    assert.equal(text(), "\u{1f680}");
  });

  it("completes names of who wrote, of contacts and of others, and emoji", async () => {
    await hands.type("hi @bo");
    await eventually("both are offered", () => choices().join() === "bodo,boris");
    await hands.press("Down", "Tab");
    assert.equal(text(), "hi @boris ");
    await hands.type(":rocke");
    await eventually("it is offered", () => choices()[0]?.includes(":rocket:") === true);
    await hands.press("Return");
    assert.equal(text(), "hi @boris \u{1f680} ");
    await hands.type("@bo");
    await eventually("offered again", () => choices().length === 2);
    await hands.press("Escape");
    assert.deepEqual(choices(), []);
    await hands.press("ctrl+a", "BackSpace");
  });

  it("puts emphasis on what is selected and takes it away, as steps that can be undone, without the clipboard", async () => {
    const picture = new QPixmap();
    picture.loadFromData(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'), "SVG");
    QApplication.clipboard()?.setPixmap(picture, QClipboardMode.Clipboard);
    await hands.type("so important");
    await hands.press("shift+ctrl+Left", "ctrl+b", "ctrl+i");
    assert.equal(text(), "so ***important***");
    await hands.press("ctrl+b");
    assert.equal(text(), "so *important*");
    await hands.press("ctrl+z", "ctrl+z", "ctrl+z");
    assert.equal(text(), "so important");
    assert.equal(QApplication.clipboard()?.mimeData(QClipboardMode.Clipboard).hasImage(), true);
    await hands.press("ctrl+v");
    assert.match(hands.texts, /Pictures and files cannot be sent/);
  });

  it("keeps the keyboard at Escape", async () => {
    await hands.press("Escape", "Escape");
    assert.equal(hands.focus, "Message");
    await hands.type("still here");
    assert.equal(text(), "still here");
  });
});
