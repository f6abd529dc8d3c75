// Messages as rows: groups, days, the line of what is new.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ConversationItem } from "../../../src/client/models/conversation-item.ts";
import { dayText, MessageRows, shortTimeText, type ViewRow } from "../../../gui/chat/message-rows.ts";

const NOON_MS = new Date(2026, 4, 15, 12, 0).getTime();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function item(seq: number, userId: string, timeMs = NOON_MS): ConversationItem {
  const key = `${userId}/${seq}`;
  const text = `message ${seq}`;
  return {
    key,
    messageId: `${seq}`,
    seq,
    userId,
    username: userId,
    text,
    timeMs,
    isOwn: userId === "me",
    state: "stored",
    failure: undefined,
    rev: 0,
    deleted: undefined,
    editedMs: undefined,
    replyTo: undefined,
    reactions: [],
    mentions: [],
    mentionsMe: false,
    isPinned: false,
    changes: [],
  };
}

const describeRow = (row: ViewRow): string => (row.kind === "message" ? `${row.item.seq ?? 0} ${row.place}` : row.kind);
const rowsOf = (rows: MessageRows, items: readonly ConversationItem[], unreadFromSeq?: number): readonly ViewRow[] =>
  rows.update({ items, unreadFromSeq, showsAuthors: true, nowMs: NOON_MS });

describe("MessageRows", () => {
  it("groups what one author wrote in a short time", () => {
    const items = [
      item(1, "a"),
      item(2, "a"),
      item(3, "a"),
      item(4, "me"),
      item(5, "a"),
      item(6, "a", NOON_MS + 11 * MINUTE_MS),
    ];
    const found = rowsOf(new MessageRows(), items).map(describeRow);
    assert.deepEqual(found, ["day", "1 first", "2 middle", "3 last", "4 only", "5 only", "6 only"]);
  });

  it("begins each day with its name, and no group goes over midnight", () => {
    const items = [item(1, "a", NOON_MS - DAY_MS), item(2, "a", NOON_MS), item(3, "a", NOON_MS)];
    assert.deepEqual(rowsOf(new MessageRows(), items).map(describeRow), ["day", "1 only", "day", "2 first", "3 last"]);
  });

  it("puts the line of what is new before its message, and no group goes over it", () => {
    const items = [item(1, "a"), item(2, "a"), item(3, "a")];
    const found = rowsOf(new MessageRows(), items, 3).map(describeRow);
    assert.deepEqual(found, ["day", "1 first", "2 last", "unread", "3 only"]);
  });

  it("gives the same objects again for what has not changed", () => {
    const rows = new MessageRows();
    const [one, two, three] = [item(1, "a"), item(2, "b"), item(3, "b")];
    const before = rowsOf(rows, [one, two]);
    const after = rowsOf(rows, [one, two, three]);
    assert.equal(after[1], before[1]);
    assert.notEqual(after[2], before[2], "the second is the first of a group now");
  });

  it("makes the same rows step by step as at once", () => {
    const step = fc.record({
      before: fc.nat(3),
      after: fc.nat(3),
      cutsStart: fc.nat(2),
      cutsEnd: fc.nat(2),
      changed: fc.option(fc.nat(8), { nil: -1 }),
      unreadFromSeq: fc.option(fc.integer({ min: 95, max: 106 }), { nil: undefined }),
      showsAuthors: fc.boolean(),
      nowMs: fc.constantFrom(NOON_MS, NOON_MS + DAY_MS),
    });
    const make = (seq: number): ConversationItem =>
      item(seq, ["a", "a", "me", "b"][(seq * 7) % 4] ?? "a", NOON_MS + Math.floor(seq / 4) * 0.4 * DAY_MS);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const rows = new MessageRows();
        let items: readonly ConversationItem[] = [100, 101].map(make);
        for (const { before, after, cutsStart, cutsEnd, changed, ...rest } of steps) {
          const first = items[0]?.seq ?? 100;
          const last = items.at(-1)?.seq ?? 99;
          const older = Array.from({ length: before }, (_, index) => make(first - before + index));
          const newer = Array.from({ length: after }, (_, index) => make(last + 1 + index));
          const kept = items.slice(cutsStart, Math.max(cutsStart, items.length - cutsEnd));
          items = [...(cutsStart > 0 ? [] : older), ...kept, ...(cutsEnd > 0 ? [] : newer)];
          items = items.map((one, index) => (index === changed ? { ...one } : one));
          assert.deepEqual(rows.update({ items, ...rest }), new MessageRows().update({ items, ...rest }));
        }
      }),
    );
  });

  it("names authors of others only", () => {
    const shown = rowsOf(new MessageRows(), [item(1, "a"), item(2, "me")]).map(
      (row) => row.kind === "message" && row.showsAuthor,
    );
    assert.deepEqual(shown, [false, true, false]);
  });

  it("has keys that are all different", () => {
    const rows = rowsOf(new MessageRows(), [item(1, "a"), item(2, "a", NOON_MS - DAY_MS), item(3, "a")], 2);
    assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
  });
});

describe("times in words", () => {
  it("calls days by what they are to the reader", () => {
    assert.equal(dayText(NOON_MS, NOON_MS), "Today");
    assert.equal(dayText(NOON_MS - DAY_MS, NOON_MS), "Yesterday");
    assert.equal(dayText(NOON_MS - 30 * DAY_MS, NOON_MS), "15 April");
    assert.equal(dayText(NOON_MS - 365 * DAY_MS, NOON_MS), "15 May 2025");
  });

  it("is as short as a list wants it", () => {
    assert.equal(shortTimeText(NOON_MS, NOON_MS), "12:00");
    assert.equal(shortTimeText(NOON_MS - 2 * DAY_MS, NOON_MS), "Wed");
    assert.equal(shortTimeText(NOON_MS - 20 * DAY_MS, NOON_MS), "25/04/26");
  });
});
