// A message's text as HTML: nothing in it becomes markup, everything in it can be read.
import assert from "node:assert/strict";
import { LIGHT } from "../../../gui/kit/colors.ts";
import { copiedText, previewText, textHtml, visible } from "../../../gui/chat/message-html.ts";

const html = (text: string, word = ""): string => textHtml(text, word, LIGHT, 14);
/** What a reader sees: tags are gone, entities are characters again. */
const seen = (text: string): string =>
  html(text)
    .replaceAll("<br>", "\n")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("\u200b", "");

describe("message html", () => {
  it("shows markup of others as the text it is", () => {
    const text = '<b>x</b> <img src="/etc/passwd"> &amp; <script>alert(1)</script>';
    assert.equal(seen(text), text);
    assert.ok(!html(text).includes("<img"));
    assert.ok(!html(text).includes("<script"));
  });

  it("renders emphasis, code and links, and nothing else", () => {
    assert.match(html("**bold**"), /<b>bold<\/b>/);
    assert.match(html("*it*"), /<i>it<\/i>/);
    assert.match(html("__u__"), /<u>u<\/u>/);
    assert.match(html("`a<b`"), /monospace[^>]*>a&lt;b</);
    assert.match(html("see https://example.org/?a=1&b=2"), /<a href="https:\/\/example.org\/\?a=1&amp;b=2"/);
    assert.ok(!html("javascript:alert(1)").includes("<a "));
    assert.match(html("www.example.org"), /<a href="https:\/\/www.example.org"[^>]*>www.example.org</);
    assert.match(html("anna@example.org"), /<a href="mailto:anna@example.org"/);
  });

  it("cannot be broken out of by a link", () => {
    assert.ok(!/<a [^>]*onclick/.test(html('https://example.org/"onclick="x')));
  });

  it("shows control characters as pictures and drops those that turn directions", () => {
    assert.equal(visible("a\u0000b\u001b\u007f"), "a\u2400b\u241b\u2421");
    assert.equal(visible("a\u202eb\u2066c"), "abc");
    assert.equal(visible("one\r\ntwo\tthree"), "one\ntwo\tthree");
  });

  it("keeps emoji of several characters in one font and without the selector that Qt stumbles over", () => {
    assert.match(html("so \u{1f3f3}\ufe0f\u200d\u{1f308}!"), /Emoji'">\u{1f3f3}\u200d\u{1f308}<\/span>!/u);
    assert.ok(
      !html("\u{1f600}\u{1f600}\u{1f600}\u{1f600}").includes("Emoji'"),
      "single ones need no font of their own",
    );
  });

  it("is as quick with many emoji before a letter as with any text", () => {
    const text = `${"\u26a1".repeat(39)}a`; // with a test that tries every division this never ends
    assert.equal(seen(text), text);
  });

  it("marks the hits of a search for any characters", () => {
    const word = "e-mail^$.*+?()[]{}|/\\";
    assert.equal(html(`an ${word}!`, word).match(/background/g)?.length, 1);
  });

  it("lets long words be broken without losing a character", () => {
    const word = "x".repeat(8192);
    assert.equal(seen(word), word);
    const longest = Math.max(
      ...html(word)
        .split("\u200b")
        .map((part) => part.replace(/<[^>]*>/g, "").length),
    );
    assert.ok(longest < 32, `an unbroken run of ${longest}`);
  });

  it("marks the hits of a search, whatever its characters mean elsewhere", () => {
    assert.match(html("a (b) c", "(B)"), new RegExp(`background-color:${LIGHT.mark}">\\(b\\)<`));
    assert.ok(!html("abc", ".").includes(LIGHT.mark));
    assert.match(html("<i>", "i"), /&lt;<span[^>]*>i<\/span>&gt;/);
  });

  it("makes a few emoji large, many not", () => {
    assert.match(html("😀👍"), /font-size:34px/);
    assert.ok(!html("😀".repeat(4)).includes("font-size:34px"));
    assert.ok(!html("123").includes("font-size:34px"));
  });

  it("copies exactly what was written, whatever is like what a bubble adds", () => {
    const written = [
      "\u17a2\u1780\u17d2\u179f\u179a\u200b\u1781\u17d2\u1798\u17c2\u179a",
      "10\u00a0€",
      "it is 12:34",
      "at\u00a0\u00a012:34",
      "two\u200b\u200bplaces",
      `${"x".repeat(40)}\u200b${"y".repeat(40)}`,
      "so \u{1f3f3}\ufe0f\u200d\u{1f308}!",
      "two\nlines ",
      "\u05e9\u05dc\u05d5\u05dd",
    ];
    /** What Qt gives of a selection: a bubble's text as it is laid out. */
    const selection = (text: string): string =>
      html(text)
        .replaceAll("<br>", "\u2028")
        .replace(/<[^>]*>/g, "");
    for (const text of written) {
      assert.equal(copiedText(selection(text), text), text);
      assert.equal(copiedText(selection(text).slice(0, 1), text), text.slice(0, 1));
    }
    assert.equal(copiedText("hel\u200b\u200blo", "hello"), "hello");
  });

  it("cuts previews between characters, and says that it has cut", () => {
    const half = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
    const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}";
    for (const text of [
      family.repeat(400),
      "`" + "\u{1f1e9}\u{1f1ea}".repeat(900),
      "a" + family.repeat(200),
      "ä".repeat(121),
    ]) {
      const preview = previewText(text);
      assert.doesNotMatch(preview, half);
      assert.ok(preview.endsWith("…"), preview);
      assert.ok(text.startsWith(preview.slice(0, -1)) || text[0] === "`");
    }
    assert.equal(previewText("ä".repeat(120)), "ä".repeat(120));
  });

  it("makes one line for lists", () => {
    assert.equal(previewText("**Hello**\n\nyou  there"), "Hello you there");
    assert.equal([...previewText("ä".repeat(500))].length, 121);
  });
});
