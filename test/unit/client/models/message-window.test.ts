// The stretch of messages that a conversation shows: no holes, no doubles, bounded at both ends.
import assert from "node:assert/strict";
import { itemOf } from "../../../../src/client/models/conversation-item.ts";
import { MessageWindow } from "../../../../src/client/models/message-window.ts";
import { message } from "../../../support/messages.ts";
import { ALICE } from "../../../support/scripted-server.ts";

describe("message window", () => {
  const range = (from: number, to: number): ReturnType<typeof message>[] =>
    Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

  const make = (): MessageWindow => {
    const window: MessageWindow = new MessageWindow((one) => itemOf(one, ALICE, window.partnerReadSeq));
    return window;
  };
  const ends = (window: MessageWindow): unknown[] => [window.firstSeq, window.lastSeq, window.items.length];

  it("grows at both ends without holes or doubles", () => {
    const window = make();
    window.append(range(10, 12));
    window.append([message(12), message(14), message(13)]);
    window.prepend([message(7), ...range(8, 10)]);
    window.prepend([message(1), message(6)]);
    assert.deepEqual(ends(window), [6, 13, 8]);
    assert.deepEqual(
      window.items.map(({ seq }) => seq),
      [6, 7, 8, 9, 10, 11, 12, 13],
    );
  });

  it("drops the far end when it has grown too long", () => {
    const window = make();
    window.append(range(50_001, 61_000));
    window.append(range(61_001, 62_500));
    assert.deepEqual(ends(window), [52_501, 62_500, 10_000]);
    window.prepend(range(50_001, 52_500));
    assert.deepEqual(ends(window), [50_001, 60_000, 10_000]);
    assert.ok(window.has(60_000) && !window.has(60_001));
  });

  it("makes only those items again whose state has changed", () => {
    const window = make();
    window.append([message(1, "common", ALICE), message(2), message(3, "common", ALICE)]);
    const before = [...window.items];
    window.partnerReadSeq = 1;
    window.refreshOwn();
    assert.deepEqual(
      window.items.map(({ state }) => state),
      ["read", "stored", "stored"],
    );
    assert.equal(window.items[1], before[1]);
    assert.equal(window.items[0]?.key, before[0]?.key);
  });
});
