// Messages under a real mouse and keyboard: selecting, copying, menus.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { png } from "../../support/pictures.ts";
import { clockText } from "../../../gui/chat/message-rows.ts";
import { TestClient } from "../support/client.ts";
import { tipsIn } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const { QApplication, QClipboardMode } = await import("@nodegui/nodegui");

const TEXTS = ["The first of them, long enough for a mouse", "the second one", "and the third"] as const;

(hasDisplay ? describe : describe.skip)("messages in hand (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    for (const text of TEXTS) await stage.person("boris").say(text, withBoris());
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(async () => {
    client.chat.openChat("common");
    client.chat.openChat(withBoris());
    await eventually("the messages are there", () => client.texts.length === TEXTS.length);
    clipboard()?.setText("before", QClipboardMode.Clipboard);
  });
  afterEach(() => assert.deepEqual(client.errors, []));

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const clipboard = () => QApplication.clipboard();
  const selection = (): string => clipboard()?.text(QClipboardMode.Selection) ?? "";
  const copied = (): string => clipboard()?.text(QClipboardMode.Clipboard) ?? "";
  const nameOf = (index: number): string => {
    const item = client.messages[index]?.item;
    return `boris, ${clockText(item?.timeMs ?? 0)}: ${item?.text}`;
  };
  const transcriptOf = (...indexes: number[]): string =>
    indexes
      .map((index) => {
        const item = client.messages[index]?.item;
        return `boris, Today, ${clockText(item?.timeMs ?? 0)}:\n${item?.text}`;
      })
      .join("\n\n");

  it("gives what is dragged over to the middle button, and nothing that was not written", async () => {
    clipboard()?.setText("nothing is selected", QClipboardMode.Selection);
    await hands.dragFrom(nameOf(0), [600, 0]);
    await eventually("the end of the text is selected", () => selection().length > 3 && TEXTS[0].endsWith(selection()));
    const selected = selection();
    await hands.press("ctrl+c");
    await eventually("it is copied", () => copied() === selected);
  });

  it("keeps what is selected when a picture of somebody comes", async () => {
    await hands.dragFrom(nameOf(0), [600, 0]);
    await eventually("the end of the text is selected", () => selection().length > 3 && TEXTS[0].endsWith(selection()));
    const selected = selection();
    let changeCount = 0;
    const changes = client.session.avatars.onChange(() => (changeCount += 1));
    await stage.picture("boris", png(60, 60));
    const fileName = (): string | null | undefined =>
      client.session.workspace.profiles.get(stage.person("boris").userId)?.file_name;
    await eventually("the picture is there", () => typeof fileName() === "string" && changeCount > 1);
    changes.dispose();
    await hands.press("ctrl+c");
    await eventually("it is copied", () => selected !== "" && copied() === selected);
  });

  it("selects whole messages when a drag goes on into the next bubble, and copies who wrote them when", async () => {
    await hands.dragFrom(nameOf(0), [0, 0], nameOf(1));
    await eventually("two are selected", () => hands.texts.includes("2 messages"));
    await hands.press("ctrl+c");
    assert.equal(copied(), transcriptOf(0, 1));
    await hands.click(nameOf(2));
    await eventually("a click adds one", () => hands.texts.includes("3 messages"));
    await hands.click("Copy");
    assert.equal(copied(), transcriptOf(0, 1, 2));
    await hands.press("Escape");
    assert.doesNotMatch(hands.texts, /\d messages/);
  });

  it("goes through messages by keys alone: from the field to a message, its menu, several, and back", async () => {
    await hands.tabTo("Messages");
    await hands.press("Up", "Return");
    await hands.inFront("popup");
    await hands.press("Down", "Down", "Down", "Down", "Down", "Return"); // Copy message
    await eventually("the message above the last one is copied", () => copied() === TEXTS[1]);
    await eventually("the menu is closed", () => hands.front === "Messenger");
    await hands.press("shift+Up", "ctrl+c");
    assert.equal(copied(), transcriptOf(0, 1));
    await hands.press("Escape", "Down", "ctrl+c");
    assert.equal(copied(), TEXTS[1], "one alone is copied as it was written");
    await hands.type("so");
    assert.equal(hands.focus, "Message");
    assert.equal(client.chat.parts.composer.edit.toPlainText(), "so");
    client.chat.parts.composer.edit.setPlainText("");
  });

  it("shows where a link leads, and opens or copies its address, not what it is called", async () => {
    const link = "www.example.org/a/page";
    client.chat.openChat("common");
    await stage.person("boris").say(link);
    await eventually("it came", () => client.texts.includes(link));
    const name = `boris, ${clockText(client.messages.at(-1)?.item.timeMs ?? 0)}: ${link}`;
    await hands.point(name);
    const tip = `<span>https://${link}</span>`;
    await eventually("it says where it leads", () => tipsIn(client.chat.window).includes(tip));
    await hands.click(name, "right");
    await hands.inFront("popup");
    await hands.click("Copy the link");
    await eventually("it is copied", () => copied() === `https://${link}`);
  });
});
