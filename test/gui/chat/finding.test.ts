// The one field that finds chats, people and messages: sections, arrows, jumping, and being without a server.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { LIGHT } from "../../../gui/kit/colors.ts";
import { snippetOf } from "../../../gui/chat/hit-row.ts";
import type { ResultRow } from "../../../gui/chat/list-rows.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Key, textsIn, user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

describe("the search over everything", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris", "chiara", "kettler"]);
    await stage.befriend("anna", "boris", "chiara");
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const list = () => client.chat.parts.list;
  const shown = (): string[] => list().rows.map(textOf);
  const chosen = (): string | undefined => {
    const row = list().rows.find((one) => "isSelected" in one && one.isSelected);
    return row && textOf(row);
  };

  /** So many messages with a word are found on this machine. */
  const kept = (word: string, count: number): Promise<void> =>
    eventually("they are kept", () => {
      const { messages } = client.session.messenger.cache.search({ word, limit: 10 });
      return messages.length === count;
    });

  function textOf(row: ResultRow): string {
    if (row.kind === "chat") return `chat ${row.chat.title}`;
    if (row.kind === "person") return `person ${row.person.username}`;
    if (row.kind === "hit") return `hit ${row.message.message}`;
    return row.text;
  }

  it("shows chats, people and messages in sections, and goes through them by arrows", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    await stage.person("boris").say("the Kettle is on", withBoris());
    await stage.person("chiara").say("my kettle is broken");
    await kept("kettle", 2);
    assert.ok(
      shown().every((text) => text.startsWith("chat ")),
      "at first all chats",
    );
    user.type(list().field, "kettle");
    assert.ok(shown().includes("hit the Kettle is on"), "what is kept is there at once");
    await eventually("the server has answered", () => shown().length === 5);
    assert.deepEqual(shown(), [
      "People",
      "person kettler",
      "Messages",
      "hit my kettle is broken",
      "hit the Kettle is on",
    ]);
    user.press(list().field, Key.Up);
    user.press(list().field, Key.Up);
    assert.equal(chosen(), "person kettler");
    user.press(list().field, Key.Down);
    user.press(list().field, Key.Down);
    assert.equal(chosen(), "hit the Kettle is on");
    user.press(list().field, Key.Return);
    assert.equal(client.chat.chatId, withBoris());
    assert.equal(list().field.text(), "kettle", "the next one can be looked at");
    const isMarked = (): boolean => textsIn(client.chat.window).includes(`background-color:${LIGHT.mark}`);
    await eventually("the word is marked in the message", isMarked);
    list().field.setText("");
    assert.equal(isMarked(), false, "until nothing is looked for");
    assert.ok(shown().every((text) => text.startsWith("chat ")));
  });

  it("opens a chat by its name with Enter, before any answer", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    user.type(list().field, "bor");
    user.press(list().field, Key.Return);
    assert.equal(client.chat.chatId, withBoris());
    assert.equal(list().field.text(), "");
  });

  it("begins a chat with somebody who was found", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    user.type(list().field, "kett");
    await eventually("found", () => shown().includes("person kettler"));
    user.press(list().field, Key.Return);
    const chatId = stage.person("anna").chatWith(stage.person("kettler"));
    assert.equal(client.chat.chatId, chatId);
    client.write("hello");
    const { message } = await stage.person("kettler").client.nextEvent("message");
    assert.equal(message, "hello");
  });

  it("jumps to a message far back that was never seen here, and reads nothing on the way", async () => {
    const boris = stage.person("boris");
    await boris.say("a needle in the hay", withBoris());
    for (let index = 0; index < 400; index += 1) void boris.say(`hay ${index}`, withBoris());
    await boris.client.barrier();
    client = await TestClient.loggedIn(stage, "anna");
    const { unread } = client.session.workspace.chats.row(withBoris()) ?? {};
    assert.equal(unread, 401);
    user.type(list().field, "needle");
    await eventually("the server has found it", () => shown().includes("hit a needle in the hay"));
    user.press(list().field, Key.Return);
    await eventually("it is in view", () =>
      client.chat.parts.messages.shownRows.some((row) => row.kind === "message" && row.item.text.includes("needle")),
    );
    const { readSeq } = client.session.workspace.book.get(withBoris());
    assert.ok(readSeq < 100, `${readSeq}`);
  });

  it("says that only this machine is searched while there is no connection", async () => {
    client = await TestClient.loggedIn(stage, "anna");
    await stage.person("boris").say("the kettle is on", withBoris());
    await kept("kettle", 1);
    await stage.server.stop();
    await eventually("the client is offline", () => client.session.messenger.state.kind === "offline");
    user.type(list().field, "kettle");
    await eventually("it is said", () => shown().at(-1)?.includes("Without a connection") === true);
    assert.deepEqual(shown().slice(0, 2), ["Messages", "hit the kettle is on"]);
  });

  it("shows six chats and the others on demand", async () => {
    for (let index = 0; index < 9; index += 1) await stage.join(`helper${index}`);
    await stage.befriend("anna", ...Array.from({ length: 9 }, (_, index) => `helper${index}`));
    client = await TestClient.loggedIn(stage, "anna");
    user.type(list().field, "helper");
    assert.deepEqual(shown().slice(0, 8), [
      "Chats",
      ...Array.from({ length: 6 }, (_, index) => `chat helper${index}`),
      "3 more chats",
    ]);
    for (let step = 0; step < 6; step += 1) user.press(list().field, Key.Down);
    assert.equal(chosen(), "3 more chats");
    user.press(list().field, Key.Return);
    assert.equal(shown().filter((text) => text.startsWith("chat ")).length, 9);
    assert.equal(chosen(), "chat helper5");
  });
});

describe("the line of a message that was found", () => {
  it("begins shortly before the word, between words", () => {
    assert.equal(snippetOf("the kettle is on", "kettle"), "the kettle is on");
    const long = `${"many words come before ".repeat(5)}the KETTLE, and some after`;
    assert.equal(snippetOf(long, "kettle"), "…come before the KETTLE, and some after");
    assert.equal(snippetOf("He can begin in all of March", "ch"), "…begin in all of March");
    assert.match(snippetOf(`${"x".repeat(200)}kettle`, "kettle"), /^…x{20}kettle$/);
    assert.equal(snippetOf("**bold** kettle", "kettle"), "bold kettle");
  });
});
