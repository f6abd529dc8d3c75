// The log's tail by level and text; and the bounds of what is kept.
import assert from "node:assert/strict";
import { AdminLog, logText } from "../../../../src/client/models/admin-log.ts";
import { RecentList } from "../../../../src/client/models/recent-list.ts";
import type { LogRecord } from "../../../../src/protocol/admin.ts";

function record(level: LogRecord["level"], text: string, fields: LogRecord["fields"] = {}): LogRecord {
  return { time_ms: 0, level, text, fields };
}

const texts = (log: AdminLog): string[] => log.lines.map(({ text }) => text);

describe("AdminLog", () => {
  it("shows a level and graver ones", () => {
    const log = new AdminLog();
    for (const level of ["info", "warn", "error"] as const) log.add(record(level, level));
    assert.deepEqual(texts(log), ["info", "warn", "error"]);
    log.level = "warn";
    assert.deepEqual(texts(log), ["warn", "error"]);
    log.level = "error";
    assert.deepEqual(texts(log), ["error"]);
  });

  it("looks for text in fields, too", () => {
    const log = new AdminLog();
    log.add(record("info", "session began", { user: "Anna" }));
    log.add(record("info", "session began", { user: "boris" }));
    log.filter = "anna";
    assert.deepEqual(texts(log), ["session began  user=Anna"]);
    assert.equal(log.totalCount, 2);
  });

  it("has another key for each line, also after another server's tail was taken over", () => {
    const log = new AdminLog();
    log.add(record("info", "old"));
    const [old] = log.lines;
    log.replace([record("info", "one"), record("info", "two")]);
    const keys = new Set([old, ...log.lines].map((line) => line?.key));
    assert.equal(keys.size, 3);
  });

  it("quotes values that would not be one word", () => {
    assert.equal(logText(record("info", "said", { what: "two words", count: 3 })), 'said  what="two words"  count=3');
  });
});

describe("RecentList", () => {
  const listOf = (maxCount: number, maxSize: number): RecentList<number> =>
    new RecentList<number>({ maxCount, maxSize, sizeOf: (entry) => entry });

  it("drops the oldest beyond a count", () => {
    const list = listOf(3, 1000);
    for (const entry of [1, 2, 3, 4, 5]) list.add(entry);
    assert.deepEqual(list.entries, [3, 4, 5]);
  });

  it("drops the oldest beyond a size, but never the only one", () => {
    const list = listOf(100, 10);
    for (const entry of [4, 4, 4]) list.add(entry);
    assert.deepEqual(list.entries, [4, 4]);
    list.add(50);
    assert.deepEqual(list.entries, [50]);
    list.clear();
    list.add(10);
    assert.deepEqual(list.entries, [10]);
  });
});
