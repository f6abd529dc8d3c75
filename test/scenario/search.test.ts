// Search in a chat.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { MAX_SEARCH_CHARS } from "../../src/protocol/limits.ts";
import { range, seqs, texts } from "../support/lists.ts";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

describe("search_in_chat", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;

  beforeEach(async () => {
    [ann, ben] = await server().newPeople("Ann", "Ben");
  });

  async function find(word: string, more: object = {}): Promise<string[]> {
    return texts((await ben.ok("search_in_chat", { chat_id: ann.chatWith(ben), word, ...more })).messages);
  }

  it("finds substrings in any case, newest first, and takes every character as it is", async () => {
    const all = [
      "Hello World",
      "hell",
      "100% sure",
      "a_b",
      "a*b",
      "ab",
      'say "hi"',
      "it's (x) [y] {z} ^$.|?+\\",
      "Straße",
      "ΣΊΣΥΦΟΣ",
      "Москва",
      "日本語の文",
      "😀😃",
      "a\u0000b",
      "AND OR NOT NEAR",
    ];
    for (const text of all) await ann.say(text, ann.chatWith(ben));
    const cases: Record<string, string[]> = {
      hell: ["hell", "Hello World"],
      HELLO: ["Hello World"],
      "o w": ["Hello World"],
      "%": ["100% sure"],
      a_b: ["a_b"],
      _: ["a_b"],
      "a*b": ["a*b"],
      "*": ["a*b"],
      '"': ['say "hi"'],
      '"hi"': ['say "hi"'],
      "[y] {z} ^$.|?+\\": ["it's (x) [y] {z} ^$.|?+\\"],
      STRASSE: ["Straße"],
      σίσυφος: ["ΣΊΣΥΦΟΣ"],
      МОСКВА: ["Москва"],
      本語: ["日本語の文"],
      "😃": ["😀😃"],
      "\u0000": ["a\u0000b"],
      "AND OR": ["AND OR NOT NEAR"],
      "nothing like it": [],
      ".*": [],
    };
    for (const [word, found] of Object.entries(cases)) assert.deepEqual(await find(word), found, word);
  });

  it("searches the chat that is meant only", async () => {
    await ann.say("needle", ann.chatWith(ben));
    await ann.say("needle in common");
    const { messages } = await ben.ok("search_in_chat", { chat_id: COMMON_CHAT, word: "NEEDLE" });
    assert.deepEqual(texts(messages), ["needle in common"]);
    assert.deepEqual(await find("needle"), ["needle"]);
    assert.deepEqual(Object.keys(messages[0] ?? {}).sort(), [
      "chat_id",
      "message",
      "message_id",
      "seq",
      "time",
      "user_id",
      "username",
    ]);
  });

  it("goes on before the oldest hit", async () => {
    for (const index of range(1, 120))
      ann.client.send("add_message", { chat_id: ann.chatWith(ben), message: `hit ${index}` });
    await ann.client.barrier();
    const first = await ben.ok("search_in_chat", { chat_id: ann.chatWith(ben), word: "hit" });
    assert.deepEqual([seqs(first.messages), first.has_more], [range(71, 120).reverse(), true]);
    const next = await ben.ok("search_in_chat", { chat_id: ann.chatWith(ben), word: "hit", before: 71, limit: 70 });
    assert.deepEqual([seqs(next.messages), next.has_more], [range(1, 70).reverse(), false]);
    assert.deepEqual(await find("hit", { before: 1 }), []);
  });

  it("takes words of 1 to 256 characters", async () => {
    const chat_id = ann.chatWith(ben);
    const long = "😀".repeat(MAX_SEARCH_CHARS);
    await ann.say(`${long}!`, chat_id);
    assert.deepEqual(await find(long), [`${long}!`]);
    for (const word of ["", `${long}😀`, "x".repeat(257)])
      await ben.fails("search_in_chat", { chat_id, word }, 400, /^word: /);
    await ben.fails("search_in_chat", { chat_id }, 400, /^word: missing/);
    assert.equal(MAX_SEARCH_CHARS, 256);
  });
});
