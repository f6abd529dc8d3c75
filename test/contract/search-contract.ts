// Contract of the search in a chat: exactly the messages whose folded text holds the folded word.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { MAX_PAGE, MESSAGE_EXTRA_BYTES, PAGE_BYTES } from "../../src/protocol/limits.ts";
import { searchForm } from "../../src/protocol/text.ts";
import { append, Fixture } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";
import { searchToEnd } from "../support/search.ts";

/** A text, words that find it, words that do not. */
const FINDS: readonly [text: string, found: readonly string[], missed: readonly string[]][] = [
  ["Hello, World", ["hello", "HELLO", "o, w", "l", "ld", "Hello, World"], ["helloworld", "x", "worlds"]],
  ["die Straße", ["STRASSE", "strasse", "straße", "STRAẞE", "ß", "ss", "SS", "aß"], ["strase", "s t"]],
  ["GROẞ", ["groß", "gross", "ẞ", "s"], ["grob"]],
  ["ΟΔΟΣ και Σίσυφος", ["οδος", "ΟΔΟΣ", "οδοσ", "σίσυφος", "ΣΊΣΥΦΟΣ", "ς", "σ"], ["οδοι"]],
  ["İstanbul ısı", ["i̇stanbul", "stanbul", "İ", "ı", "ısı"], ["istanbul", "isi"]],
  ["ﬁn ﬃ ŉ ǰ", ["fin", "FIN", "ffi", "ﬁ", "ʼn"], ["fi n"]],
  ["\u212a \u212b \u017f", ["k", "\u00e5", "s", "\u00c5 S"], ["k s"]],
  ["Привет, МИР", ["привет", "ПРИВЕТ", "мир", "т, м"], ["прывет"]],
  ["שלום עולם مرحبا", ["שלום", "ום עו", "مرح", "ע"], ["שלוםעולם", "א"]],
  ["नमस्ते दुनिया", ["नमस्ते", "स्", "दु"], ["नमसते"]],
  ["日本語を話す", ["日本語", "日", "本語", "を話す"], ["日語", "話日"]],
  ["안녕하세요", ["안녕", "하세요", "녕"], ["안하"]],
  ["ça va 👩‍👩‍👧 😀😁", ["😀", "👩‍👩‍👧", "👧", "\u200d", "😀😁", "ÇA"], ["😂", "😁😀"]],
  ["\u00e9", ["\u00e9", "\u00c9", "e\u0301", "E\u0301", "e"], ["\u00e8", "e\u0300"]],
  ["e\u0301", ["e", "e\u0301", "\u0301", "E\u0301", "\u00e9"], ["\u00e8"]],
  ["Vi\u1ec7t", ["vie\u0302\u0323t", "VIE\u0323\u0302T", "vi\u1eb9\u0302t"], ["viet", "vi\u00eat"]],
  ["\ud68c\uc758", ["\u1112\u116c\u110b\u1174", "\uc758"], ["\u1174\u1112"]],
  ["\u1f80 \u03b1\u0345\u0313", ["\u03b1\u0313\u0345", "\u1f00\u03b9 \u1f80"], ["\u03b1\u03b9"]],
  ["100% _done_ a*b?", ["%", "_", "0%", "*", "a*b", "?", "100% _"], ["1%0", "a%b", "a_b", "a.b"]],
  ["^a.b$ [x] (y) {2} \\d+|", ["^a", ".", "b$", "[x]", "(y)", "{2}", "\\d+|", "\\", "+"], ["a+b", ".*", "[a-z]", "^x"]],
  [
    `"quoted" 'it''s' NEAR(a b) -c col:x`,
    ['"', '"quoted"', "'it", "''s", "NEAR(", "near(a b)", "-c", "col:"],
    ["a OR b"],
  ],
  ["a AND b OR NOT c", ["and", "a AND b", "OR NOT"], ["a OR b", "b AND a"]],
  ["nul\0byte\0", ["\0", "l\0b", "nul\0byte\0", "byte"], ["nulbyte", "\0\0", "nul\0\0"]],
  ["\0\0\0x", ["\0\0", "\0\0\0", "\0x"], ["x\0"]],
  ["tab\there\r\nline", ["\t", "b\th", "\r\n", "\nline", "here\r"], ["tab here", "\n\r"]],
  [" spaces  twice ", [" ", "  ", "s  t", " s"], ["   ", "spaces twice"]],
  ["\u{10ffff}\ufffd\u0001\ue000", ["\u{10ffff}", "\ufffd", "\u0001", "\ue000", "\ufffd\u0001\ue000"], ["\u{10fffe}"]],
  ["aaaa", ["a", "aa", "aaa", "aaaa"], ["aaaaa"]],
];

export function searchContract(kind: StoreKind): void {
  let store: Fixture;
  let anna: UserId;
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = ""] = await store.users("anna");
  });
  afterEach(() => store.close());

  const find = async (word: string, before?: number, limit = MAX_PAGE) => {
    const { messages, hasMore } = await searchToEnd(store.reader, COMMON_CHAT, word, before, limit);
    return { seqs: messages.map((message) => message.seq), more: hasMore };
  };
  const fill = (texts: readonly string[]) =>
    store.commit(...texts.map((text, index) => append(COMMON_CHAT, anna, `m${index}`, text)));

  it("finds in every script, whatever the characters mean elsewhere", async () => {
    const texts = FINDS.map(([text]) => text);
    await fill(texts);
    for (const [index, [text, found, missed]] of FINDS.entries()) {
      for (const word of found) {
        assert.ok((await find(word)).seqs.includes(index + 1), `${JSON.stringify(word)} in ${JSON.stringify(text)}`);
      }
      for (const word of missed) {
        assert.ok(!(await find(word)).seqs.includes(index + 1), `${JSON.stringify(word)} in ${JSON.stringify(text)}`);
      }
    }
  });

  it("finds exactly what folding both finds, in texts made of difficult characters", async () => {
    const texts = scrambles(150, 12);
    await fill(texts);
    for (const word of [...scrambles(60, 4), ...scrambles(20, 2)]) {
      const holds = (text: string): boolean => searchForm(text).includes(searchForm(word));
      const expected = texts.flatMap((text, index) => (holds(text) ? [index + 1] : [])).reverse();
      assert.deepEqual(await find(word), { seqs: expected, more: false }, JSON.stringify(word));
    }
  });

  it("returns whole messages, newest first, in pages", async () => {
    await fill(Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? `Fizz ${index}` : `${index}`)));
    assert.deepEqual(await find("FIZZ", undefined, 4), { seqs: [28, 25, 22, 19], more: true });
    assert.deepEqual(await find("fizz", 19, 4), { seqs: [16, 13, 10, 7], more: true });
    assert.deepEqual(await find("fizz", 7, 2), { seqs: [4, 1], more: false });
    assert.deepEqual(await find("fizz", 1, 2), { seqs: [], more: false });
    assert.deepEqual(await find("fizz", 0, 2), { seqs: [], more: false });
    assert.deepEqual(await find("fizz", 2 ** 53 - 1, 1), { seqs: [28], more: true });
    assert.deepEqual(await find("fizz", undefined, 10), { seqs: [28, 25, 22, 19, 16, 13, 10, 7, 4, 1], more: false });
    const [message] = (await searchToEnd(store.reader, COMMON_CHAT, "fizz 27", undefined, 1)).messages;
    const { messages } = await store.reader.history(COMMON_CHAT, { before: 29, after: undefined, limit: 1 });
    assert.deepEqual(message, messages[0]);
  });

  it("searches one chat", async () => {
    const [bert = "", carl = ""] = await store.users("bert", "carl");
    await store.say(directChatId(anna, bert), anna, "a secret");
    await store.say(directChatId(anna, carl), anna, "no secret");
    await store.say(COMMON_CHAT, anna, "open");
    assert.deepEqual(await find("secret"), { seqs: [], more: false });
    const { messages } = await searchToEnd(store.reader, directChatId(anna, bert), "SECRET", undefined, 10);
    assert.deepEqual(
      messages.map((message) => message.message),
      ["a secret"],
    );
    const none = await searchToEnd(store.reader, directChatId(bert, carl), "secret", undefined, 10);
    assert.deepEqual(none, { messages: [], hasMore: false });
  });

  it("takes words of 256 characters, and of more than the text", async () => {
    const long = "Ab\u{1f600}ß".repeat(64);
    await fill([`<${long}>`, long.slice(1), "short"]);
    assert.deepEqual(await find(long.toUpperCase()), { seqs: [1], more: false });
    assert.deepEqual(await find(long.slice(5)), { seqs: [2, 1], more: false });
    assert.deepEqual(await find("%".repeat(256)), { seqs: [], more: false });
    assert.deepEqual(await find('"'.repeat(256)), { seqs: [], more: false });
  });

  it("finds at the very end of texts of the greatest length", async () => {
    const filler = "\u{1f40d}".repeat(8000);
    await fill([`${filler}needle`, filler, `needle${filler}`]);
    assert.deepEqual(await find("NEEDLE"), { seqs: [3, 1], more: false });
    assert.deepEqual(await find("le"), { seqs: [3, 1], more: false });
    assert.deepEqual(await find("\u{1f40d}needle"), { seqs: [1], more: false });
  });

  it("ends a page when its texts would be too big, and says so", async () => {
    const text = `x${"€".repeat(Math.floor((PAGE_BYTES / 2 - MESSAGE_EXTRA_BYTES - 3) / 3))}`;
    await fill([text, "none", text, text]);
    assert.deepEqual(await find("X"), { seqs: [4, 3], more: true });
    assert.deepEqual(await find("X", 3), { seqs: [1], more: false });
  });
}

/** Texts of at most `length` characters, from few characters that fold or escape in difficult ways; always the same. */
function scrambles(count: number, length: number): string[] {
  const characters = [
    "a",
    "A",
    "ß",
    "ẞ",
    "s",
    "S",
    "σ",
    "ς",
    "Σ",
    "İ",
    "i",
    "ı",
    "I",
    "\u0307",
    "\0",
    '"',
    "'",
    "%",
    "_",
  ];
  characters.push("\u00e9", "\u0301", "\u0323", "\u1ec7", "\u0345", "\u1f80", "\ud68c", "\u116c", "\u212b");
  characters.push("*", "\\", " ", "日", "😀", "ﬁ", "f", "ǆ", "ǅ", "\ufffd", "\u0001");
  let state = count * 1000 + length;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const text = (): string =>
    Array.from({ length: 1 + next(length) }, () => characters[next(characters.length)]).join("");
  return Array.from({ length: count }, text);
}
