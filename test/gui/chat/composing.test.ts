// The parts of the message field that need no window: emphasis, completion, long texts, finding emoji. Pure.
import assert from "node:assert/strict";
import { toggledMark, type MarkName } from "../../../gui/chat/emphasis.ts";
import { completionAt } from "../../../gui/chat/completion.ts";
import { emojiGroups, findEmoji } from "../../../gui/chat/emoji-data.ts";
import { EmojiGrid } from "../../../gui/chat/emoji-grid.ts";
import { messageParts } from "../../../gui/chat/message-parts.ts";

describe("emphasis", () => {
  /** The text with "[" and "]" around what is selected, after marks were toggled one after the other. */
  function after(marked: string, ...names: readonly MarkName[]): string {
    let text = marked.replace(/[[\]]/g, "");
    let selection = { anchor: marked.indexOf("["), position: marked.indexOf("]") - 1 };
    for (const name of names) {
      const edit = toggledMark(text, selection, name);
      text = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
      selection = edit.selection;
    }
    const { anchor, position } = selection;
    return `${text.slice(0, anchor)}[${text.slice(anchor, position)}]${text.slice(position)}`;
  }

  it("is put around the selection, which stays, and taken away again", () => {
    assert.equal(after("so [important] it is", "bold"), "so **[important]** it is");
    assert.equal(after("so [important] it is", "bold", "bold"), "so [important] it is");
    assert.equal(after("[all]", "bold", "italic"), "***[all]***");
    assert.equal(after("[all]", "bold", "italic", "bold"), "*[all]*");
    assert.equal(after("[all]", "bold", "italic", "italic"), "**[all]**");
    assert.equal(after("[**all**]", "bold"), "[all]");
    assert.equal(after("[all]", "underline", "code", "code", "underline"), "[all]");
  });

  it("leaves the spaces at the ends outside, and begins at the cursor where nothing is selected", () => {
    assert.equal(after("so [important ]it is", "bold"), "so **[important]** it is");
    assert.equal(after("so [] it is", "bold"), "so **[]** it is");
  });
});

describe("completion", () => {
  it("begins behind @ and behind : with two letters, where a word may begin", () => {
    const at = (text: string): unknown => completionAt(text, text.length);
    assert.deepEqual(at("hi @bo"), { kind: "name", from: 3, to: 6, text: "bo" });
    assert.deepEqual(at("@"), { kind: "name", from: 0, to: 1, text: "" });
    assert.deepEqual(at("(@bo"), { kind: "name", from: 1, to: 4, text: "bo" });
    assert.deepEqual(at(":he"), { kind: "emoji", from: 0, to: 3, text: "he" });
    for (const text of ["", "a@b", "x_@b", "@bo ", ":)", ":h", "10:30", "https://x", "a:heart", "::ab"])
      assert.equal(at(text), undefined, text);
  });

  it("is that of the cursor, not of the end", () => {
    assert.deepEqual(completionAt("hi @bo and more", 6), { kind: "name", from: 3, to: 6, text: "bo" });
    assert.equal(completionAt("hi @bo and more", 2), undefined);
  });
});

describe("emoji", () => {
  it("are found by names, codes, keywords and beginnings of words, the heart before all that have one", () => {
    const found = (text: string): readonly string[] => findEmoji(text, 10).map(({ emoji }) => emoji);
    assert.equal(found("heart")[0], "\u2764\ufe0f");
    assert.equal(found("red_heart")[0], "\u2764\ufe0f");
    assert.equal(found("ROCKET")[0], "\u{1f680}");
    assert.equal(found("thumbs up")[0], "\u{1f44d}");
    assert.ok(found("tea").includes("\u{1f375}"));
    assert.deepEqual(found("no such thing"), []);
    assert.deepEqual(found(""), []);
  });

  it("are many, each once", () => {
    const all = emojiGroups().flatMap(({ emoji }) => emoji.map((one) => one.emoji));
    assert.ok(all.length > 1700, `${all.length}`);
    assert.equal(new Set(all).size, all.length);
  });

  it("lie in rows through which arrows lead, over headings and short rows", () => {
    const some = emojiGroups()[0]?.emoji ?? [];
    const grid = new EmojiGrid([
      { heading: "one", emoji: some.slice(0, 4) },
      { heading: "none", emoji: [] },
      { heading: "two", emoji: some.slice(4, 24) },
    ]);
    assert.deepEqual(
      grid.rows.map((row) => (row.kind === "heading" ? row.text : row.emoji.length)),
      ["one", 4, "two", 9, 9, 2],
    );
    assert.equal(grid.step(3, 1, 0), 4);
    assert.equal(grid.step(0, -1, 0), 0);
    assert.equal(grid.step(1, 0, 1), 5);
    assert.equal(grid.step(21, 0, 1), 23, "the row below is short");
    assert.equal(grid.step(10, 0, -1), 3, "so is the row above");
    assert.equal(grid.at(23)?.emoji, some[23]?.emoji);
  });
});

describe("a text that is too long", () => {
  it("is cut between lines, words or characters, and nothing but spaces is lost", () => {
    const texts = [
      "word ".repeat(50),
      "x".repeat(250),
      "one line of text\n".repeat(20),
      "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}".repeat(30),
    ];
    for (const text of texts) {
      const parts = messageParts(text, 100);
      for (const part of parts) assert.ok(part !== "" && [...part].length <= 100, part);
      assert.equal(parts.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
    }
    assert.deepEqual(messageParts("one line\nanother line", 12), ["one line", "another line"]);
    assert.ok(messageParts("a".repeat(300), 100).every((part) => part.length === 100));
  });
});
