// Numbering messages while servers fail: whatever a primary keeps for itself and loses, there is no hole.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import { Append, Appends } from "../../../../src/store/mongo/appends.ts";
import { LastSeqs } from "../../../../src/store/mongo/last-seqs.ts";
import { ScriptedReplicaSet } from "../../../support/scripted-replica-set.ts";

const ANNA = "a".repeat(24);

describe("the numbers of messages, when a primary is cut off from the others and succeeded by one of them", () => {
  const message = (messageId: string): Append => {
    return new Append(
      { kind: "append", chatId: COMMON_CHAT, userId: ANNA, username: "", messageId, text: "" },
      "anna",
      0,
    );
  };

  it("leave no hole where what only it had is rolled back", async () => {
    const set = new ScriptedReplicaSet();
    const { collections } = set;
    const appends = new Appends(collections, new LastSeqs(collections), 500);
    await appends.store([message("m1"), message("m2")], false);
    assert.deepEqual(set.seqs, [1, 2]);
    set.cutOff = "unanswered";
    await assert.rejects(appends.store([message("never confirmed")], false));
    assert.deepEqual(set.seqs, [1, 2, 3]);
    set.cutOff = "pending";
    const next = message("next");
    const storing = appends.store([next], false);
    await new Promise((resolve) => setImmediate(resolve)); // until it is refused, or waits for its answer
    set.failOver();
    await storing;
    while (next.outcome === undefined) await appends.store([next], true);
    assert.deepEqual(set.seqs, [1, 2, 3]);
    assert.ok(next.outcome.done && next.outcome.result.message.seq === 3);
  });
});
