// Case folding over all of Unicode, and the keys of usernames.
import assert from "node:assert/strict";
import fc from "fast-check";
import { foldCase, normalizeUsername, searchForm, usernameKey } from "../../src/protocol/text.ts";

const SEED = { seed: 20_260_105, numRuns: 500 };
const DOTLESS_I = "ı";

function* allCharacters(): Iterable<string> {
  for (let code = 0; code <= 0x10ffff; code += 1) if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
}

describe("foldCase", () => {
  it("folds every character as its upper and lower case, and twice as once", () => {
    for (const char of allCharacters()) {
      const folded = foldCase(char);
      const variants = [folded, char.toLowerCase(), char === DOTLESS_I ? char : char.toUpperCase()];
      if (variants.some((variant) => variant !== char && foldCase(variant) !== folded)) assert.fail(char);
    }
  });

  it("folds a text as its characters one by one", () => {
    const unit = fc.constantFrom(
      "a",
      "A",
      "ß",
      "ẞ",
      "S",
      "ς",
      "Σ",
      "σ",
      "İ",
      "i",
      "ı",
      "I",
      "ﬁ",
      "ǰ",
      "\u0307",
      "\u0345",
      "ᾳ",
      "Ά",
      "Ꭰ",
      "ꭰ",
      "𐐀",
      " ",
      ".",
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        assert.equal(foldCase(units.join("")), units.map(foldCase).join(""));
      }),
      SEED,
    );
  });
});

describe("searchForm", () => {
  it("is its own, and that of all canonical and cased variants, for every character", () => {
    for (const char of allCharacters()) {
      const form = searchForm(char);
      const upper = char === DOTLESS_I ? char : char.toUpperCase();
      const variants = [form, char.normalize("NFC"), char.normalize("NFD"), char.toLowerCase(), upper];
      if (variants.some((variant) => variant !== char && searchForm(variant) !== form)) assert.fail(char);
    }
  });
});

describe("usernameKey", () => {
  it("is its own key, for every character and any text", () => {
    for (const char of allCharacters()) {
      const key = usernameKey(char);
      if (key !== char && usernameKey(key) !== key) assert.fail(char);
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) =>
        assert.equal(usernameKey(usernameKey(name)), usernameKey(name)),
      ),
      SEED,
    );
  });

  it("is the same for a name and the form that it is stored in", () => {
    let nameCount = 0;
    const unit = fc.oneof(
      fc.constantFrom("a", "Z", "é", "e\u0301", "ß", "ﬁ", "Ⅷ", "Σ", "ς", "張", "٣", ".", "_", "-"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { minLength: 2, maxLength: 10 }), (units) => {
        const name = units.join("");
        const stored = normalizeUsername(name);
        if (stored === undefined) return;
        nameCount += 1;
        assert.equal(usernameKey(stored), usernameKey(name));
        assert.equal(normalizeUsername(stored), stored);
        for (const other of [name.toUpperCase(), name.toLowerCase()]) {
          if (!name.includes(DOTLESS_I)) assert.equal(usernameKey(other), usernameKey(name));
        }
      }),
      SEED,
    );
    assert.ok(nameCount > 100, `${nameCount} of 500 were names`);
  });
});
