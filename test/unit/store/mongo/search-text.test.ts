// The stored form of texts, in which a database's pattern matcher finds words.
import assert from "node:assert/strict";
import fc from "fast-check";
import { searchForm } from "../../../../src/protocol/text.ts";
import { literalPattern, searchable } from "../../../../src/store/mongo/search-text.ts";

/** Texts of characters that fold, escape or are written in difficult ways. */
const texts = fc.string({
  unit: fc.constantFrom(..."aAßẞsσςΣİiıI\0\u0001ab.*+?^$()[]{}|\\/-# 日é\u0301\u0323ệ\u0345ᾀ회"),
  maxLength: 12,
});

describe("the stored form of a text", () => {
  it("holds no U+0000", () => {
    fc.assert(fc.property(texts, (text) => !searchable(text).includes("\0")));
  });

  it("is found by the pattern of every word that it holds", () => {
    fc.assert(
      fc.property(texts, texts, texts, (before, word, after) => {
        const text = before + word + after;
        fc.pre(searchForm(text).includes(searchForm(word)));
        assert.match(searchable(text), new RegExp(literalPattern(word)));
      }),
    );
  });

  it("is found by hardly anything else: the pattern means its characters only", () => {
    fc.assert(
      fc.property(texts, texts, (text, word) => {
        const isFound = new RegExp(literalPattern(word)).test(searchable(text));
        assert.equal(isFound, searchable(text).includes(searchable(word)));
      }),
    );
  });
});
