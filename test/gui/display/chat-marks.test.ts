// Marks of single chats in the list: muted ones, those marked as unread, and messages that name the user.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

(hasDisplay ? describe : describe.skip)("marks of chats (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const row = () => client.session.workspace.chats.row(withBoris());

  it("mute a chat by keys, count it no more, and keep that over a restart", async () => {
    await hands.tabTo("Chats");
    await hands.press("Down", "shift+F10");
    await hands.inFront("popup");
    await hands.click("Mute");
    await eventually("it is muted", () => row()?.isMuted === true);
    await stage.person("boris").say("psst", withBoris());
    await eventually("it came", () => hands.isInView("boris, 1 unread, muted"));
    assert.equal(client.session.workspace.chats.unread, 0);
    assert.equal(hands.front, "Messenger", "and not in the title");
    await client.quit(true);
    client = new TestClient(stage, client.folder);
    await client.application.start();
    await client.chatOpens();
    assert.equal(row()?.isMuted, true);
    await client.inFront();
    await hands.click("boris, 1 unread, muted", "right");
    await hands.inFront("popup");
    await hands.click("Unmute");
    await eventually("it is heard again", () => row()?.isMuted === false);
  });

  it("mark a chat as unread until it is opened", async () => {
    await stage.person("boris").say("think of it", withBoris());
    await eventually("it came", () => row()?.unread === 1);
    client.chat.openChat(withBoris());
    await eventually("it is read", () => row()?.unread === 0);
    client.chat.openChat("common");
    await hands.click("boris", "right");
    await hands.inFront("popup");
    await hands.click("Mark as unread");
    await eventually("it is marked", () => hands.isInView("boris, marked as unread"));
    await hands.inFront("(1) Messenger");
    await hands.click("boris, marked as unread");
    await eventually("it is not any more", () => row()?.isMarkedUnread === false);
    await hands.inFront("Messenger");
  });

  it("tell of messages that name the user until they are read", async () => {
    client.chat.openChat(withBoris());
    for (let index = 0; index < 60; index += 1) await stage.person("boris").say(`filling ${index}`);
    await stage.person("boris").say("@anna, where are you?");
    for (let index = 0; index < 60; index += 1) await stage.person("boris").say(`filling more ${index}`);
    await eventually("they came", () => hands.isInView("Common chat, 121 unread, you are mentioned"));
    await hands.click("Common chat, 121 unread, you are mentioned");
    await eventually("the button is there", () => hands.isInView("To the next message that names you"));
    await hands.click("To the next message that names you");
    const shown = (): boolean =>
      client.chat.parts.messages.shownRows.some((one) => one.kind === "message" && one.item.text.startsWith("@anna"));
    await eventually("it is shown", shown);
    await eventually("and read", () => !hands.isInView("To the next message that names you"));
  });
});
