// The keys of the main window, each pressed with the focus in each of its fields.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

(hasDisplay ? describe : describe.skip)("shortcuts of the chat window (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    const boris = stage.person("boris");
    for (let index = 1; index <= 60; index += 1) void boris.say(`message ${index}`);
    await boris.client.barrier();
    await stage.person("anna").ok("mark_read", { chat_id: "common", seq: 60 });
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(async () => {
    client.chat.openChat("common");
    await eventually("the messages are there", () => client.texts.at(-1) === "message 60");
  });
  afterEach(async () => {
    client.chat.parts.search.close();
    client.chat.parts.list.field.setText("");
    assert.deepEqual(client.errors, []);
  });

  const isNewestShown = (): boolean =>
    client.chat.parts.messages.shownRows.some((row) => row.kind === "message" && row.item.text === "message 60");
  const dialog = (keys: string, title: string) => ({
    keys,
    what: `opens “${title}”`,
    isTrue: () => hands.front === title,
    undo: async () => {
      await hands.press("Escape");
      await client.inFront();
    },
  });
  const shortcuts: { keys: string; what: string; isTrue: () => boolean; undo?: () => Promise<void> }[] = [
    { keys: "ctrl+End", what: "shows the newest message", isTrue: isNewestShown },
    { keys: "ctrl+k", what: "goes to the list of chats", isTrue: () => hands.focus === "Search" },
    { keys: "ctrl+f", what: "opens the search", isTrue: () => hands.focus === "Search in this chat" },
    { keys: "alt+Down", what: "opens the chat below", isTrue: () => client.chat.chatId?.startsWith("dm:") === true },
    dialog("ctrl+n", "Add a contact"),
    dialog("ctrl+comma", "Settings"),
  ];
  const fields: Readonly<Record<string, () => Promise<unknown>>> = {
    "the message field": async () => client.chat.parts.composer.focus(),
    "the list of chats": async () => client.chat.parts.list.focusFilter(),
    "the search": async () => {
      client.chat.openSearch();
      await hands.type("message");
    },
  };

  for (const [place, enter] of Object.entries(fields))
    for (const { keys, what, isTrue, undo } of shortcuts)
      it(`${keys} ${what} with the focus in ${place}`, async () => {
        await enter();
        client.chat.parts.messages.scrollPages(-1.5);
        await eventually("the newest is out of view", () => !isNewestShown());
        await hands.press(keys);
        await eventually(what, isTrue);
        await undo?.();
      });
});
