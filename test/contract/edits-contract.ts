// Contract of edited messages in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import type { WriteOf } from "../../src/domain/writes/table.ts";
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
  NOBODY,
  NOT_FOUND,
} from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";
import { searchToEnd } from "../support/search.ts";
import { maintainAll } from "../support/maintain.ts";

const TOO_LATE = { done: false, refusal: "tooLate" };
const PAGE = { before: undefined, after: undefined, limit: 10 };

export function editsContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const edit = (chatId: ChatId, userId: UserId, seq: number, text: string, sinceMs = 0): WriteOf<"editMessage"> => {
    return { kind: "editMessage", chatId, userId, seq, text, sinceMs };
  };
  const find = async (word: string): Promise<number[]> => {
    const { messages } = await searchToEnd(store.reader, COMMON_CHAT, word, undefined, 100);
    return messages.map(({ seq }) => seq);
  };

  it("gives a message another text, its time of change and the next revision, as often as it is asked", async () => {
    const sent = await store.say(DIRECT, ANNA, "wrnog");
    await store.say(DIRECT, BERT, "what?");
    store.nowMs += 5;
    const first = { ...sent, message: "wrong", rev: 1, edited: store.nowMs / 1000 };
    assert.deepEqual(changed(await store.one(edit(DIRECT, ANNA, sent.seq, "wrong"))), {
      message: first,
      isChanged: true,
      changedMs: store.nowMs,
    });
    store.nowMs += 5;
    const second = { ...sent, message: "right", rev: 2, edited: store.nowMs / 1000 };
    assert.deepEqual(changed(await store.one(edit(DIRECT, ANNA, sent.seq, "right"))).message, second);
    const { rev, messages } = await store.reader.history(DIRECT, PAGE);
    assert.deepEqual([rev, messages[0]], [2, second]);
    assert.deepEqual((await store.reader.changes(DIRECT, 0, 10)).messages, [second]);
    assert.equal((await store.chat(BERT, DIRECT)).unread, 0);
  });

  it("changes nothing when the text is the same, in the same batch or a later one", async () => {
    const { seq } = await store.say(COMMON_CHAT, ANNA, "one");
    const same = changed(await store.one(edit(COMMON_CHAT, ANNA, seq, "one")));
    assert.deepEqual(
      [same.isChanged, same.changedMs, same.message.rev, same.message.edited],
      [false, null, undefined, undefined],
    );
    const [first, again] = await store.commit(edit(COMMON_CHAT, ANNA, seq, "1"), edit(COMMON_CHAT, ANNA, seq, "1"));
    assert.deepEqual(changed(again), { ...changed(first), isChanged: false });
    store.nowMs += 1_000;
    assert.deepEqual(changed(await store.one(edit(COMMON_CHAT, ANNA, seq, "1"))), changed(again));
    assert.equal((await store.reader.history(COMMON_CHAT, PAGE)).rev, 1);
  });

  it("refuses what is another's, deleted, not there or too old, and who may not read the chat", async () => {
    const { seq } = await store.say(DIRECT, ANNA, "mine");
    const gone = await store.say(DIRECT, ANNA, "gone");
    await store.one({ kind: "deleteMessage", chatId: DIRECT, userId: ANNA, seq: gone.seq });
    assert.deepEqual(await store.one(edit(DIRECT, BERT, seq, "x")), FORBIDDEN);
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, gone.seq, "x")), NOT_FOUND);
    assert.deepEqual(await store.one(edit(DIRECT, BERT, gone.seq, "x")), NOT_FOUND);
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, 3, "x")), NOT_FOUND);
    assert.deepEqual(await store.one(edit(DIRECT, CARL, seq, "x")), NOT_FOUND);
    assert.deepEqual(await store.one(edit("no chat", ANNA, 1, "x")), NOT_FOUND);
    assert.deepEqual(await store.one(edit(DIRECT, NOBODY, seq, "x")), NOT_FOUND);
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, seq, "x", store.nowMs + 1)), TOO_LATE);
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, seq, "x", Infinity)), TOO_LATE);
    assert.equal(changed(await store.one(edit(DIRECT, ANNA, seq, "mine still", store.nowMs))).isChanged, true);
    assert.deepEqual(await store.texts(DIRECT), ["mine still", ""]);
  });

  it("refuses what could not be sent now: between blocked users, to deleted ones, by disabled ones", async () => {
    const { seq } = await store.say(DIRECT, ANNA, "one");
    const common = await store.say(COMMON_CHAT, ANNA, "two");
    await store.one({ kind: "block", userId: BERT, blockedId: ANNA });
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, seq, "x")), { done: false, refusal: "blocked" });
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, seq, "one")), { done: false, refusal: "blocked" });
    const [unblocked, allowed] = await store.commit(
      { kind: "unblock", userId: BERT, blockedId: ANNA },
      edit(DIRECT, ANNA, seq, "y"),
    );
    assert.deepEqual([unblocked?.done, changed(allowed).isChanged], [true, true]);
    await store.one({ kind: "setAccountState", userId: ANNA, state: "disabled" });
    assert.deepEqual(await store.one(edit(COMMON_CHAT, ANNA, common.seq, "x")), { done: false, refusal: "disabled" });
    await store.one({ kind: "setAccountState", userId: ANNA, state: "active" });
    await store.one({ kind: "deleteAccount", userId: BERT, username: "gone", usernameKey: "gone:b" });
    assert.deepEqual(await store.one(edit(DIRECT, ANNA, seq, "x")), { done: false, refusal: "partnerGone" });
    assert.deepEqual(await store.texts(DIRECT), ["y"]);
  });

  it("is done when its batch is committed again, also where the batch has blocked the one who edits", async () => {
    const { seq } = await store.say(DIRECT, ANNA, "one");
    store.nowMs += 1_000;
    const batch = [edit(DIRECT, ANNA, seq, "two"), { kind: "block", userId: BERT, blockedId: ANNA }] as const;
    const [first] = await store.commit(...batch);
    const [again] = await store.commit(...batch);
    assert.deepEqual(changed(again), { ...changed(first), isChanged: false });
    store.nowMs += 1_000;
    assert.deepEqual(await store.one(batch[0]), { done: false, refusal: "blocked" });
  });

  it("takes a message of the same batch, and forgets the edit when it is deleted", async () => {
    const outcomes = await store.commit(
      append(COMMON_CHAT, ANNA, "m1", "one"),
      edit(COMMON_CHAT, ANNA, 1, "two"),
      append(COMMON_CHAT, ANNA, "m1", "one"),
      { kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 1 },
    );
    assert.equal(appended(outcomes[2]).isNew, false);
    assert.equal(changed(outcomes[1]).message.edited, store.nowMs / 1000);
    const { message } = changed(outcomes[3]);
    assert.deepEqual([message.message, message.edited, message.deleted, message.rev], ["", undefined, "author", 2]);
    assert.deepEqual((await store.reader.history(COMMON_CHAT, PAGE)).messages, [message]);
  });

  it("finds the new text and the old one no more, whether it was in an index or not", async () => {
    for (let count = 0; count < 40; count += 1) await store.say(COMMON_CHAT, ANNA, `needle ${count}`);
    await maintainAll(store.writer, store.nowMs);
    await store.say(COMMON_CHAT, ANNA, "needle at the end");
    for (const seq of [1, 20, 41]) changed(await store.one(edit(COMMON_CHAT, ANNA, seq, `hay ${seq}`)));
    changed(await store.one(edit(COMMON_CHAT, ANNA, 20, "haystack")));
    await maintainAll(store.writer, store.nowMs);
    assert.deepEqual(await find("hay"), [41, 20, 1]);
    assert.deepEqual(await find("haystack"), [20]);
    assert.deepEqual(await find("hay 20"), []);
    assert.equal((await find("needle")).length, 38);
    await store.one({ kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 20 });
    assert.deepEqual(await find("hay"), [41, 1]);
  });
}
