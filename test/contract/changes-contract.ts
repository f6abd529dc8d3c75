// Contract of changed messages in every store.
import assert from "node:assert/strict";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import {
  ANNA,
  append,
  appended,
  BERT,
  CARL,
  changed,
  DIRECT,
  Fixture,
  FORBIDDEN,
  markRead,
  NOBODY,
  NOT_FOUND,
} from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";
import { searchToEnd } from "../support/search.ts";
import { maintainAll } from "../support/maintain.ts";

const PAGE = { before: undefined, after: undefined, limit: 10 };

export function changesContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const erase = (chatId: ChatId, userId: UserId, seq: number) =>
    ({ kind: "deleteMessage", chatId, userId, seq }) as const;
  const deleted = (message: Message, rev: number): Message => ({ ...message, message: "", rev, deleted: "author" });

  it("gives each change the next revision of its chat, and keeps seqs, lengths and read marks", async () => {
    const one = await store.say(COMMON_CHAT, ANNA, "one");
    const two = await store.say(COMMON_CHAT, BERT, "two");
    const three = await store.say(DIRECT, ANNA, "three");
    store.nowMs += 5;
    const [first, other, second] = await store.commit(
      erase(COMMON_CHAT, BERT, two.seq),
      erase(DIRECT, ANNA, three.seq),
      erase(COMMON_CHAT, ANNA, one.seq),
    );
    assert.deepEqual(changed(first), { message: deleted(two, 1), isChanged: true, changedMs: store.nowMs });
    assert.deepEqual(changed(other).message, deleted(three, 1));
    assert.deepEqual(changed(second).message, deleted(one, 2));
    assert.deepEqual(await store.reader.history(COMMON_CHAT, PAGE), {
      lastSeq: 2,
      rev: 2,
      messages: [deleted(one, 2), deleted(two, 1)],
      hasMore: false,
    });
    const { last_seq, read_seq, last_message } = await store.chat(BERT, COMMON_CHAT);
    assert.deepEqual([last_seq, read_seq, last_message], [2, 2, deleted(two, 1)]);
  });

  it("changes nothing the second time, in the same batch or a later one", async () => {
    const { seq } = await store.say(COMMON_CHAT, ANNA, "one");
    const [first, again] = await store.commit(erase(COMMON_CHAT, ANNA, seq), erase(COMMON_CHAT, ANNA, seq));
    assert.equal(changed(first).isChanged, true);
    assert.deepEqual(changed(again), { ...changed(first), isChanged: false });
    store.nowMs += 1_000;
    assert.deepEqual(changed(await store.one(erase(COMMON_CHAT, ANNA, seq))), changed(again));
    assert.equal((await store.reader.history(COMMON_CHAT, PAGE)).rev, 1);
  });

  it("refuses what is another's, what is not there, and who may not read the chat", async () => {
    const { seq } = await store.say(DIRECT, ANNA, "mine");
    assert.deepEqual(await store.one(erase(DIRECT, BERT, seq)), FORBIDDEN);
    assert.deepEqual(await store.one(erase(DIRECT, CARL, seq)), NOT_FOUND);
    assert.deepEqual(await store.one(erase(DIRECT, ANNA, seq + 1)), NOT_FOUND);
    assert.deepEqual(await store.one(erase(DIRECT, ANNA, 0)), NOT_FOUND);
    assert.deepEqual(await store.one(erase(directChatId(ANNA, CARL), ANNA, 1)), NOT_FOUND);
    assert.deepEqual(await store.one(erase("no chat", ANNA, 1)), NOT_FOUND);
    assert.deepEqual(await store.one(erase(DIRECT, NOBODY, seq)), NOT_FOUND);
    assert.deepEqual(await store.texts(DIRECT), ["mine"]);
  });

  it("takes no seq for a message of another chat, however large it is", async () => {
    const chats = [COMMON_CHAT, DIRECT, directChatId(ANNA, CARL), directChatId(BERT, CARL)];
    for (const chatId of chats) await store.say(chatId, chatId === chats[3] ? BERT : ANNA, `in ${chatId}`);
    for (const high of [1, 2, 3, 4, 5, 6, 7, 2 ** 20]) {
      const seq = high * 2 ** 32 + 1;
      for (const chatId of chats.slice(0, 3)) {
        assert.deepEqual(await store.one(erase(chatId, ANNA, seq)), NOT_FOUND);
        assert.deepEqual(
          await store.one({ kind: "react", chatId, userId: ANNA, seq, reaction: "👍", on: true }),
          NOT_FOUND,
        );
        const answer = { kind: "append", chatId, userId: ANNA, username: "anna", messageId: "m", text: "x" } as const;
        assert.equal((await store.one({ ...answer, replyTo: seq })).done, false);
        const reactions = { chatId, seq, reaction: "👍" };
        assert.equal(await store.reader.reactions(reactions, { after: "", limit: 1 }), undefined);
      }
    }
    for (const chatId of chats) assert.deepEqual(await store.texts(chatId), [`in ${chatId}`]);
  });

  it("takes a message of the same batch, and answers its repeat with the first seq", async () => {
    const outcomes = await store.commit(
      append(COMMON_CHAT, ANNA, "m1", "one"),
      erase(COMMON_CHAT, ANNA, 1),
      append(COMMON_CHAT, ANNA, "m1", "one"),
      append(COMMON_CHAT, ANNA, "m2", "two"),
      markRead(BERT, COMMON_CHAT, 2),
    );
    assert.equal(changed(outcomes[1]).isChanged, true);
    assert.deepEqual([appended(outcomes[2]).isNew, appended(outcomes[2]).message.seq], [false, 1]);
    assert.deepEqual(await store.texts(COMMON_CHAT), ["", "two"]);
  });

  it("gives the changed messages after a revision, each once in its present state, by pages", async () => {
    const messages: Message[] = [];
    for (const text of ["one", "two", "three", "four", "five"]) messages.push(await store.say(DIRECT, ANNA, text));
    for (const seq of [4, 1, 5]) changed(await store.one(erase(DIRECT, ANNA, seq)));
    const [one, , , four, five] = messages;
    assert.ok(one && four && five);
    assert.deepEqual(await store.reader.changes(DIRECT, 0, 2), {
      rev: 3,
      messages: [deleted(four, 1), deleted(one, 2)],
      hasMore: true,
    });
    assert.deepEqual(await store.reader.changes(DIRECT, 2, 2), {
      rev: 3,
      messages: [deleted(five, 3)],
      hasMore: false,
    });
    assert.deepEqual(await store.reader.changes(DIRECT, 3, 2), { rev: 3, messages: [], hasMore: false });
    assert.deepEqual(await store.reader.changes(COMMON_CHAT, 0, 2), { rev: 0, messages: [], hasMore: false });
  });

  it("finds a deleted text no more, whether it was in an index or not", async () => {
    for (let count = 0; count < 40; count += 1) await store.say(COMMON_CHAT, ANNA, `needle ${count}`);
    await maintainAll(store.writer, store.nowMs);
    await store.say(COMMON_CHAT, ANNA, "needle at the end");
    for (const seq of [1, 20, 41]) changed(await store.one(erase(COMMON_CHAT, ANNA, seq)));
    const found = await searchToEnd(store.reader, COMMON_CHAT, "needle", undefined, 100);
    assert.equal(found.messages.length, 38);
    assert.ok(found.messages.every(({ seq }) => ![1, 20, 41].includes(seq)));
  });

  it("goes on with the next revision after it was closed", async () => {
    const one = await store.say(COMMON_CHAT, ANNA, "one");
    const two = await store.say(COMMON_CHAT, ANNA, "two");
    changed(await store.one(erase(COMMON_CHAT, ANNA, one.seq)));
    await store.reopen();
    assert.equal(changed(await store.one(erase(COMMON_CHAT, ANNA, two.seq))).message.rev, 2);
    assert.equal((await store.reader.changes(COMMON_CHAT, 0, 10)).messages.length, 2);
  });
}
