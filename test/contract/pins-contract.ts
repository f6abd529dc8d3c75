// Contract of pinned messages in every store.
import assert from "node:assert/strict";
import type { UserId } from "../../src/protocol/ids.ts";
import { MAX_PINS } from "../../src/protocol/limits.ts";
import type { WriteOf } from "../../src/domain/writes/table.ts";
import { ANNA, append, BERT, CARL, changed, DIRECT, Fixture, NOT_FOUND } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function pinsContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const pin = (seq: number, on = true, userId: UserId = ANNA): WriteOf<"pinMessage"> => {
    return { kind: "pinMessage", chatId: DIRECT, userId, seq, on };
  };
  const fill = async (count: number): Promise<void> => {
    const texts = Array.from({ length: count }, (_, index) => append(DIRECT, ANNA, `m${index}`, `${index + 1}`));
    await store.commit(...texts);
  };
  const pinned = async (before?: number): Promise<number[]> => {
    return (await store.reader.pins(DIRECT, before)).messages.map(({ seq }) => seq);
  };

  it("lists what is pinned, newest pin first, and marks the messages", async () => {
    await fill(3);
    const first = changed(await store.one(pin(2)));
    assert.deepEqual([first.message.pinned, first.message.rev, first.isChanged], [true, 1, true]);
    await store.commit(pin(3, true, BERT), pin(1));
    assert.deepEqual(await pinned(), [1, 3, 2]);
    const { messages } = await store.reader.history(DIRECT, { before: undefined, after: undefined, limit: 10 });
    assert.deepEqual(
      (await store.reader.pins(DIRECT, undefined)).messages.map(({ rev }) => rev),
      [3, 2, 1],
    );
    assert.ok(messages.every((message) => message.pinned === true));
    assert.equal((await store.chat(BERT, DIRECT)).last_message?.pinned, true);
  });

  it("keeps the place of what is pinned again, and gives a new one after it was unpinned", async () => {
    await fill(3);
    await store.commit(pin(1), pin(2));
    const again = changed(await store.one(pin(1)));
    assert.deepEqual([again.isChanged, again.message.rev], [false, 1]);
    assert.equal(changed(await store.one(pin(3, false))).isChanged, false);
    assert.deepEqual(await pinned(), [2, 1]);
    assert.equal(changed(await store.one(pin(1, false, BERT))).message.pinned, undefined);
    assert.deepEqual(await pinned(), [2]);
    await store.one(pin(1));
    assert.deepEqual(await pinned(), [1, 2]);
  });

  it("keeps the place of a message that changes otherwise, and unpins one that is deleted", async () => {
    await fill(2);
    await store.commit(pin(1), pin(2));
    const edit = { kind: "editMessage", chatId: DIRECT, userId: ANNA, seq: 1, text: "new", sinceMs: 0 } as const;
    assert.equal(changed(await store.one(edit)).message.pinned, true);
    assert.deepEqual(await pinned(), [2, 1]);
    const gone = changed(await store.one({ kind: "deleteMessage", chatId: DIRECT, userId: ANNA, seq: 2 }));
    assert.equal(gone.message.pinned, undefined);
    assert.deepEqual(await pinned(), [1]);
    assert.deepEqual(await store.one(pin(2)), NOT_FOUND);
    assert.deepEqual(await store.one(pin(2, false)), NOT_FOUND);
    assert.deepEqual(await store.one(pin(3)), NOT_FOUND);
  });

  it("refuses who may not be heard in the chat", async () => {
    await fill(1);
    assert.deepEqual(await store.one(pin(1, true, CARL)), NOT_FOUND);
    await store.one({ kind: "block", userId: BERT, blockedId: ANNA });
    assert.deepEqual(await store.one(pin(1)), { done: false, refusal: "blocked" });
    assert.deepEqual(await pinned(), []);
  });

  it("pins so many and no more, and gives them in pages", async () => {
    await fill(MAX_PINS + 1);
    const seqs = Array.from({ length: MAX_PINS + 1 }, (_, index) => index + 1);
    const outcomes = await store.commit(...seqs.map((seq) => pin(seq)));
    assert.deepEqual(outcomes.at(-1), { done: false, refusal: "quota" });
    assert.equal(changed(await store.one(pin(1))).isChanged, false);
    await store.one(pin(1, false));
    assert.equal(changed(await store.one(pin(MAX_PINS + 1))).isChanged, true);
    assert.deepEqual(await pinned(), seqs.slice(1).toReversed());
    const long = "x".repeat(8_192);
    for (const seq of seqs.slice(1)) {
      await store.one({ kind: "editMessage", chatId: DIRECT, userId: ANNA, seq, text: `${seq} ${long}`, sinceMs: 0 });
    }
    const pages: number[][] = [];
    for (let before: number | undefined; ;) {
      const page = await store.reader.pins(DIRECT, before);
      pages.push(page.messages.map(({ seq }) => seq));
      if (page.next === undefined) break;
      before = page.next;
    }
    assert.ok(pages.length > 3);
    assert.deepEqual(pages.flat(), seqs.slice(1).toReversed());
  }).timeout(60_000);
}
