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
    let runs = 0;
    const one = fc.record({ text, chat: fc.nat(2), time: fc.nat(20) });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 40 }),
        fc.string({ unit: fc.constantFrom("A", "b", "c", "S", "é", "😀", " "), minLength: 1, maxLength: 4 }),
        (texts, word) => {
          const caches = [openHistoryCache(join(folder(), `${(runs += 1)}.sqlite`)), new MemoryCache()];
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

  it("finds two characters with whatever follows them, beyond the newest messages and through chats", () => {
    const cache = openHistoryCache(file());
    const texts = Array.from({ length: 1000 }, (_, index) =>
      index < 300 ? `猫犬${String.fromCodePoint(0x4e00 + index)}` : "another",
    );
    cache.put(texts.map((text, index) => ({ ...message(index + 1, CHATS[index % 3]), message: text })));
    assert.equal(all(cache, "猫犬", 50).length, 300);
    assert.equal(all(cache, "猫犬", 50, "dm:a").length, 100);
    assert.equal(all(cache, "猫", 50).length, 300);
    assert.deepEqual(all(cache, "犬猫", 50), []);
    cache.close();
  });

  /** Which of the trigrams stand in the index of the file, whether it finds them or not; no two begin with one character. */
  function indexed(trigrams: readonly string[]): string[] {
    const database = new SqliteDatabase(file());
    const blocks = database.prepare("SELECT block FROM message_index_data").pluck().all() as Buffer[];
    database.close();
    return trigrams.filter((one) => blocks.some((block) => block.includes(one)));
  }

  it("has no trace in its index of texts that were changed or deleted, nor of a chat that is gone", () => {
    const [dropped, ...gone] = ["qxz", "jkv", "wyu", "bgf"] as const;
    const put = (cache: HistoryCache, seq: number, text: string, chatId: string): void =>
      cache.put([{ ...message(seq, chatId), message: text }]);
    const before = openHistoryCache(file(), { maxMessages: 5 });
    for (const [index, text] of [dropped, ...gone, "stays"].entries()) {
      put(before, index + 1, text, text === "bgf" ? "dm:a" : "common");
    }
    assert.deepEqual(names(all(before, "s", 10)).length, 1);
    before.close();
    assert.deepEqual(indexed(gone), gone);
    const cache = openHistoryCache(file(), { maxMessages: 5 });
    cache.dropChat("dm:a");
    // Written together with a message that is dropped to make room.
    cache.change("common", [{ ...message(2), message: "other", rev: 1 }], 1);
    cache.change("common", [{ ...message(3), message: "", rev: 2, deleted: "author" }], 2);
    for (const seq of [6, 7]) put(cache, seq, "stays", "common");
    assert.deepEqual(names(all(cache, "stays", 10)), ["common 5", "common 6", "common 7"]);
    cache.close();
    assert.deepEqual(indexed([...gone, "oth"]), ["oth"]);
  });

  it("has no trace of what an earlier version's index kept of deleted texts; drafts stay", () => {
    const before = new SqliteDatabase(file());
    before.exec(`
      CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id TEXT NOT NULL, seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
        json TEXT NOT NULL, place INTEGER, UNIQUE (chat_id, seq));
      CREATE INDEX message_bytes ON message (bytes);
      CREATE TABLE note (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
      CREATE UNIQUE INDEX message_place ON message (place);
      CREATE VIRTUAL TABLE message_index
        USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1');
      CREATE VIRTUAL TABLE message_terms USING fts5vocab (message_index, row);
      INSERT INTO note VALUES ('draft', '"unfinished"');
      INSERT INTO message_index (rowid, text) VALUES (1, 'qxz'), (2, 'text 1'), (3, 'text 2');
      DELETE FROM message_index WHERE rowid = 1;
    `);
    const insert = before.prepare(
      "INSERT INTO message (chat_id, seq, bytes, json, place) VALUES ('common', ?, 1, ?, ?)",
    );
    for (const seq of [1, 2]) insert.run(seq, JSON.stringify(message(seq)), seq + 1);
    before.pragma("user_version = 2");
    before.close();
    assert.deepEqual(indexed(["qxz"]), ["qxz"], "the old way keeps it");
    const cache = openHistoryCache(file());
    assert.deepEqual(names(all(cache, "text", 4)), ["common 1", "common 2"]);
    assert.equal(cache.load("draft"), "unfinished");
    cache.close();
    assert.deepEqual(indexed(["qxz"]), []);
  });
});
