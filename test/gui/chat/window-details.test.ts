// Details of the chat window: what is dropped on it, the present hit of a search, narrow windows, large texts, Arabic names.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { png } from "../../support/pictures.ts";
import { TestClient } from "../support/client.ts";
import { inksIn, Key, sizeOf, textsIn, treeOf, user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const { MAX_TEXT_PX } = await import("../../../gui/kit/text-size.ts");
const ARABIC = "محمد";

describe("details of the chat window", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris", ARABIC]);
    await stage.befriend("anna", "boris", ARABIC);
    client = await TestClient.loggedIn(stage, "anna");
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const chatWith = (name: string): string => stage.person("anna").chatWith(stage.person(name));
  const lines = (): string[] => treeOf(client.chat.window).split("\n");

  it("says that files cannot be sent when one is dropped, on the field as on the messages, and takes texts", () => {
    client.chat.openChat(chatWith("boris"));
    const { edit } = client.chat.parts.composer;
    const file = join(client.folder, "photo.png");
    writeFileSync(file, png(8, 8));
    const says = (): boolean => textsIn(client.chat.window).includes("Pictures and files cannot be sent.");
    for (const widget of [edit.viewport(), client.chat.parts.messages.widget]) {
      assert.ok(!says());
      user.drop(widget, file);
      assert.ok(says());
      assert.equal(edit.toPlainText(), "");
      user.type(edit, "x");
      user.press(edit, 0x01000003); // Backspace
    }
    user.type(edit, "look: ");
    user.dropText(edit.viewport(), "a text from elsewhere");
    assert.equal(edit.toPlainText(), "look: a text from elsewhere");
  });

  it("marks the present hit of a search, that one alone, and none when the search is closed", async () => {
    const boris = stage.person("boris");
    for (const text of ["needle one", "hay", "needle two", "hay", "needle three"])
      await boris.say(text, chatWith("boris"));
    client.chat.openChat(chatWith("boris"));
    await eventually("they are there", () => client.texts.length === 5);
    client.chat.openSearch();
    const { search } = client.chat.parts;
    /** The texts of the rows that are marked: the widgets of each begin with its strip. */
    const marked = (): string[] => {
      const tree = lines();
      return tree.flatMap((line, index) => {
        if (!/Label#strip (?!\(hidden\))/.test(line)) return [];
        const text = tree.slice(index).find((one) => one.includes("Label#bubbleText")) ?? "";
        return [/: (.*)$/.exec(text)?.[1] ?? text];
      });
    };
    user.type(search.field, "needle");
    user.press(search.field, Key.Return);
    await eventually("the newest is marked", () => marked().join() === "needle three");
    user.press(search.field, Key.Return);
    await eventually("the next one is marked", () => marked().join() === "needle two");
    user.press(search.field, Key.Down);
    await eventually("back again", () => marked().join() === "needle three");
    user.press(search.field, Key.Escape);
    assert.deepEqual(marked(), []);
  });

  it("leaves the text room in a narrow window, and cuts what the header says with an ellipsis", async () => {
    const stranger = await stage.join("a.stranger.with.a.name.that.goes");
    await stranger.say("we have not met", stage.person("anna").chatWith(stranger));
    await eventually("it came", () => client.session.workspace.chats.rows().length === 4);
    client.chat.openChat(stage.person("anna").chatWith(stranger));
    const { composer } = client.chat.parts;
    const { window } = client.chat;
    const formats = (): boolean => lines().some((line) => /Button#format (?!\(hidden\))/.test(line));
    window.resize(1000, 700);
    window.show();
    await eventually("there is room for everything", () => formats());
    assert.ok(lines().some((line) => line.includes("not in your contacts")));
    window.resize(340, 500);
    await eventually("the buttons give way", () => !formats());
    await eventually("and the field has their room", () => composer.edit.width() > 200);
    assert.ok(lines().some((line) => /Label#heading a\.stranger\S*…/.test(line)));
    client.application.preferences.set({ textPx: MAX_TEXT_PX });
    client.application.theme.apply("light", MAX_TEXT_PX);
    await eventually("the second line is cut, too", () =>
      lines().some((line) => /Label#subtitle not in .*…/.test(line)),
    );
  });

  it("has larger icons with a larger text", async () => {
    client.chat.openChat(chatWith("boris"));
    const names = ["Send", "Emoji", "Search in this chat", "More", "Older hit", "Close"];
    const sizes = (): number[] => names.map((name) => sizeOf(client.chat.window, name).width);
    const before = sizes();
    client.application.theme.apply("light", MAX_TEXT_PX);
    sizes().forEach((size, index) => assert.ok(size > (before[index] ?? Infinity), `${names[index]}: ${size} px`));
  });

  it("keeps names in Arabic beside their pictures, in the list and above the chat", async () => {
    client.chat.openChat(chatWith(ARABIC));
    client.chat.window.resize(1000, 700);
    client.chat.window.show();
    await eventually("the row is there", () =>
      lines().some((line) => line.includes(`Label#rowTitleSelected ${ARABIC}`)),
    );
    for (const [name, count] of [
      ["rowTitleSelected", 1],
      ["rowTextSelected", 1],
      ["heading", 1],
      ["subtitleActive", 1],
    ] as const) {
      const inks = inksIn(client.chat.window, name);
      assert.equal(inks.length, count, name);
      for (const { first, last, width } of inks) {
        assert.ok(first >= 0 && first < 6, `${name} begins in column ${first}`);
        assert.ok(last < width / 2, `${name} ends in column ${last} of ${width}`);
      }
    }
  });
});
