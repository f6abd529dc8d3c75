// Contract of messages and read marks in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import { range, seqs } from "../support/lists.ts";
import { append, appended, Fixture, markRead, newUser, NOBODY, NOT_FOUND } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

/** What the tests of one describe share; filled before each. */
interface Cast {
  store: Fixture;
  anna: UserId;
  bert: UserId;
  carl: UserId;
  /** Of anna and bert. */
  direct: ChatId;
}

export function messagesContract(kind: StoreKind): void {
  let cast: Cast;
  beforeEach(async () => {
    const store = await Fixture.open(kind);
    const [anna = "", bert = "", carl = ""] = await store.users("anna", "bert", "carl");
    cast = { store, anna, bert, carl, direct: directChatId(anna, bert) };
  });
  afterEach(() => cast.store.close());

  describe("appends", () => appends(() => cast));
  describe("repeats", () => repeats(() => cast));
  describe("read marks", () => marks(() => cast));
}

function appends(cast: () => Cast): void {
  it("numbers each chat from 1 and returns what a reader finds", async () => {
    const { store, anna, bert, direct } = cast();
    const outcomes = await store.commit(
      append(COMMON_CHAT, anna, "m1", "one"),
      append(direct, bert, "m1", "two"),
      append(COMMON_CHAT, bert, "m1", "three"),
    );
    const messages = outcomes.map((outcome) => appended(outcome).message);
    assert.deepEqual(messages[2], {
      chat_id: COMMON_CHAT,
      seq: 2,
      message_id: "m1",
      user_id: bert,
      username: "bert",
      message: "three",
      time: store.nowMs / 1000,
    });
    assert.ok(outcomes.every((outcome) => appended(outcome).isNew));
    const page = { before: undefined, after: undefined, limit: 10 };
    const common = { lastSeq: 2, rev: 0, messages: [messages[0], messages[2]], hasMore: false };
    assert.deepEqual(await store.reader.history(COMMON_CHAT, page), common);
    assert.deepEqual(await store.reader.history(direct, page), {
      lastSeq: 1,
      rev: 0,
      messages: [messages[1]],
      hasMore: false,
    });
  });

  it("leaves no hole where a write is refused", async () => {
    const { store, anna, bert, carl, direct } = cast();
    const outcomes = await store.commit(
      append(direct, anna, "m1", "one"),
      append(direct, NOBODY, "m2", "who?"),
      append(direct, carl, "m3", "not mine"),
      append(directChatId(anna, NOBODY), anna, "m4", "to nobody"),
      append(`dm:${bert}:${anna}`, anna, "m5", "wrong order"),
      append("dm:1:2", anna, "m6", "no chat"),
      append("Common", anna, "m7", "no chat"),
      append(direct, bert, "m8", "two"),
    );
    const refusals = outcomes.slice(1, 7).map((outcome) => outcome.done || outcome.refusal);
    assert.deepEqual(refusals, ["notFound", "notFound", "noChat", "notFound", "notFound", "notFound"]);
    assert.deepEqual([appended(outcomes[0]).message.seq, appended(outcomes[7]).message.seq], [1, 2]);
    assert.deepEqual(await store.texts(direct), ["one", "two"]);
    assert.deepEqual(await store.texts(`dm:${bert}:${anna}`), []);
  });

  it("lets a user write that the same batch registers", async () => {
    const { store, anna } = cast();
    const id = "d".repeat(24);
    const direct = directChatId(anna, id);
    const outcomes = await store.commit(
      append(direct, anna, "m1", "too early"),
      newUser("dora", id),
      append(direct, id, "m2", "hello"),
      markRead(anna, direct, 1),
    );
    assert.deepEqual(outcomes[0], { done: false, refusal: "noChat" });
    assert.equal(appended(outcomes[2]).message.seq, 1);
    assert.deepEqual(outcomes[3], { done: true, result: { readSeq: 1, changed: true, isPrivate: false } });
  });

  it("keeps every text as it was sent", async () => {
    const { store, anna, direct } = cast();
    const texts = [
      "\0",
      "a\0b",
      " \t\r\n ",
      "é",
      "e\u0301",
      "\ufeffx",
      "'\";--",
      "$ne",
      "{}",
      "\u{1f600}".repeat(8192),
    ];
    await store.commit(...texts.map((text, index) => append(direct, anna, `m${index}`, text)));
    assert.deepEqual(await store.texts(direct), texts);
  });

  it("numbers a big batch over many chats without holes", async () => {
    const { store, anna } = cast();
    const others = await store.users(...Array.from({ length: 20 }, (_, index) => `other${index}`));
    const chats = [COMMON_CHAT, ...others.map((other) => directChatId(anna, other))];
    const writes = Array.from({ length: 2000 }, (_, index) => {
      const chatId = chats[index % chats.length] ?? "";
      return append(chatId, anna, `big-${index}`, `text ${index}`);
    });
    const outcomes = await store.commit(...writes);
    const seqs = outcomes.map((outcome) => appended(outcome).message.seq);
    assert.deepEqual(
      seqs,
      writes.map((_, index) => Math.floor(index / chats.length) + 1),
    );
    const page = { before: undefined, after: undefined, limit: 1 };
    for (const [index, chatId] of chats.entries()) {
      const expected = Math.ceil((writes.length - index) / chats.length);
      assert.equal((await store.reader.history(chatId, page)).lastSeq, expected);
    }
  });

  it("takes an empty batch", async () => {
    assert.deepEqual(await cast().store.commit(), []);
  });
}

function repeats(cast: () => Cast): void {
  it("numbers a large batch without holes, with repeats and other chats among it", async () => {
    const { store, anna, bert, direct } = cast();
    await store.commit(append(COMMON_CHAT, anna, "old", "old text"));
    const ids = range(2, 121).map((number) => (number === 41 ? "old" : number === 101 ? "m90" : `m${number}`));
    const writes = ids.map((id) => append(COMMON_CHAT, anna, id, `text of ${id}`));
    // Far from the first repeat, so that it stands among many messages of one chat.
    writes.splice(100, 0, append(direct, bert, "d1", "aside"), append(COMMON_CHAT, bert, "m90", "of another"));
    const outcomes = (await store.commit(...writes)).map(appended);
    const expected = new Map<string, number>([["old", 1]]);
    let seq = 1;
    for (const [index, { message, isNew }] of outcomes.entries()) {
      if (message.chat_id === direct) {
        assert.deepEqual([message.seq, isNew], [1, true]);
        continue;
      }
      const key = message.user_id === anna ? message.message_id : `${message.message_id} of bert`;
      const before = expected.get(key);
      if (before === undefined) expected.set(key, (seq += 1));
      assert.deepEqual([message.seq, isNew], [before ?? seq, before === undefined], `message ${index}`);
      if (key === "old") assert.equal(message.message, "old text");
    }
    const { lastSeq, messages } = await store.reader.history(COMMON_CHAT, { before: undefined, after: 0, limit: 200 });
    assert.equal(lastSeq, seq);
    assert.deepEqual(seqs(messages), range(1, seq));
  });

  it("answers a repeat with the first message, in the same batch and later", async () => {
    const { store, anna, direct } = cast();
    const [first, again] = await store.commit(append(direct, anna, "m1", "one"), append(direct, anna, "m1", "other"));
    assert.deepEqual(appended(again), { message: appended(first).message, isNew: false });
    store.nowMs += 5000;
    assert.deepEqual(appended(await store.one(append(direct, anna, "m1", "third"))), appended(again));
    assert.deepEqual(await store.texts(direct), ["one"]);
    assert.equal((await store.say(direct, anna, "two")).seq, 2);
  });

  it("knows a repeat after the store was opened again", async () => {
    const { store, anna, direct } = cast();
    const first = appended(await store.one(append(direct, anna, "m1", "one"))).message;
    await store.reopen();
    assert.deepEqual(appended(await store.one(append(direct, anna, "m1", "x"))), { message: first, isNew: false });
  });

  it("tells message ids of others, of other chats and of other case apart", async () => {
    const { store, anna, bert, direct } = cast();
    const outcomes = await store.commit(
      append(direct, anna, "m1", "one"),
      append(direct, bert, "m1", "two"),
      append(COMMON_CHAT, anna, "m1", "three"),
      append(direct, anna, "M1", "four"),
    );
    assert.ok(outcomes.every((outcome) => appended(outcome).isNew));
    assert.deepEqual(await store.texts(direct), ["one", "two", "four"]);
  });

  it("does not mark as read with a repeat", async () => {
    const { store, anna, bert, direct } = cast();
    await store.one(append(direct, anna, "m1", "one"));
    await store.say(direct, bert, "two");
    await store.one(append(direct, anna, "m1", "one"));
    assert.equal((await store.chat(anna, direct)).read_seq, 1);
  });
}

function marks(cast: () => Cast): void {
  it("counts what others wrote after the mark; writing marks as read", async () => {
    const { store, anna, bert, direct } = cast();
    await store.commit(append(direct, anna, "m1", "one"), append(direct, anna, "m2", "two"));
    assert.deepEqual([(await store.chat(anna, direct)).unread, (await store.chat(bert, direct)).unread], [0, 2]);
    await store.say(direct, bert, "three");
    assert.deepEqual([(await store.chat(anna, direct)).unread, (await store.chat(bert, direct)).unread], [1, 0]);
  });

  it("moves a mark forward only, and at most to the last message", async () => {
    const { store, anna, bert, direct } = cast();
    for (const text of ["one", "two", "three"]) await store.say(direct, anna, text);
    const mark = async (seq: number) => store.one(markRead(bert, direct, seq));
    assert.deepEqual(await mark(0), { done: true, result: { readSeq: 0, changed: false, isPrivate: false } });
    assert.deepEqual(await mark(2), { done: true, result: { readSeq: 2, changed: true, isPrivate: false } });
    assert.deepEqual(await mark(2), { done: true, result: { readSeq: 2, changed: false, isPrivate: false } });
    assert.deepEqual(await mark(1), { done: true, result: { readSeq: 2, changed: false, isPrivate: false } });
    assert.equal((await store.chat(bert, direct)).unread, 1);
    assert.deepEqual(await mark(2 ** 53 - 1), { done: true, result: { readSeq: 3, changed: true, isPrivate: false } });
    assert.equal((await store.chat(bert, direct)).read_seq, 3);
  });

  it("carries marks out in order with the appends of their batch", async () => {
    const { store, anna, bert, direct } = cast();
    const outcomes = await store.commit(
      append(direct, anna, "m1", "one"),
      append(direct, anna, "m2", "two"),
      markRead(bert, direct, 1),
      markRead(bert, direct, 9),
      append(direct, anna, "m3", "three"),
      append(direct, bert, "m4", "four"),
      markRead(bert, direct, 3),
    );
    const results = [outcomes[2], outcomes[3], outcomes[6]].map((outcome) => outcome?.done && outcome.result);
    assert.deepEqual(results, [
      { readSeq: 1, changed: true, isPrivate: false },
      { readSeq: 2, changed: true, isPrivate: false },
      { readSeq: 4, changed: false, isPrivate: false },
    ]);
    assert.deepEqual([(await store.chat(anna, direct)).unread, (await store.chat(bert, direct)).unread], [1, 0]);
  });

  it("marks the common chat for each user alone", async () => {
    const { store, anna, bert, carl } = cast();
    await store.say(COMMON_CHAT, anna, "one");
    await store.one(markRead(bert, COMMON_CHAT, 1));
    const unread = await Promise.all([anna, bert, carl].map(async (id) => (await store.chat(id, COMMON_CHAT)).unread));
    assert.deepEqual(unread, [0, 0, 1]);
  });

  it("has nothing to mark in a chat without messages, and refuses what cannot be", async () => {
    const { store, anna, carl, direct } = cast();
    assert.deepEqual(await store.one(markRead(anna, direct, 7)), {
      done: true,
      result: { readSeq: 0, changed: false, isPrivate: false },
    });
    assert.deepEqual(await store.one(markRead(NOBODY, COMMON_CHAT, 1)), NOT_FOUND);
    assert.deepEqual(await store.one(markRead(anna, directChatId(anna, NOBODY), 1)), NOT_FOUND);
    assert.deepEqual(await store.one(markRead(carl, direct, 1)), NOT_FOUND);
    await store.say(direct, anna, "one");
    assert.deepEqual(await store.one(markRead(carl, direct, 1)), NOT_FOUND);
  });
}
