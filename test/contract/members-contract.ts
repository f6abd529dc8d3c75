// What every store says of who is a member of a chat.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId, groupChatId } from "../../src/protocol/ids.ts";
import { Fixture, NOBODY } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function membersContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.open(kind);
  });
  afterEach(() => store.close());

  it("has everybody in the common chat, and two in a one-to-one chat, before anything is written there", async () => {
    const [anna = "", bert = "", carl = ""] = await store.users("anna", "bert", "carl");
    const direct = directChatId(anna, bert);
    const ask = (chatId: string) =>
      Promise.all([anna, bert, carl, NOBODY].map((id) => store.reader.member(chatId, id)));
    const plain = (chat: string) => ({ kind: chat, role: undefined, firstSeq: 1 });
    assert.deepEqual(await ask(COMMON_CHAT), [plain("everyone"), plain("everyone"), plain("everyone"), undefined]);
    assert.deepEqual(await ask(direct), [plain("direct"), plain("direct"), undefined, undefined]);
    await store.say(direct, bert, "hello");
    assert.deepEqual(await ask(direct), [plain("direct"), plain("direct"), undefined, undefined]);
    for (const none of [directChatId(anna, NOBODY), groupChatId(NOBODY), `${direct}0`, ""]) {
      assert.deepEqual(await ask(none), [undefined, undefined, undefined, undefined], none);
    }
  });
}
