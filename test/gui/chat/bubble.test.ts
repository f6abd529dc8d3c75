// Sizes of bubbles: as large as their texts need, at every width.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import type { ConversationItem } from "../../../src/client/models/conversation-item.ts";
import type { MessageRow, ViewRow } from "../../../gui/chat/message-rows.ts";
import { textHtml } from "../../../gui/chat/message-html.ts";
import { TestClient } from "../support/client.ts";
import { textsIn, user } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const { QWidget } = await import("@nodegui/nodegui");
const { MessageRenderer } = await import("../../../gui/chat/message-renderer.ts");
const { VirtualList } = await import("../../../gui/kit/virtual-list.ts");
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
  "He can begin in *March*, if we decide this week.",
  "**bold** and `code` and *all* of it in one line that is rather long for a bubble of this width",
  "שלום עולם! זה טקסט ארוך יותר שנכתב מימין לשמאל, עם English באמצע, ועוד קצת מילים",
];

/** So wide is a time of day at least. */
const TIME_PX = 30;

/** A message with all that one can have. */
const RICH: ConversationItem = {
  key: "#9",
  messageId: undefined,
  seq: 9,
  userId: "b".repeat(24),
  username: "boris",
  text: "Let us meet at four then",
  timeMs: Date.now(),
  isOwn: false,
  state: "stored",
  failure: undefined,
  rev: 3,
  deleted: undefined,
  editedMs: Date.now(),
  replyTo: 4,
  reactions: ["\u{1f44d}", "\u2764\ufe0f", "\u{1f389}"].map((reaction, index) => ({
    reaction,
    count: index + 1,
    userIds: [],
    isOwn: index === 1,
  })),
  mentions: [],
  mentionsMe: true,
  isPinned: true,
  changes: [],
};

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
        if (text.height > linePx || row.item.text === "") continue;
        control.setWordWrap(false);
        const besidePx = text.width - control.sizeHint().width();
        assert.ok(besidePx >= TIME_PX, `${besidePx} px for the time at ${width}: ${row.item.text}`);
      }
  });

  /** Shows rows as a conversation does; what is clicked in them is told. */
  function show(rows: readonly MessageRow[], onClick: (what: string) => void = () => {}) {
    const { theme } = client.application;
    const window = new QWidget();
    const marks = {
      isSelected: () => false,
      isCurrent: () => false,
      word: () => "",
      quoted: () => ({ userId: "a".repeat(24), username: "anna", text: "When <do> we\nmeet?" }),
      whoReacted: () => "chiara, 2 more",
      ownName: () => "anna",
    };
    const nothing = (): void => {};
    const actions = {
      onLink: nothing,
      onMenu: nothing,
      onCopy: nothing,
      onAuthor: nothing,
      onPress: () => false,
      onDrag: () => false,
      onRelease: nothing,
      onQuote: (seq: number) => onClick(`quote ${seq}`),
      onReaction: (row: MessageRow, reaction: string) => onClick(`${row.key} ${reaction}`),
    };
    const renderer = new MessageRenderer(window, { theme, avatars: client.session.avatars, marks, actions });
    const list = new VirtualList<ViewRow>({ renderer, name: "messages", sticksToEnd: true });
    list.area.resize(600, 400);
    list.area.show();
    list.setRows(rows);
    return list;
  }

  const rowOf = (item: ConversationItem): MessageRow => ({
    key: item.key,
    kind: "message",
    item,
    place: "only",
    showsAuthor: true,
  });

  it("show the message that is answered, reactions with their numbers, changes and pins", () => {
    const clicks: string[] = [];
    const list = show([rowOf(RICH)], (what) => clicks.push(what));
    const texts = textsIn(list.area);
    assert.match(texts, /anna<\/div><div>When &lt;do&gt; we meet\?/);
    assert.match(texts, /^\u{1f44d} 1$/mu);
    assert.match(texts, /^\u{1f389} 3$/mu);
    assert.match(texts, /^\u{1f4cc} edited \d\d:\d\d$/mu);
    user.clickNamed(list.area, "Answers anna: When <do> we meet?");
    user.clickNamed(list.area, "\u2764\ufe0f chiara, 2 more");
    assert.deepEqual(clicks, ["quote 4", "#9 \u2764\ufe0f"]);
    list.area.close();
  });

  it("of deleted messages say by whom, and have nothing else", () => {
    const bare = {
      ...RICH,
      text: "",
      reactions: [],
      replyTo: undefined,
      editedMs: undefined,
      mentionsMe: false,
      isPinned: false,
    };
    const list = show([rowOf({ ...bare, deleted: "author" }), rowOf({ ...bare, key: "#10", deleted: "moderator" })]);
    assert.match(textsIn(list.area), /Message deleted/);
    assert.match(textsIn(list.area), /Deleted by a moderator/);
    list.area.close();
  });
});
