// Searching the history that is kept: the same hits as looking at every text, whatever was changed, dropped or migrated.
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { HistoryCache } from "../../../src/client/cache.ts";
import { openHistoryCache } from "../../../src/client/history-cache.ts";
import { MemoryCache } from "../../../src/client/memory-cache.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { searchForm } from "../../../src/protocol/text.ts";
import { SqliteDatabase } from "../../../src/util/sqlite-driver.ts";
import { message } from "../../support/messages.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const CHATS = ["common", "dm:a", "dm:b"];

describe("search in the cache", () => {
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "history.sqlite");

  function all(cache: HistoryCache, word: string, limit: number, chatId?: string): Message[] {
    const found: Message[] = [];
    for (let before: number | undefined; ;) {
      const page = cache.search({ word, limit, ...(before !== undefined && { before }), ...(chatId && { chatId }) });
      found.push(...page.messages);
      if (page.next === undefined) return found;
      assert.equal(page.messages.length, limit);
      before = page.next;
    }
  }

  const expected = (messages: readonly Message[], word: string): string[] =>
    messages
      .filter((one) => searchForm(one.message).includes(searchForm(word)))
      .map(({ chat_id, seq }) => `${chat_id} ${seq}`)
      .toSorted();
  const names = (messages: readonly Message[]): string[] =>
    messages.map(({ chat_id, seq }) => `${chat_id} ${seq}`).toSorted();

  it("finds parts of words, whatever their case and length, by pages and newest first", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "C", "ß", "é", "😀", " ", "\0", "x"),
      minLength: 1,
      maxLength: 12,
    });
    const one = fc.record({ text, chat: fc.nat(2), time: fc.nat(20) });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 40 }),
        fc.string({ unit: fc.constantFrom("A", "b", "c", "S", "é", "😀", " "), minLength: 1, maxLength: 4 }),
        (texts, word) => {
          const caches = [openHistoryCache(":memory:"), new MemoryCache()];
          const messages = texts.map((given, index) => ({
            ...message(index + 1, CHATS[given.chat]),
            message: given.text,
            time: 1000 + given.time / 1000,
          }));
          for (const cache of caches) {
            cache.put(messages);
            const found = all(cache, word, 3);
            assert.deepEqual(names(found), expected(messages, word));
            const times = found.map(({ time }) => time);
            assert.deepEqual(
              times,
              times.toSorted((one, other) => other - one),
            );
            cache.close();
          }
        },
      ),
      { numRuns: 200 },
    );
  }).timeout(60_000);

  it("finds the present text only: of changed, dropped and forgotten messages, and after a restart", () => {
    const cache = openHistoryCache(file(), { maxMessages: 100 });
    const messages = Array.from({ length: 40 }, (_, index) => message(index + 1, CHATS[index % 2]));
    cache.put(messages);
    assert.equal(all(cache, "TEXT", 7).length, 40);
    assert.deepEqual(names(all(cache, "text", 7, "dm:a")), names(messages.filter((one) => one.chat_id === "dm:a")));
    cache.change("common", [{ ...message(1), message: "", rev: 1, deleted: "author" }], 1);
    cache.change("common", [{ ...message(3), message: "another one", rev: 2 }], 2);
    assert.deepEqual(names(all(cache, "another", 5)), ["common 3"]);
    assert.equal(all(cache, "text", 7).length, 38);
    cache.close();
    const again = openHistoryCache(file(), { maxMessages: 100 });
    assert.equal(all(again, "text", 7).length, 38);
    again.dropChat("dm:a");
    assert.equal(all(again, "text", 7).length, 18);
    again.put(Array.from({ length: 200 }, (_, index) => ({ ...message(index + 1, "dm:b"), message: "new words" })));
    assert.equal(all(again, "text", 7).length, 0);
    assert.deepEqual(names(all(again, "words", 50)), names(again.before("dm:b", undefined, 200)));
    again.clear();
    assert.deepEqual(all(again, "w", 5), []);
    again.close();
  });

  it("finds what a version without search has kept, with its drafts", () => {
    const before = new SqliteDatabase(file());
    before.exec(`
      CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id TEXT NOT NULL, seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
        json TEXT NOT NULL, UNIQUE (chat_id, seq));
      CREATE INDEX message_bytes ON message (bytes);
      CREATE TABLE note (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
      INSERT INTO note VALUES ('draft', '"unfinished"');
    `);
    const insert = before.prepare("INSERT INTO message (chat_id, seq, bytes, json) VALUES ('common', ?, 1, ?)");
    for (let seq = 1; seq <= 10; seq += 1) insert.run(seq, JSON.stringify(message(seq)));
    before.pragma("user_version = 1");
    before.close();
    const cache = openHistoryCache(file());
    assert.equal(all(cache, "text", 4).length, 10);
    assert.equal(cache.load("draft"), "unfinished");
    cache.close();
  });
});
