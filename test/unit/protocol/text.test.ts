// Case folding, usernames and passwords, by examples.
import assert from "node:assert/strict";
import {
  filterForm,
  foldCase,
  normalizeUsername,
  passwordProblem,
  searchForm,
  usernameKey,
} from "../../../src/protocol/text.ts";

/** Code points and what CaseFolding.txt (Unicode, status C and F) makes of them. */
const FOLDINGS: readonly (readonly [string, string])[] = [
  ["0041", "0061"],
  ["005A", "007A"],
  ["00B5", "03BC"],
  ["00C0", "00E0"],
  ["00D7", "00D7"],
  ["00DE", "00FE"],
  ["00DF", "0073 0073"],
  ["0100", "0101"],
  ["0130", "0069 0307"],
  ["0131", "0131"],
  ["0149", "02BC 006E"],
  ["0178", "00FF"],
  ["017F", "0073"],
  ["0181", "0253"],
  ["01C4", "01C6"],
  ["01C5", "01C6"],
  ["01F0", "006A 030C"],
  ["0345", "03B9"],
  ["0386", "03AC"],
  ["0390", "03B9 0308 0301"],
  ["03A3", "03C3"],
  ["03B0", "03C5 0308 0301"],
  ["03C2", "03C3"],
  ["03D0", "03B2"],
  ["03F4", "03B8"],
  ["0410", "0430"],
  ["0531", "0561"],
  ["0587", "0565 0582"],
  ["10A0", "2D00"],
  ["1C80", "0432"],
  ["1E9B", "1E61"],
  ["1E9E", "0073 0073"],
  ["1F50", "03C5 0313"],
  ["1F80", "1F00 03B9"],
  ["1F88", "1F00 03B9"],
  ["1FB3", "03B1 03B9"],
  ["1FB7", "03B1 0342 03B9"],
  ["1FBE", "03B9"],
  ["1FFC", "03C9 03B9"],
  ["2126", "03C9"],
  ["212A", "006B"],
  ["212B", "00E5"],
  ["2160", "2170"],
  ["24B6", "24D0"],
  ["2C00", "2C30"],
  ["A640", "A641"],
  ["FB00", "0066 0066"],
  ["FB03", "0066 0066 0069"],
  ["FB13", "0574 0576"],
  ["FF21", "FF41"],
  ["10400", "10428"],
  ["1E900", "1E922"],
];

const textOf = (codes: string): string => String.fromCodePoint(...codes.split(" ").map((code) => parseInt(code, 16)));

describe("foldCase", () => {
  it("folds as Unicode's table has it", () => {
    for (const [from, to] of FOLDINGS) assert.equal(foldCase(textOf(from)), textOf(to), from);
  });

  it("leaves alone what has no case", () => {
    for (const text of ["", "123", "日本語", "שלום", "😀", "\u0000", "e\u0301"]) assert.equal(foldCase(text), text);
  });
});

describe("normalizeUsername", () => {
  it("gives the NFKC form, or nothing", () => {
    assert.equal(normalizeUsername("ｆｕｌｌ"), "full");
    assert.equal(normalizeUsername("Zoe\u0308"), "Zo\u00EB");
    assert.equal(normalizeUsername("ﬃ"), "ffi", "counted after normalisation");
    assert.equal(normalizeUsername("㎏m"), "kgm");
    for (const name of ["ab", "x".repeat(33), "_ab", "a b", "a\u200Bb", "a\u00ADbc", "ab\u034Fc", "😀😀😀", "½ab/"]) {
      assert.equal(normalizeUsername(name), undefined, name);
    }
  });
});

describe("usernameKey", () => {
  it("is one for all forms of a name, and another for another name", () => {
    const keys = new Set(["Straße", "STRASSE", "ＳＴＲＡẞＥ", "straſſe"].map(usernameKey));
    assert.equal(keys.size, 1);
    const others = ["ann", "anna", "ánn", "аnn" /* a Cyrillic а */, "ınn", "inn"];
    assert.equal(new Set(others.map(usernameKey)).size, others.length);
  });
});

describe("passwordProblem", () => {
  it("counts characters below and bytes above", () => {
    for (const password of ["12345678", "😀".repeat(8), "x".repeat(256), "é".repeat(128)])
      assert.equal(passwordProblem(password), undefined);
    for (const password of ["", "1234567", "😀".repeat(7), "x".repeat(257), "é".repeat(129), "1234567\u00008"]) {
      assert.match(passwordProblem(password) ?? "", /must/, password);
    }
  });
});

describe("searchForm", () => {
  it("is one for texts that are canonical caseless matches", () => {
    const groups = [
      ["Café", "CAFE\u0301", "cafe\u0301"],
      ["Việt", "VIỆT", "vie\u0323\u0302t", "vie\u0302\u0323t"],
      ["회의", "\u1112\u116c\u110b\u1174"],
      ["\u212b", "å", "a\u030a", "A\u030a"],
      ["Straße", "STRASSE", "straſſe"],
      // The example of the standard for which the text is decomposed before it is folded.
      ["\u1f80", "\u03b1\u0313\u0345", "\u03b1\u0345\u0313", "\u1f88"],
    ];
    for (const texts of groups) assert.equal(new Set(texts.map(searchForm)).size, 1, texts.join(", "));
    assert.equal(new Set(groups.flat().map(searchForm)).size, groups.length);
  });

  it("takes time in proportion to the text, however many marks are in a row", () => {
    // Marks that sorting takes apart from each other: 2 s and more for a whole text, were all of them sorted together.
    const marks = (count: number): string => "\u0301\u0323".repeat(count / 2);
    const form = searchForm(`a${marks(64_000)}`);
    assert.equal(form.length, 64_001);
    assert.equal(searchForm(`á${marks(28)}b`), searchForm(`a\u0301${marks(28)}B`));
  });
});

describe("filterForm", () => {
  it("leaves accents away, and the vowels of no script", () => {
    for (const [text, word] of [
      ["Jürgen", "jurgen"],
      ["Zoë", "ZOE"],
      ["Ngô Việt", "ngo viet"],
    ] as const) {
      assert.equal(filterForm(text), filterForm(word), text);
    }
    assert.notEqual(filterForm("नमस्ते"), filterForm("नमसत"));
    assert.notEqual(filterForm("한"), filterForm("하"));
  });
});
