// The cache of history: stretches without holes, bounds, damage, and one process at a time.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CacheInUseError } from "../../../src/client/cache-file.ts";
import type { HistoryCache } from "../../../src/client/cache.ts";
import { openHistoryCache } from "../../../src/client/history-cache.ts";
import { SqliteDatabase } from "../../../src/util/sqlite-driver.ts";
import { range } from "../../support/lists.ts";
import { message } from "../../support/messages.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("history cache", () => {
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "history.sqlite");
  const seqs = (messages: readonly { readonly seq: number }[]): number[] => messages.map(({ seq }) => seq);

  const filled = (...numbers: number[]): HistoryCache => {
    const cache = openHistoryCache(file());
    cache.put(numbers.map((seq) => message(seq)));
    return cache;
  };

  it("gives stretches in both directions, as far as nothing is missing", () => {
    const cache = filled(1, 2, 3, 7, 8, 9);
    assert.deepEqual(seqs(cache.before("common", undefined, 10)), [7, 8, 9]);
    assert.deepEqual(seqs(cache.before("common", 9, 1)), [8]);
    assert.deepEqual(seqs(cache.before("common", 4, 10)), [1, 2, 3]);
    assert.deepEqual(seqs(cache.before("common", 7, 10)), []);
    assert.deepEqual(seqs(cache.after("common", 0, 10)), [1, 2, 3]);
    assert.deepEqual(seqs(cache.after("common", 7, 1)), [8]);
    assert.deepEqual(seqs(cache.after("common", 3, 10)), []);
    cache.close();
  });

  it("keeps what it was given over a restart, each message once", () => {
    const before = filled(1, 2);
    before.put([message(2), message(1, "dm:x")]);
    before.save("note", { any: [1] });
    before.close();
    const after = openHistoryCache(file());
    assert.deepEqual(after.before("common", undefined, 10), [message(1), message(2)]);
    assert.deepEqual(after.newest(), [message(2), message(1, "dm:x")]);
    assert.deepEqual(after.load("note"), { any: [1] });
    assert.equal(after.load("other"), undefined);
    after.dropChat("common");
    assert.deepEqual(after.newest(), [message(1, "dm:x")]);
    after.clear();
    assert.deepEqual(after.newest(), []);
    assert.equal(after.load("note"), undefined);
    after.close();
  });

  it("keeps the newest state of each message, and the revision with it, over a restart", () => {
    const deleted = { ...message(2), message: "", rev: 2, deleted: "author" as const };
    const before = filled(1, 2, 3);
    before.change("common", [deleted, { ...message(9), rev: 1 }], 2);
    before.put([message(2)]);
    before.change("common", [{ ...message(2), rev: 1 }], 1);
    before.put([{ ...message(3), rev: 3 }]);
    assert.equal(before.rev("common"), 2);
    before.close();
    const after = openHistoryCache(file());
    assert.deepEqual(after.before("common", undefined, 10), [message(1), deleted, { ...message(3), rev: 3 }]);
    assert.deepEqual([after.rev("common"), after.rev("dm:x")], [2, 0]);
    after.dropChat("common");
    assert.equal(after.rev("common"), 0);
    after.close();
    assert.ok(!readFileSync(file()).includes("text 2"), "nor is the deleted text anywhere in the file");
  });

  it("drops the oldest when it is full", () => {
    const cache = openHistoryCache(file(), { maxMessages: 100 });
    for (let seq = 1; seq <= 500; seq += 1) cache.put([message(seq)]);
    const left = cache.before("common", undefined, 1000);
    assert.ok(left.length >= 80 && left.length <= 100, `${left.length} left`);
    assert.equal(left.at(-1)?.seq, 500);
    cache.close();
  });

  it("drops little at a time, so that a window goes on being painted", () => {
    const cache = openHistoryCache(file(), { maxMessages: 8000 });
    for (let seq = 1; seq <= 8000; seq += 1) cache.put([message(seq)]);
    for (let seq = 8001; seq <= 12_000; seq += 1) {
      cache.put([message(seq)]);
      if (seq % 400 > 0) continue;
      const count = cache.before("common", undefined, 10_000).length;
      assert.ok(count > 7400 && count <= 8000, `${count} left after ${seq}`);
    }
    cache.close();
    // What was counted along the way is what there is.
    const again = openHistoryCache(file(), { maxMessages: 8000 });
    again.put([message(12_001)]);
    assert.ok(again.before("common", undefined, 10_000).length > 7400);
    again.close();
  });

  it("replaces a damaged file by an empty one", () => {
    writeFileSync(file(), "this is no database, but it is long enough to be taken for one ".repeat(100));
    const cache = filled(1);
    assert.deepEqual(seqs(cache.newest()), [1]);
    cache.close();
  });

  it("loses of a file with a page of zeros or noise only what that page held, whichever it is", () => {
    const PAGE = 4096;
    const whole = openHistoryCache(file());
    whole.put(Array.from({ length: 2000 }, (_, index) => message(index + 1)));
    for (let note = 0; note < 200; note += 1) whole.save(`note ${note}`, { text: "a draft ".repeat(10), note });
    whole.close();
    const bytes = readFileSync(file());
    const pages = bytes.length / PAGE;
    let lostAll = 0;
    for (let page = 0; page < pages; page += page < 12 ? 1 : 7) {
      for (const filling of [0, 0xa5]) {
        writeFileSync(file(), Buffer.from(bytes).fill(filling, page * PAGE, (page + 1) * PAGE));
        const cache = openHistoryCache(file());
        const newest = cache.newest()[0]?.seq ?? 0;
        let readable = 0;
        for (let seq = 0; seq < 2000;) {
          const run = cache.after("common", seq, 2000);
          readable += run.length;
          seq += run.length || 1;
        }
        const notes = Array.from({ length: 200 }, (_, note) => cache.load(`note ${note}`)).filter(Boolean).length;
        if (readable === 0 || notes === 0) lostAll += 1;
        if (readable > 0) assert.ok(readable > 1900 && newest > 1900, `page ${page}: ${readable} messages left`);
        if (notes > 0) assert.ok(notes > 140, `page ${page}: ${notes} notes left`);
        cache.put([message(2001)]);
        cache.save("note", page);
        cache.dropChat("dm:x");
        assert.equal(cache.newest()[0]?.seq, 2001);
        cache.close();
        const again = openHistoryCache(file());
        assert.deepEqual([again.newest()[0]?.seq, again.load("note")], [2001, page]);
        again.close();
      }
    }
    // Without its first page a file is no database, and without its root nothing leads to the pages of a table.
    assert.ok(lostAll <= 3 * 2, `${lostAll} of ${pages} pages are as good as a table`);
  }).timeout(60_000);

  /** The disk refuses every change for which the condition holds. */
  function refusing(when: string): void {
    const database = new SqliteDatabase(file());
    database.exec(`CREATE TRIGGER refuse BEFORE ${when} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
    database.close();
  }

  it("is as the file when the disk refuses to drop a chat", () => {
    const before = filled(1, 2, 3);
    before.change("common", [], 5);
    before.close();
    refusing("DELETE ON note WHEN old.name = 'rev:common'");
    const cache = openHistoryCache(file());
    cache.dropChat("common");
    assert.deepEqual(seqs(cache.before("common", undefined, 10)), [1, 2, 3]);
    cache.put([message(4)]);
    assert.deepEqual(seqs(cache.before("common", undefined, 10)), [1, 2, 3, 4]);
    cache.close();
    const again = openHistoryCache(file());
    assert.deepEqual(seqs(again.before("common", undefined, 10)), [1, 2, 3, 4]);
    assert.equal(again.rev("common"), 5);
    again.close();
  });

  it("drops nothing to make room for what the disk refuses to take", () => {
    filled(...range(1, 50)).close();
    refusing("INSERT ON message WHEN new.seq = 99");
    const cache = openHistoryCache(file(), { maxMessages: 80 });
    cache.put(range(51, 99).map((seq) => message(seq)));
    assert.deepEqual(cache.after("common", 50, 10), [], "none of them was written");
    cache.put([message(51)]);
    assert.deepEqual(seqs(cache.after("common", 0, 100)), range(1, 51));
    cache.close();
  });

  it("is opened by one at a time", () => {
    const cache = filled(1);
    assert.throws(() => openHistoryCache(file()), CacheInUseError);
    cache.close();
    openHistoryCache(file()).close();
  });
});
