// How large bubbles are: as large as their texts need, at every width.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { textHtml } from "../../../gui/chat/message-html.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { BubbleMeasure } = await import("../../../gui/chat/bubble-layout.ts");
const { textLabel } = await import("../../../gui/chat/text-label.ts");

const WORDS = "the quick brown fox jumps over a lazy dog and comes home again late in the evening".split(" ");
const TEXTS = [
  "ok",
  ...[3, 7, 12, 13, 17, 40].map((count) =>
    Array.from({ length: count }, (_, index) => WORDS[index % WORDS.length]).join(" "),
  ),
  "a long word: " + "Donaudampfschifffahrt".repeat(8),
  "two\nlines",
  "**bold** and `code` and *all* of it in one line that is rather long for a bubble of this width",
  "שלום עולם! זה טקסט ארוך יותר שנכתב מימין לשמאל, עם English באמצע, ועוד קצת מילים",
];

describe("bubbles", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    client = await TestClient.loggedIn(stage, "anna");
    const chatId = stage.person("anna").chatWith(stage.person("boris"));
    for (const [index, text] of TEXTS.entries())
      await stage.person(index % 2 === 0 ? "boris" : "anna").say(text, chatId);
    client.chat.openChat(chatId);
    await eventually("they are there", () => client.texts.length === TEXTS.length);
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });

  it("are as high as their text, with one line more only where the time has no room beside it", () => {
    const { theme } = client.application;
    const measure = new BubbleMeasure(client.chat.window, theme);
    const control = textLabel(client.chat.window);
    const linePx = Math.ceil(theme.textPx * 1.5);
    for (let width = 300; width <= 900; width += 7)
      for (const row of client.messages) {
        const { text } = measure.layoutOf(row, width);
        control.setText(textHtml(row.item.text, "", theme.colors, theme.textPx));
        control.ensurePolished();
        control.setWordWrap(text.wraps);
        const needed = text.wraps ? control.heightForWidth(text.width) : control.sizeHint().height();
        const spare = text.height - needed;
        assert.ok(spare >= 0 && spare <= linePx, `${spare} px too much at ${width}: ${row.item.text}`);
      }
  });
});
