// Contract of history pages in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES } from "../../src/protocol/limits.ts";
import { ANNA, append, CARL, DIRECT, Fixture } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

interface Cursors {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

export function pagesContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const fill = (count: number) =>
    store.commit(
      ...Array.from({ length: count }, (_, index) => append(COMMON_CHAT, ANNA, `m${index}`, `${index + 1}`)),
    );
  const page = async ({ before, after, limit }: Cursors) => {
    const history = await store.reader.history(COMMON_CHAT, { before, after, limit });
    return { seqs: history.messages.map((message) => message.seq), more: history.hasMore, lastSeq: history.lastSeq };
  };

  it("has nothing in a chat without messages", async () => {
    const nothing = { lastSeq: 0, rev: 0, messages: [], hasMore: false };
    const first = { before: undefined, after: undefined, limit: 50 };
    assert.deepEqual(await store.reader.history(COMMON_CHAT, first), nothing);
    assert.deepEqual(await store.reader.history(DIRECT, first), nothing);
    assert.deepEqual(await store.reader.history(COMMON_CHAT, { before: 5, after: 1, limit: 50 }), nothing);
  });

  const cases: readonly [string, Cursors, number[], boolean][] = [
    ["the newest", { limit: 3 }, [8, 9, 10], true],
    ["exactly all", { limit: 10 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
    ["more than all", { limit: 200 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
    ["the newest before", { before: 8, limit: 3 }, [5, 6, 7], true],
    ["the last page back", { before: 3, limit: 2 }, [1, 2], false],
    ["before the first", { before: 1, limit: 3 }, [], false],
    ["before zero", { before: 0, limit: 3 }, [], false],
    ["before what is not there yet", { before: 2 ** 53 - 1, limit: 2 }, [9, 10], true],
    ["the oldest after", { after: 2, limit: 3 }, [3, 4, 5], true],
    ["the oldest of all", { after: 0, limit: 2 }, [1, 2], true],
    ["the last page forward", { after: 8, limit: 2 }, [9, 10], false],
    ["after the last", { after: 10, limit: 2 }, [], false],
    ["after what is not there yet", { after: 2 ** 53 - 1, limit: 2 }, [], false],
    ["the oldest between", { after: 2, before: 9, limit: 3 }, [3, 4, 5], true],
    ["all between", { after: 2, before: 6, limit: 3 }, [3, 4, 5], false],
    ["between neighbours", { after: 2, before: 3, limit: 3 }, [], false],
    ["between crossed cursors", { after: 7, before: 3, limit: 3 }, [], false],
  ];
  it("cuts pages by both cursors and the limit", async () => {
    await fill(10);
    for (const [name, cursors, seqs, more] of cases) {
      assert.deepEqual(await page(cursors), { seqs, more, lastSeq: 10 }, name);
    }
  });

  it("shows neighbouring chats nothing of each other", async () => {
    const other = directChatId(ANNA, CARL);
    for (const chat of [DIRECT, other]) await store.say(chat, ANNA, chat);
    await fill(2);
    assert.deepEqual(await page({ limit: 10 }), { seqs: [1, 2], more: false, lastSeq: 2 });
    assert.deepEqual(await store.texts(DIRECT), [DIRECT]);
    assert.deepEqual(await store.texts(other), [other]);
  });

  it("ends a page when its texts would be too big, and says so", async () => {
    const text = "€".repeat(Math.floor((PAGE_BYTES / 4 - MESSAGE_EXTRA_BYTES - 2) / 3));
    for (let count = 0; count < 6; count++) await store.say(COMMON_CHAT, ANNA, text);
    assert.deepEqual(await page({ limit: 6 }), { seqs: [3, 4, 5, 6], more: true, lastSeq: 6 });
    assert.deepEqual(await page({ before: 3, limit: 6 }), { seqs: [1, 2], more: false, lastSeq: 6 });
    assert.deepEqual(await page({ after: 0, limit: 6 }), { seqs: [1, 2, 3, 4], more: true, lastSeq: 6 });
    assert.deepEqual(await page({ after: 4, limit: 6 }), { seqs: [5, 6], more: false, lastSeq: 6 });
  });

  it("counts texts as they are sent: escaped", async () => {
    const text = "\u0001".repeat(Math.floor((PAGE_BYTES / 2 - MESSAGE_EXTRA_BYTES - 2) / 6));
    for (let count = 0; count < 3; count++) await store.say(COMMON_CHAT, ANNA, text);
    assert.deepEqual(await page({ limit: 3 }), { seqs: [2, 3], more: true, lastSeq: 3 });
  });

  it("fills a page to the last byte, and holds one message however big", async () => {
    await store.say(COMMON_CHAT, ANNA, "a".repeat(PAGE_BYTES - 2 * (MESSAGE_EXTRA_BYTES + 2) - 1));
    await store.say(COMMON_CHAT, ANNA, "b");
    await store.say(COMMON_CHAT, ANNA, "c".repeat(PAGE_BYTES + 1));
    assert.deepEqual(await page({ limit: 3 }), { seqs: [3], more: true, lastSeq: 3 });
    assert.deepEqual(await page({ before: 3, limit: 3 }), { seqs: [1, 2], more: false, lastSeq: 3 });
    assert.deepEqual(await page({ after: 2, limit: 3 }), { seqs: [3], more: false, lastSeq: 3 });
  });
}
