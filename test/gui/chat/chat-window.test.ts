// The main window on a real server: writing, reading, searching, being offline.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Key, Modifier, user, widgetCount } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

describe("chat window", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris", "chiara"]);
    await stage.befriend("anna", "boris", "chiara");
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));

  it("sends what is typed, and shows it as stored and then as read", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    client.chat.openChat(withBoris());
    client.write("Hello Boris");
    assert.equal(client.chat.parts.composer.edit.toPlainText(), "");
    const got = await stage.person("boris").client.nextEvent("message");
    assert.equal(got.message, "Hello Boris");
    await eventually("it is stored", () => client.messages[0]?.item.state === "stored");
    await stage.person("boris").ok("mark_read", { chat_id: withBoris(), seq: 1 });
    await eventually("it is read", () => client.messages[0]?.item.state === "read");
    assert.deepEqual(client.texts, ["Hello Boris"]);
  });

  it("breaks the line with Shift+Enter and grows", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    const { edit } = client.chat.parts.composer;
    const before = edit.height();
    user.type(edit, "one");
    user.press(edit, Key.Return, Modifier.shift);
    user.type(edit, "two");
    assert.equal(edit.toPlainText(), "one\ntwo");
    assert.ok(edit.height() > before);
    user.press(edit, Key.Return);
    await eventually("it is sent", () => client.texts[0] === "one\ntwo");
    assert.equal(edit.height(), before);
  });

  it("puts marks of emphasis around the selection and leaves the clipboard as it was", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    const { composer } = client.chat.parts;
    user.type(composer.edit, "important");
    composer.edit.selectAll();
    user.press(composer.edit, 0x42, Modifier.control);
    assert.equal(composer.edit.toPlainText(), "**important**");
  });

  it("counts unread messages of other chats, and clears the count when a chat is opened", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    await stage.person("boris").say("one", withBoris());
    await stage.person("boris").say("two", withBoris());
    await eventually("two are unread", () => client.session.workspace.chats.row(withBoris())?.unread === 2);
    await eventually("the title says so", () => client.chat.window.windowTitle() === "(2) Messenger");
    client.chat.present();
    client.chat.openChat(withBoris());
    await eventually("they are shown", () => client.texts.length === 2);
    if (client.chat.isInUse) await eventually("they are read", () => client.session.workspace.chats.unread === 0);
  });

  it("keeps a draft per chat", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    const { edit } = client.chat.parts.composer;
    client.chat.openChat(withBoris());
    user.type(edit, "not sent");
    client.chat.openChat("common");
    assert.equal(edit.toPlainText(), "");
    client.chat.openChat(withBoris());
    assert.equal(edit.toPlainText(), "not sent");
  });

  it("loads older pages while scrolling up, until the first message", async () => {
    const boris = stage.person("boris");
    for (let index = 1; index <= 230; index += 1) void boris.say(`message ${index}`, withBoris());
    await boris.client.barrier();
    await stage.person("anna").ok("mark_read", { chat_id: withBoris(), seq: 230 });
    client = await TestClient.loggedIn(stage, "anna");
    client.chat.openChat(withBoris());
    await eventually("the end is shown", () => client.texts.at(-1) === "message 230");
    assert.ok(client.texts.length < 230);
    await eventually("the first message is reached", () => {
      client.chat.parts.messages.scrollPages(-1);
      return client.texts[0] === "message 1";
    });
    assert.deepEqual(
      client.texts,
      Array.from({ length: 230 }, (_, index) => `message ${index + 1}`),
    );
  });

  it("finds hits of a search and goes from one to the next", async () => {
    const boris = stage.person("boris");
    for (let index = 1; index <= 120; index += 1)
      void boris.say(index % 40 === 0 ? `Needle ${index}` : `hay ${index}`, withBoris());
    await boris.client.barrier();
    client = await TestClient.loggedIn(stage, "anna");
    client.chat.openChat(withBoris());
    client.chat.openSearch();
    const { search, messages } = client.chat.parts;
    const isShown = (text: string): boolean =>
      messages.shownRows.some((row) => row.kind === "message" && row.item.text === text);
    user.type(search.field, "needle");
    user.press(search.field, Key.Return);
    await eventually("the newest hit is shown", () => isShown("Needle 120"));
    user.press(search.field, Key.Return);
    await eventually("the next one is shown", () => isShown("Needle 80"));
    user.press(search.field, Key.Up);
    await eventually("the oldest one is shown", () => isShown("Needle 40"));
    user.press(search.field, Key.Down);
    await eventually("back again", () => isShown("Needle 80"));
    user.press(search.field, Key.Escape);
    assert.ok(!search.isOpen);
  });

  it("filters the chats and opens the one that Enter names", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    const { list } = client.chat.parts;
    list.focusFilter();
    user.type(list.field, "CHIA");
    user.press(list.field, Key.Return);
    assert.equal(client.chat.chatId, stage.person("anna").chatWith(stage.person("chiara")));
    assert.equal(list.field.text(), "");
  });

  it("says that it is offline, keeps what is written, and sends it once and in order", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    client.chat.openChat(withBoris());
    await stage.server.stop();
    stage.server.cutClients();
    await eventually("it is offline", () => client.session.messenger.state.kind === "offline");
    for (const text of ["one", "two", "three"]) client.write(text);
    await eventually(
      "they wait",
      () => client.messages.every(({ item }) => item.state === "waiting") && client.texts.length === 3,
    );
    await stage.server.start();
    client.session.messenger.retryNow();
    await eventually(
      "they are stored",
      () => client.messages.length === 3 && client.messages.every(({ item }) => item.state === "stored"),
    );
    assert.deepEqual(client.texts, ["one", "two", "three"]);
    assert.deepEqual(
      client.messages.map(({ item }) => item.seq),
      [1, 2, 3],
    );
  });

  it("keeps up with a flood without more widgets than the view needs", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    const boris = stage.person("boris");
    const before = widgetCount();
    for (let index = 0; index < 3000; index += 1) void boris.say(`flood ${index}`);
    await boris.client.barrier();
    await eventually("the last one is shown", () => client.texts.at(-1) === "flood 2999");
    assert.ok(widgetCount() - before < 250, `${widgetCount() - before} widgets more`);
  });
});
