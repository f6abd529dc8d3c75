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
  "xhttp://a": ["|xhttp://a"],
};

describe("markup", () => {
  for (const [text, expected] of Object.entries(CASES)) {
    it(`cuts ${JSON.stringify(text)}`, () => assert.deepEqual(show(text), expected));
  }

  const pieces = fc.constantFrom("*", "**", "__", "_", "`", " ", "a", "\n", "https://x.y", "(", ")", ".", "é", "😀");
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
        assert.ok(spans.filter((span) => span.isMark).every((span) => ["*", "**", "__", "`"].includes(span.text)));
        assert.equal(spans.filter((span) => span.isMark).length % 2, 0);
      }),
    { numRuns: 2000, weight: 0.2 },
  );

  it("takes no longer than a scan for texts made to be slow", () => {
    // Quadratic time would take hours for these: a million characters each.
    for (const piece of ["*a ", " *a", "**", "`", "__a ", "(", "https://", " https://a)"]) {
      const text = piece.repeat(1_000_000 / piece.length);
      assert.equal(
        parseMarkup(text).reduce((sum, span) => sum + span.text.length, 0),
        text.length,
      );
    }
  }).timeout(60_000);
});
