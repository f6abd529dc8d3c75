// Contract of membership of chats in every store.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId, groupChatId } from "../../src/protocol/ids.ts";
import { ANNA, BERT, CARL, DIRECT, Fixture, NOBODY } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function membersContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  it("has everybody in the common chat, and two in a one-to-one chat, before anything is written there", async () => {
    const ask = (chatId: string) =>
      Promise.all([ANNA, BERT, CARL, NOBODY].map((id) => store.reader.member(chatId, id)));
    const plain = (chat: string) => ({ kind: chat, role: undefined, firstSeq: 1 });
    assert.deepEqual(await ask(COMMON_CHAT), [plain("everyone"), plain("everyone"), plain("everyone"), undefined]);
    assert.deepEqual(await ask(DIRECT), [plain("direct"), plain("direct"), undefined, undefined]);
    await store.say(DIRECT, BERT, "hello");
    assert.deepEqual(await ask(DIRECT), [plain("direct"), plain("direct"), undefined, undefined]);
    for (const none of [directChatId(ANNA, NOBODY), groupChatId(NOBODY), `${DIRECT}0`, ""]) {
      assert.deepEqual(await ask(none), [undefined, undefined, undefined, undefined], none);
    }
  });
}
