// Contract of reactions in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import { MAX_REACTION_KINDS, MESSAGE_EXTRA_BYTES, PAGE_BYTES, REACTION_USERS } from "../../src/protocol/limits.ts";
import type { Changed } from "../../src/domain/writes/message-change.ts";
import type { WriteOf } from "../../src/domain/writes/table.ts";
import { ANNA, BERT, CARL, changed, DIRECT, Fixture, NOT_FOUND } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

const LIKE = "👍";
const HEART = "❤️";

export function reactionsContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const react = (
    userId: UserId,
    reaction: string,
    on = true,
    seq = 1,
    chatId: ChatId = COMMON_CHAT,
  ): WriteOf<"react"> => {
    return { kind: "react", chatId, userId, seq, reaction, on };
  };
  const reacted = async (...write: Parameters<typeof react>): Promise<Changed> =>
    changed(await store.one(react(...write)));
  const names = async (reaction: string, after = "", limit = 10) => {
    const page = await store.reader.reactions({ chatId: COMMON_CHAT, seq: 1, reaction }, { after, limit });
    return page && { names: page.users.map(({ username }) => username), more: page.hasMore };
  };
  const message = async () => {
    const { messages } = await store.reader.history(COMMON_CHAT, { before: undefined, after: undefined, limit: 1 });
    return messages[0];
  };

  it("counts reactions by kind, and names who reacted in the order in which they did", async () => {
    await store.say(COMMON_CHAT, ANNA, "one");
    assert.deepEqual((await reacted(CARL, LIKE)).message.reactions, { [LIKE]: { count: 1, user_ids: [CARL] } });
    await store.commit(react(ANNA, LIKE), react(BERT, HEART));
    const last = await reacted(BERT, LIKE);
    assert.deepEqual([last.isChanged, last.message.rev], [true, 4]);
    assert.deepEqual(last.message.reactions, {
      [LIKE]: { count: 3, user_ids: [CARL, ANNA, BERT] },
      [HEART]: { count: 1, user_ids: [BERT] },
    });
    assert.deepEqual(await message(), last.message);
    assert.deepEqual((await store.reader.changes(COMMON_CHAT, 0, 10)).messages, [last.message]);
    assert.equal((await store.chat(ANNA, COMMON_CHAT)).last_message?.reactions, undefined);
  });

  it("takes a reaction back, and a kind with the last of its reactions", async () => {
    await store.say(COMMON_CHAT, ANNA, "one");
    await store.commit(react(ANNA, LIKE), react(BERT, LIKE), react(BERT, HEART));
    assert.deepEqual((await reacted(ANNA, LIKE, false)).message.reactions, {
      [LIKE]: { count: 1, user_ids: [BERT] },
      [HEART]: { count: 1, user_ids: [BERT] },
    });
    await store.commit(react(BERT, LIKE, false), react(BERT, HEART, false));
    assert.deepEqual([(await message())?.reactions, (await message())?.rev], [undefined, 6]);
    await store.commit(react(BERT, LIKE), react(ANNA, LIKE));
    assert.deepEqual((await message())?.reactions, { [LIKE]: { count: 2, user_ids: [BERT, ANNA] } });
  });

  it("changes nothing when it is so already, in the same batch or a later one", async () => {
    await store.say(COMMON_CHAT, ANNA, "one");
    const never = await reacted(ANNA, LIKE, false);
    assert.deepEqual([never.isChanged, never.changedMs, never.message.rev], [false, null, undefined]);
    const [first, again] = await store.commit(react(ANNA, LIKE), react(ANNA, LIKE));
    assert.deepEqual(changed(again), { ...changed(first), isChanged: false });
    store.nowMs += 1_000;
    assert.deepEqual(await reacted(ANNA, LIKE), changed(again));
    assert.equal((await store.reader.history(COMMON_CHAT, { before: 1, after: 0, limit: 1 })).rev, 1);
  });

  it("refuses what is deleted or not there, who may not read the chat, and who is blocked", async () => {
    await store.say(DIRECT, ANNA, "one");
    assert.deepEqual(await store.one(react(CARL, LIKE, true, 1, DIRECT)), NOT_FOUND);
    assert.deepEqual(await store.one(react(ANNA, LIKE, true, 2, DIRECT)), NOT_FOUND);
    await store.one({ kind: "block", userId: BERT, blockedId: ANNA });
    for (const one of [ANNA, BERT]) {
      const refused = await store.one(react(one, LIKE, true, 1, DIRECT));
      assert.deepEqual(refused, { done: false, refusal: "blocked" });
    }
    await store.one({ kind: "unblock", userId: BERT, blockedId: ANNA });
    await reacted(BERT, LIKE, true, 1, DIRECT);
    const gone = changed(await store.one({ kind: "deleteMessage", chatId: DIRECT, userId: ANNA, seq: 1 }));
    assert.equal(gone.message.reactions, undefined);
    assert.deepEqual(await store.one(react(BERT, LIKE, false, 1, DIRECT)), NOT_FOUND);
    const target = { chatId: DIRECT, seq: 1, reaction: LIKE };
    assert.equal(await store.reader.reactions(target, { after: "", limit: 1 }), undefined);
    assert.equal(await store.reader.reactions({ ...target, seq: 2 }, { after: "", limit: 1 }), undefined);
  });

  it("takes so many kinds and no more", async () => {
    await store.say(COMMON_CHAT, ANNA, "one");
    const kinds = Array.from({ length: MAX_REACTION_KINDS + 1 }, (_, index) => String.fromCodePoint(0x1f600 + index));
    const outcomes = await store.commit(...kinds.map((one) => react(ANNA, one)));
    assert.deepEqual(outcomes.at(-1), { done: false, refusal: "quota" });
    assert.equal(outcomes.filter(({ done }) => done).length, MAX_REACTION_KINDS);
    assert.equal((await reacted(BERT, kinds[3] ?? "")).isChanged, true);
    assert.equal((await reacted(BERT, kinds.at(-1) ?? "", false)).isChanged, false);
    await reacted(ANNA, kinds[0] ?? "", false);
    assert.equal((await reacted(BERT, kinds.at(-1) ?? "")).isChanged, true);
    assert.deepEqual(Object.keys((await message())?.reactions ?? {}), kinds.slice(1));
  });

  it("names the first in the message, and all by name in pages", async () => {
    const crowd = Array.from({ length: REACTION_USERS + 2 }, (_, index) => `User-${500 - index}`);
    const ids = await store.users(...crowd);
    await store.say(COMMON_CHAT, ANNA, "one");
    await store.commit(...ids.map((one) => react(one, LIKE)));
    await reacted(ANNA, LIKE);
    const { count, user_ids } = (await message())?.reactions?.[LIKE] ?? {};
    assert.deepEqual([count, user_ids], [REACTION_USERS + 3, ids.slice(0, REACTION_USERS)]);
    assert.deepEqual(await names(LIKE, "", 3), { names: ["anna", crowd.at(-1), crowd.at(-2)], more: true });
    assert.deepEqual(await names(LIKE, "user-499", 3), { names: [crowd[0]], more: false });
    assert.deepEqual(await names(HEART), { names: [], more: false });
  });

  it("keeps the reactions of a deleted account, under the name that it has then", async () => {
    await store.say(COMMON_CHAT, ANNA, "one");
    await store.commit(react(ANNA, LIKE), react(BERT, LIKE), react(CARL, LIKE));
    await store.one({ kind: "deleteAccount", userId: BERT, username: "deleted-b", usernameKey: "deleted:b" });
    assert.deepEqual((await message())?.reactions?.[LIKE], { count: 3, user_ids: [ANNA, BERT, CARL] });
    assert.deepEqual(await names(LIKE), { names: ["anna", "carl", "deleted-b"], more: false });
    assert.deepEqual(await names(LIKE, "deleted-b"), { names: [], more: false });
  });

  it("ends a page of messages when their reactions would make it too big", async () => {
    const page = async () => {
      const { messages, hasMore } = await store.reader.history(COMMON_CHAT, { before: undefined, after: 0, limit: 10 });
      return [messages.map(({ seq }) => seq), hasMore];
    };
    let left = PAGE_BYTES;
    for (const count of [8_192, 8_192, 5_320]) {
      const text = "\u0001".repeat(count);
      await store.say(COMMON_CHAT, ANNA, text);
      left -= JSON.stringify(text).length + MESSAGE_EXTRA_BYTES;
    }
    assert.ok(left >= 0 && left < 100);
    assert.deepEqual(await page(), [[1, 2, 3], false]);
    await store.commit(react(ANNA, LIKE, true, 3), react(BERT, LIKE, true, 3), react(CARL, LIKE, true, 3));
    assert.deepEqual(await page(), [[1, 2], true]);
  });
}
