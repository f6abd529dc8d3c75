// Markup: what is emphasis, what stays plain text, and that nothing of a text is ever lost.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fuzzes } from "../../support/fuzz.ts";
import { parseMarkup, type Span } from "../../../src/protocol/markup.ts";

/** Spans as short text: marks left out, the style of each as letters before it. */
function show(text: string): string[] {
  return parseMarkup(text)
    .filter((span) => !span.isMark)
    .map((span) => `${letters(span)}|${span.text}`);
}

function letters(span: Span): string {
  const { isBold, isItalic, isUnderlined, isCode, isLink } = span;
  return [isBold && "b", isItalic && "i", isUnderlined && "u", isCode && "c", isLink && "l"].filter(Boolean).join("");
}

const CASES: Readonly<Record<string, readonly string[]>> = {
  "": [],
  plain: ["|plain"],
  "a **b** c": ["|a ", "b|b", "| c"],
  "*b*": ["i|b"],
  "__b c__!": ["u|b c", "|!"],
  "`**b**`": ["c|**b**"],
  "***both***": ["bi|both"],
  "**bold *and italic* again**": ["b|bold ", "bi|and italic", "b| again"],
  "*a **b** c*": ["i|a ", "bi|b", "i| c"],
  "__**x**__": ["bu|x"],
  "2*3*4": ["|2*3*4"],
  "2**3**4": ["|2**3**4"],
  "a * b * c": ["|a * b * c"],
  "**open": ["|**open"],
  "**a *b** c*": ["b|a *b", "| c*"],
  "*a**": ["|*a**"],
  "**a *b***": ["b|a ", "bi|b"],
  "****": ["|****"],
  "``": ["|``"],
  "`": ["|`"],
  a_b_c: ["|a_b_c"],
  snake__case__name: ["|snake__case__name"],
  "日**本**語": ["|日", "b|本", "|語"],
  "<b>no</b>": ["|<b>no</b>"],
  "see https://a.example/x_y__z?q=*1*, please": ["|see ", "l|https://a.example/x_y__z?q=*1", "|*, please"],
  "**https://a.example**": ["bl|https://a.example"],
  "(https://a.example/(b))": ["|(", "l|https://a.example/(b)", "|)"],
  "https://": ["|https://"],
  "见 https://example.com/a。谢谢": ["|见 ", "l|https://example.com/a", "|。谢谢"],
  "请看https://example.com/a，详见": ["|请看", "l|https://example.com/a", "|，详见"],
  "（https://example.com/a）": ["|（", "l|https://example.com/a", "|）"],
  "“https://example.com/a”…": ["|“", "l|https://example.com/a", "|”…"],
  "https://example.com؟ https://example.com/a।": ["l|https://example.com", "|؟ ", "l|https://example.com/a", "|।"],
  "http://[::1]/x https://a.example/?q=[1]": ["l|http://[::1]/x", "| ", "l|https://a.example/?q=[1]"],
  "https://ja.example/wiki/サクラ_(花)": ["l|https://ja.example/wiki/サクラ_(花)"],
  "see www.example.org, main.rs": ["|see ", "l|www.example.org", "|, main.rs"],
  "to anna@example.org.": ["|to ", "l|anna@example.org", "|."],
  "**www.example.org/a**": ["bl|www.example.org/a"],
  "`https://a.example`": ["c|https://a.example"],
  "ftp://a.example //a.example javascript:alert(1)": ["|ftp://a.example //a.example javascript:alert(1)"],
  "``a ` b``": ["c|a ` b"],
  "see ```one``` here": ["|see ", "c|one", "| here"],
  "so:\n```js\nint **p;\n\n```\nend": ["|so:\n", "c|int **p;\n", "|\nend"],
  "```\n```": ["c|\n"],
  "```open `a`": ["|```open ", "c|a"],
  "````": ["|````"],
  "xhttp://a": ["|xhttp://a"],
};

describe("markup", () => {
  for (const [text, expected] of Object.entries(CASES)) {
    it(`cuts ${JSON.stringify(text)}`, () => assert.deepEqual(show(text), expected));
  }

  it("tells what a link opens", () => {
    const addresses = (text: string): (string | undefined)[] =>
      parseMarkup(text).flatMap((span) => (span.isLink ? [span.address] : []));
    assert.deepEqual(addresses("https://a.example/x*, www.b.example anna@c.example"), [
      "https://a.example/x",
      "https://www.b.example",
      "mailto:anna@c.example",
    ]);
  });

  const pieces = fc.constantFrom(
    "*",
    "**",
    "__",
    "_",
    "`",
    " ",
    "a",
    "\n",
    "https://x.y",
    "www.x.y",
    "@x.y",
    "。",
    "```",
    "(",
    ")",
    ".",
    "é",
    "😀",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join("")),
  );
  fuzzes(
    "loses nothing of any text",
    () =>
      fc.property(texts, (text) => {
        const spans = parseMarkup(text);
        assert.equal(spans.map((span) => span.text).join(""), text);
        assert.ok(spans.every((span) => span.text !== ""));
        assert.ok(spans.filter((span) => span.isMark).every((span) => /^(?:\*\*?|__|\s*`+\s*)$/.test(span.text)));
        assert.equal(spans.filter((span) => span.isMark).length % 2, 0);
      }),
    { numRuns: 2000, weight: 0.2 },
  );

  it("takes no longer than a scan for texts made to be slow", () => {
    // Quadratic time would take hours for these: a million characters each.
    for (const piece of [
      "*a ",
      " *a",
      "**",
      "`",
      "__a ",
      "(",
      "https://",
      " https://a)",
      "` ",
      "``` `",
      "www.",
      "a@",
      "a@b.cc ",
    ]) {
      const text = piece.repeat(1_000_000 / piece.length);
      assert.equal(
        parseMarkup(text).reduce((sum, span) => sum + span.text.length, 0),
        text.length,
      );
    }
  }).timeout(60_000);
});
