// Contract of replies and mentions in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import type { WriteOf } from "../../src/domain/writes/table.ts";
import { ANNA, appended, BERT, changed, DIRECT, Fixture } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

const NO_MESSAGE = { done: false, refusal: "noMessage" };

export function repliesContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const say = (
    messageId: string,
    more: Partial<WriteOf<"append">> = {},
    chatId: ChatId = COMMON_CHAT,
  ): WriteOf<"append"> => ({
    kind: "append",
    chatId,
    userId: ANNA,
    username: "anna",
    messageId,
    text: messageId,
    ...more,
  });
  const all = async (chatId: ChatId) => {
    const { messages } = await store.reader.history(chatId, { before: undefined, after: undefined, limit: 100 });
    return messages;
  };

  it("keeps which message is answered, in the result, in pages and when that one is deleted", async () => {
    const first = await store.say(DIRECT, BERT, "first");
    const { message } = appended(await store.one(say("m1", { replyTo: first.seq }, DIRECT)));
    assert.equal(message.reply_to, first.seq);
    await store.one({ kind: "deleteMessage", chatId: DIRECT, userId: BERT, seq: first.seq });
    assert.deepEqual((await all(DIRECT)).at(-1), message);
    const { last_message } = await store.chat(BERT, DIRECT);
    assert.equal(last_message?.reply_to, first.seq);
    const gone = changed(await store.one({ kind: "deleteMessage", chatId: DIRECT, userId: ANNA, seq: message.seq }));
    assert.deepEqual([gone.message.reply_to, gone.message.message], [first.seq, ""]);
  });

  it("refuses an answer to what is deleted or not there, but not a repeat", async () => {
    const { seq } = await store.say(COMMON_CHAT, BERT, "first");
    const sent = appended(await store.one(say("m1", { replyTo: seq })));
    await store.one({ kind: "deleteMessage", chatId: COMMON_CHAT, userId: BERT, seq });
    assert.deepEqual(await store.one(say("m2", { replyTo: seq })), NO_MESSAGE);
    assert.deepEqual(await store.one(say("m2", { replyTo: 99 })), NO_MESSAGE);
    assert.deepEqual(await store.one(say("m2", { replyTo: 0 })), NO_MESSAGE);
    assert.deepEqual(await store.one(say("m2", { replyTo: 1 }, DIRECT)), NO_MESSAGE);
    for (const replyTo of [seq, 99]) {
      const again = appended(await store.one(say("m1", { replyTo })));
      assert.deepEqual([again.isNew, again.message.seq], [false, sent.message.seq]);
    }
    assert.deepEqual(await store.texts(COMMON_CHAT), ["", "m1"]);
  });

  it("takes answers to messages of the same batch, and deletions before them", async () => {
    const outcomes = await store.commit(
      say("m1"),
      say("m2", { replyTo: 1 }),
      say("m3", { replyTo: 2 }),
      say("m4", { replyTo: 4 }),
      { kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 2 },
      say("m5", { replyTo: 2 }),
      say("m6", { replyTo: 3 }),
    );
    assert.deepEqual(
      outcomes.map((outcome) => outcome.done),
      [true, true, true, false, true, false, true],
    );
    const replies = (await all(COMMON_CHAT)).map(({ message, reply_to }) => [message, reply_to]);
    assert.deepEqual(replies, [
      ["m1", undefined],
      ["", 1],
      ["m3", 2],
      ["m6", 3],
    ]);
  });

  it("keeps answers among many plain messages of a batch", async () => {
    await store.say(COMMON_CHAT, BERT, "first");
    const writes = Array.from({ length: 70 }, (_, index) => say(`m${index}`, index % 9 === 0 ? { replyTo: 1 } : {}));
    await store.commit(...writes);
    const replies = (await all(COMMON_CHAT)).slice(1).map(({ reply_to }) => reply_to === 1);
    assert.deepEqual(
      replies,
      writes.map(({ replyTo }) => replyTo === 1),
    );
  });

  it("keeps who is mentioned, but not in lists of chats, and makes it again when the text is edited", async () => {
    const { message } = appended(await store.one(say("m1", { mentions: [BERT, ANNA] })));
    assert.deepEqual(message.mentions, [BERT, ANNA]);
    assert.deepEqual(await all(COMMON_CHAT), [message]);
    assert.equal((await store.chat(BERT, COMMON_CHAT)).last_message?.mentions, undefined);
    const edit = { kind: "editMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 1, sinceMs: 0 } as const;
    assert.deepEqual(changed(await store.one({ ...edit, text: "x", mentions: [ANNA] })).message.mentions, [ANNA]);
    assert.equal(changed(await store.one({ ...edit, text: "y" })).message.mentions, undefined);
    const allOf = changed(await store.one({ ...edit, text: "z", mentions: [BERT], mentionsAll: true })).message;
    assert.deepEqual([allOf.mentions, allOf.mentions_all], [[BERT], true]);
    assert.deepEqual(await all(COMMON_CHAT), [allOf]);
    await store.one({ kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 1 });
    const [gone] = await all(COMMON_CHAT);
    assert.deepEqual([gone?.mentions, gone?.mentions_all], [undefined, undefined]);
  });

  it("finds users by the keys of their names, deleted ones not", async () => {
    const [dora = ""] = await store.users("Dora");
    assert.deepEqual(
      await store.reader.usersNamed(["anna", "dora", "nobody", "Bert"]),
      new Map([
        ["anna", ANNA],
        ["dora", dora],
      ]),
    );
    await store.one({ kind: "deleteAccount", userId: dora, username: "deleted-d", usernameKey: "deleted:d" });
    assert.deepEqual(await store.reader.usersNamed(["dora", "deleted-d"]), new Map());
    assert.deepEqual(await store.reader.usersNamed([]), new Map());
  });
}
