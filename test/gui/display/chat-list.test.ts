// The list of chats under real keys, the first window of a new user, and the chat that a start comes back to.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const MANY = Array.from({ length: 18 }, (_, index) => `person${String(index).padStart(2, "0")}`);

(hasDisplay ? describe : describe.skip)("the list of chats (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "Jürgen", "newcomer", ...MANY]);
    await stage.befriend("anna", "Jürgen", ...MANY);
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(() => client.chat.openChat("common"));
  afterEach(() => assert.deepEqual(client.errors, []));

  const chatOf = (name: string): string => stage.person("anna").chatWith(stage.person(name));

  it("finds names without their accents, and says when there is none", async () => {
    await hands.press("ctrl+k");
    await hands.type("jurg");
    await hands.press("Return");
    assert.equal(client.chat.chatId, chatOf("Jürgen"));
    await hands.press("ctrl+k");
    await hands.type("nobody is called so");
    await eventually("it is said", () => /^Nothing found\.$/m.test(hands.texts));
    await hands.press("Escape");
    assert.doesNotMatch(hands.texts, /^Nothing found\.$/m);
  });

  it("shows the chat that was found, wherever it is", async () => {
    await hands.press("ctrl+k");
    await hands.type("person17");
    await hands.press("Return");
    assert.equal(client.chat.chatId, chatOf("person17"));
    await hands.click("person17"); // is in view
  });

  it("is gone through by arrows without opening anything, until Enter or the menu is asked for", async () => {
    await hands.tabTo("Chats");
    await hands.press("Down", "Down");
    assert.equal(client.chat.chatId, "common");
    await hands.press("shift+F10");
    await hands.inFront("popup");
    await hands.press("Escape");
    await hands.inFront("Messenger");
    assert.equal(hands.focus, "Chats");
    await hands.press("Return");
    await eventually("a chat is open", () => client.chat.chatId?.startsWith("dm:") === true);
    assert.equal(hands.focus, "Message");
  });

  it("lets go of a chat that was begun and left empty", async () => {
    const { chats } = client.session.workspace;
    chats.begin(chatOf("newcomer"), "newcomer");
    client.chat.openChat(chatOf("newcomer"));
    await hands.click("More");
    await hands.inFront("popup");
    await hands.click("Remove from the list");
    await eventually("it is gone", () => chats.row(chatOf("newcomer")) === undefined);
    await eventually("and not shown", () => client.chat.chatId === undefined);
  });

  it("takes a contact that was deleted away at once, also while another chat is open", async () => {
    await client.session.workspace.contacts.delete(stage.person("person03").userId);
    await eventually("it is gone", () => !hands.texts.includes("person03"));
  });

  it("says instead of the message field that the other one is blocked, and ends it there", async () => {
    const { contacts } = client.session.workspace;
    await contacts.block(stage.person("person05").userId, "person05");
    client.chat.openChat(chatOf("person05"));
    await eventually("it is said", () => hands.texts.includes("You have blocked person05."));
    await hands.click("Unblock");
    await eventually("it has ended", () => contacts.blocked().length === 0);
    await eventually("one can write", () => !hands.texts.includes("You have blocked person05."));
  });

  it("opens where the user was last, and for a new user nothing, with the way to others", async () => {
    client.chat.openChat(chatOf("person07"));
    await client.quit(true);
    client = new TestClient(stage, client.folder);
    await client.application.start();
    await client.chatOpens();
    assert.equal(client.chat.chatId, chatOf("person07"));
    await client.quit();
    client = new TestClient(stage);
    await client.application.start();
    await eventually("the window is in front", () => hands.front === "Messenger");
    await hands.tabTo("Username");
    await hands.type("newcomer");
    await hands.tabTo("Password");
    await hands.type("a password for the stage");
    await hands.press("Return");
    await client.chatOpens();
    await client.inFront();
    assert.equal(client.chat.chatId, undefined);
    await eventually("it says how to begin", () => /Add somebody by their name/.test(hands.texts));
    await hands.click("Add a contact");
    await hands.inFront("Add a contact");
    await hands.press("Escape");
  });
});
