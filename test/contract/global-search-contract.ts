// Contract of the search in all chats of a user, in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES } from "../../src/protocol/limits.ts";
import { positionOf } from "../../src/actions/global-search.ts";
import type { GlobalQuery } from "../../src/actions/global-search.ts";
import { searchAll } from "../support/global-search.ts";
import { append, Fixture } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function globalSearchContract(kind: StoreKind): void {
  let store: Fixture;
  let anna: UserId;
  let others: UserId[];
  let chats: ChatId[];
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = "", ...others] = await store.users("anna", "bert", "carl", "dora", "emil");
    chats = [COMMON_CHAT, ...others.map((one) => directChatId(anna, one))];
  });
  afterEach(() => store.close());

  /** One page. */
  const page = (given: Partial<GlobalQuery>, userId = anna) =>
    searchAll(store.reader, userId, { word: "x", limit: 100, ...given });
  const texts = async (given: Partial<GlobalQuery>, userId = anna): Promise<string[]> => {
    return (await page(given, userId)).messages.map(({ message }) => message);
  };
  /** Messages in all chats, some at the same time; in the order in which they are to be found. */
  const fill = async (count: number): Promise<Message[]> => {
    const all: Message[] = [];
    for (let index = 0; index < count; index += 1) {
      if (index % 3 !== 0) store.nowMs += 10;
      const chatId = chats[(index * 7) % chats.length] ?? "";
      const sender =
        index % 2 === 0 || chatId === COMMON_CHAT ? anna : (others[((index * 7) % chats.length) - 1] ?? "");
      all.push(await store.say(chatId, sender, `${index % 5 === 0 ? "Rare" : "often"} ${index}`));
    }
    return all.sort((one, other) => {
      if (one.time !== other.time) return other.time - one.time;
      return one.chat_id === other.chat_id ? other.seq - one.seq : one.chat_id < other.chat_id ? -1 : 1;
    });
  };

  it("finds in all chats of the user, newest first, equal times by chat and then by seq", async () => {
    const all = await fill(60);
    assert.deepEqual((await page({ word: "E" })).messages, all);
    const rare = all.filter(({ message }) => message.startsWith("Rare"));
    assert.deepEqual((await page({ word: "rare" })).messages, rare);
    assert.deepEqual(await page({ word: "absent" }), { messages: [], hasMore: false });
  });

  it("gives every hit once in pages of any size", async () => {
    const all = await fill(60);
    for (const limit of [1, 7, 59]) {
      const found: Message[] = [];
      for (let after: GlobalQuery["after"]; ;) {
        const { messages, hasMore } = await page({ word: "e", limit, after });
        assert.ok(messages.length <= limit && (messages.length === limit || !hasMore));
        found.push(...messages);
        const last = messages.at(-1);
        if (!hasMore || last === undefined) break;
        after = positionOf(last);
      }
      assert.deepEqual(found, all);
    }
  }).timeout(60_000);

  it("finds nothing in chats of others", async () => {
    await store.say(directChatId(anna, others[0] ?? ""), anna, "secret");
    assert.deepEqual(await texts({ word: "secret" }, others[0]), ["secret"]);
    assert.deepEqual(await texts({ word: "secret" }, others[1]), []);
  });

  it("finds messages of one user, and between times", async () => {
    const all = await fill(30);
    const byBert = all.filter(({ user_id }) => user_id === others[0]);
    assert.ok(byBert.length > 0);
    assert.deepEqual((await page({ word: "e", authorId: others[0] })).messages, byBert);
    assert.deepEqual(await texts({ word: "e", authorId: "f".repeat(24) }), []);
    const afterMs = (all[20]?.time ?? 0) * 1000;
    const beforeMs = (all[5]?.time ?? 0) * 1000;
    const between = all.filter(({ time }) => time * 1000 > afterMs && time * 1000 < beforeMs);
    assert.deepEqual((await page({ word: "e", afterMs, beforeMs })).messages, between);
  });

  it("follows edits and deletions", async () => {
    const { seq, chat_id: chatId } = await store.say(COMMON_CHAT, anna, "first");
    await store.one({ kind: "editMessage", chatId, userId: anna, seq, text: "second", sinceMs: 0 });
    assert.deepEqual([await texts({ word: "first" }), await texts({ word: "second" })], [[], ["second"]]);
    await store.one({ kind: "deleteMessage", chatId, userId: anna, seq });
    assert.deepEqual(await texts({ word: "second" }), []);
  });

  it("ends a page when its texts would be too big, and goes on behind it", async () => {
    const text = `x${"€".repeat(Math.floor((PAGE_BYTES / 2 - MESSAGE_EXTRA_BYTES - 40) / 3))}`;
    for (const [index, chatId] of chats.entries()) {
      store.nowMs += 1;
      await store.one(append(chatId, anna, `m${index}`, text));
    }
    const first = await page({});
    assert.deepEqual([first.messages.length, first.hasMore], [2, true]);
    const last = first.messages.at(-1);
    assert.ok(last);
    const second = await page({ after: positionOf(last) });
    assert.deepEqual([second.messages.length, second.hasMore], [2, true]);
  });
}
