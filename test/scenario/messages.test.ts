// Sending: what is answered and told to whom, what may be sent where, exactly once.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { MAX_MESSAGE_CHARS } from "../../src/protocol/limits.ts";
import { range, seqs, texts } from "../support/lists.ts";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";
import type { Reply } from "../support/wire-client.ts";

const NOBODY = "0".repeat(24);

/** Chat ids that are none, and what is wrong with them. */
function noChats(one: string, other: string): string[] {
  const [low = "", high = ""] = [one, other].sort();
  const misspelt = [
    "",
    "Common",
    "common ",
    "dm",
    "dm:",
    `dm:${low}`,
    `dm:${low}:`,
    `DM:${low}:${high}`,
    `dm:${low}:${high}:`,
  ];
  return [
    ...misspelt,
    `dm:${high}:${low}`,
    `dm:${low}:${low}`,
    `dm:${low.toUpperCase()}A:${high}`,
    `dm:${low}-${high}`,
  ];
}

describe("add_message", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;

  beforeEach(async () => {
    [ann, ben] = await server().newPeople("Ann", "Ben");
  });

  it("answers with chat, seq, id and time, and gives everyone logged in the same message", async () => {
    const phone = await server().anotherSession(ann);
    const stranger = await server().connect();
    const { chat_id, seq, message_id, time } = await ann.say("hello");
    assert.deepEqual([chat_id, Number.isInteger(seq)], ["common", true]);
    assert.match(message_id, /^[A-Za-z0-9_-]{1,64}$/);
    assert.ok(Math.abs(time - Date.now() / 1000) < 60);
    const { userId: user_id, username } = ann;
    const message = { chat_id, seq, message_id, user_id, username, message: "hello", time };
    for (const session of [ann, phone, ben]) assert.deepEqual(await session.events("message"), [message]);
    assert.deepEqual((await ben.ok("common_chat", { limit: 1 })).messages, [message]);
    await stranger.barrier();
    assert.deepEqual(stranger.takeAllEvents(), []);
  });

  it("shows a one-to-one message to its two users in all their sessions, and to nobody else", async () => {
    const sessions = [ann, await server().anotherSession(ann), ben, await server().anotherSession(ben)];
    const cid = await server().newPerson("Cid");
    const { chat_id, seq, message_id, time } = await ann.say("for you", ann.chatWith(ben));
    assert.deepEqual([chat_id, seq], [ann.chatWith(ben), 1]);
    const { userId: user_id, username } = ann;
    const message = { chat_id, seq, message_id, user_id, username, message: "for you", time };
    for (const session of sessions) assert.deepEqual(await session.events("message"), [message]);
    await cid.heardNothing();
    assert.equal((await ben.say("and you", ann.chatWith(ben))).seq, 2);
  });

  it("gives each chat its own seq, from 1 and without holes", async () => {
    const cid = await server().newPerson("Cid");
    for (const seq of [1, 2, 3]) {
      assert.equal((await ann.say("x", ann.chatWith(ben))).seq, seq);
      assert.equal((await cid.say("x", cid.chatWith(ben))).seq, seq);
    }
    const first = (await ann.say("x")).seq;
    assert.equal((await ben.say("x")).seq, first + 1);
  });

  it("keeps a text exactly as it was sent", async () => {
    const long = "😀".repeat(MAX_MESSAGE_CHARS);
    const markup = "**bold** *italic* __under__ `code` <b>&amp;</b> https://example.org/?a=b";
    for (const text of [
      "x",
      " ",
      "\n\t\r\n",
      "\u0000",
      "a\u0000b",
      "e\u0301 \u00e9",
      "\u202eabc",
      "\uFEFF",
      "\\ud800 \\",
      markup,
      "x".repeat(MAX_MESSAGE_CHARS),
      long,
    ]) {
      await ann.say(text, ann.chatWith(ben));
      assert.deepEqual(texts(await ben.events("message")), [text]);
      const { messages } = await ben.ok("get_chat", { contact: ann.username, limit: 1 });
      assert.deepEqual(texts(messages), [text]);
    }
    assert.equal(MAX_MESSAGE_CHARS, 8192);
  });

  it("refuses texts and ids that are too short, too long or of another form", async () => {
    const chat_id = COMMON_CHAT;
    for (const message of ["", "x".repeat(8193), "😀".repeat(8193)]) {
      await ann.fails("add_message", { chat_id, message }, 400, /^message: /);
    }
    for (const message_id of ["", "x".repeat(65), "a b", "ä", "a.b", "a\n", "a:b"]) {
      await ann.fails("add_message", { chat_id, message: "x", message_id }, 400, /^message_id: /);
    }
    await ann.fails("add_message", { chat_id }, 400, /^message: missing/);
    await ann.fails("add_message", { message: "x" }, 400, /^chat_id: missing/);
    for (const message_id of ["x", "-", "_", "x".repeat(64), "AZaz09_-"]) {
      assert.equal((await ann.ok("add_message", { chat_id, message: "x", message_id })).message_id, message_id);
    }
  });

  it("answers 403 for a chat of two others, and 404 for what is no chat", async () => {
    const cid = await server().newPerson("Cid");
    const actions = { add_message: { message: "x" }, search_in_chat: { word: "x" }, mark_read: { seq: 1 }, typing: {} };
    for (const [action, data] of Object.entries(actions)) {
      await cid.fails(action, { ...data, chat_id: ann.chatWith(ben) }, 403, /^chat_id: /);
      const [low, high] = [NOBODY, "f".repeat(24)];
      await cid.fails(action, { ...data, chat_id: `dm:${low}:${high}` }, 403, /^chat_id: /);
      for (const chat_id of [...noChats(cid.userId, ben.userId), `dm:${NOBODY}:${cid.userId}`]) {
        await cid.fails(action, { ...data, chat_id }, 404, /^chat_id: /);
      }
    }
    await ann.heardNothing();
    await ben.heardNothing();
  });

  it("stores a repeated message_id once, and answers with the first", async () => {
    const request = { chat_id: ann.chatWith(ben), message: "once", message_id: "m1" };
    const first = await ann.ok("add_message", request);
    await ann.say("between", ann.chatWith(ben));
    const again = await ann.ok("add_message", { ...request, message: "another text" });
    assert.deepEqual([again.seq, again.time, again.message_id], [first.seq, first.time, "m1"]);
    assert.equal((await ben.ok("add_message", request)).seq, 3, "the other user's id is another");
    assert.ok((await ann.ok("add_message", { ...request, chat_id: COMMON_CHAT })).seq > 0, "another chat too");
    const { messages } = await ann.ok("get_chat", { contact: ben.username });
    assert.deepEqual(texts(messages), ["once", "between", "once"]);
    const heard = (await ben.events("message")).filter(({ chat_id }) => chat_id !== COMMON_CHAT);
    assert.deepEqual(seqs(heard), [1, 2, 3]);
  });

  it("stores a repeated message_id once also when pipelined and over two connections at once", async () => {
    const phone = await server().anotherSession(ann);
    const chat_id = ann.chatWith(ben);
    const requests = range(1, 60).map((index) => ({ chat_id, message: "x", message_id: `m${index % 20}` }));
    for (const { client } of [ann, phone]) {
      client.raw(Buffer.concat(requests.map((data, id) => client.frame({ action: "add_message", id, data }))));
    }
    const bySession: Reply[][] = [];
    for (const { client } of [ann, phone]) {
      const replies: Reply[] = [];
      while (replies.length < requests.length) replies.push(await client.replies.next());
      bySession.push(replies);
    }
    const seqOf = new Map<unknown, unknown>();
    for (const { code, message_id, seq } of bySession.flat()) {
      assert.equal(code, 200);
      assert.equal(seqOf.get(message_id) ?? seq, seq);
      seqOf.set(message_id, seq);
    }
    assert.deepEqual(
      [...seqOf.values()].sort((one, other) => Number(one) - Number(other)),
      range(1, 20),
    );
    assert.deepEqual(seqs(await ben.events("message")), range(1, 20));
    assert.equal((await ben.ok("get_chat", { contact: ann.username })).length, 20);
  });
});
