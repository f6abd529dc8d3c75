// Migrations: an older store is brought up to date whole, or stays as it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { directChatId } from "../../../../src/protocol/ids.ts";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION, schemaVersion } from "../../../../src/store/sqlite/schema.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";
import { searchToEnd } from "../../../support/search.ts";
import { maintainAll } from "../../../support/maintain.ts";

const [ANNA, BERT, CARL] = ["a", "b", "c"].map((digit) => digit.repeat(24)) as [string, string, string];
/** The format in which read marks were a table of their own. */
const BEFORE_MEMBERS = 8;
/** The last format whose search index has texts in another form. */
const BEFORE_DECOMPOSED = 10;

describe("migrations of the embedded store", () => {
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "m.db");

  /** A store of the first version with three messages. */
  const makeOld = (): Database.Database => {
    const database = new SqliteDatabase(file());
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma("journal_mode = WAL");
    migrate(database, 1);
    database.exec(`
      INSERT INTO users (id, user_id, username, username_key, password_hash) VALUES (7, '${ANNA}', 'anna', 'anna', 'h');
      INSERT INTO marks VALUES (7, 1, 2);
      INSERT INTO messages VALUES (1 << 32 | 1, 7, 'm1', 1000, 'one'), (1 << 32 | 2, 7, 'm2', 2000, 'two'),
        (1 << 32 | 3, 7, 'm3', 3000, 'three');
      UPDATE chats SET last_seq = 3 WHERE id = 1;`);
    return database;
  };

  it("bring a store of the first version up to date with all that is in it", async () => {
    makeOld().close();
    const writer = openSqliteWriter(file(), { indexFromCount: 1 });
    await maintainAll(writer, 0);
    const reader = openSqliteReader(file(), { shortWordScanCount: 0 });
    const history = await reader.history("common", { before: undefined, after: undefined, limit: 9 });
    assert.deepEqual(
      history.messages.map(({ seq, username, message, time }) => [seq, username, message, time]),
      [
        [1, "anna", "one", 1],
        [2, "anna", "two", 2],
        [3, "anna", "three", 3],
      ],
    );
    const found = await searchToEnd(reader, "common", "T", undefined, 9);
    assert.deepEqual(
      found.messages.map((message) => message.seq),
      [3, 2],
    );
    const { chats } = await reader.chats(ANNA, undefined, 9);
    assert.deepEqual([chats[0]?.unread, chats[0]?.last_message?.message], [1, "three"]);
    await reader.close();
    await writer.close();
  });

  it("make memberships of the read marks of common and one-to-one chats", async () => {
    const database = new SqliteDatabase(file());
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma("journal_mode = WAL");
    migrate(database, BEFORE_MEMBERS);
    const direct = directChatId(ANNA, BERT);
    database.exec(`
      INSERT INTO users (id, user_id, username, username_key, password_hash) VALUES
        (1, '${ANNA}', 'anna', 'anna', 'h'), (2, '${BERT}', 'bert', 'bert', 'h'), (3, '${CARL}', 'carl', 'carl', 'h');
      INSERT INTO chats (id, chat_id, first_user, second_user, last_seq, last_ms) VALUES (2, '${direct}', 1, 2, 2, 3000);
      INSERT INTO marks VALUES (1, 1, 0), (2, 1, 1), (3, 1, 0), (1, 2, 1), (2, 2, 2);
      INSERT INTO messages (id, user, message_id, time_ms, text) VALUES (1 << 32 | 1, 1, 'm1', 1000, 'to all'),
        (2 << 32 | 1, 1, 'm2', 2000, 'one'), (2 << 32 | 2, 2, 'm3', 3000, 'two');
      UPDATE chats SET last_seq = 1, last_ms = 1000 WHERE id = 1;`);
    database.close();
    const writer = openSqliteWriter(file());
    const reader = openSqliteReader(file());
    const list = async (userId: string) =>
      (await reader.chats(userId, undefined, 9)).chats.map((chat) => [
        chat.kind,
        chat.chat_id,
        chat.read_seq,
        chat.unread,
      ]);
    assert.deepEqual(await list(ANNA), [
      ["everyone", "common", 0, 1],
      ["direct", direct, 1, 1],
    ]);
    assert.deepEqual(await list(BERT), [
      ["everyone", "common", 1, 0],
      ["direct", direct, 2, 0],
    ]);
    assert.deepEqual(await list(CARL), [["everyone", "common", 0, 1]]);
    const members = [ANNA, BERT, CARL].map((userId) => reader.member(direct, userId));
    const both = { kind: "direct", role: undefined, firstSeq: 1 };
    assert.deepEqual(await Promise.all(members), [both, both, undefined]);
    await reader.close();
    await writer.close();
  });

  it("index decomposed what was indexed otherwise, found all the while, also where that is broken off", async () => {
    const texts = ["Caf\u00e9", "cafe\u0301", "Vi\u1ec7t", "\ud68c\uc758", "plain cafe"];
    const database = new SqliteDatabase(file());
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma("journal_mode = WAL");
    migrate(database, 7);
    database.exec(`
      INSERT INTO users (id, user_id, username, username_key, password_hash) VALUES (7, '${ANNA}', 'anna', 'anna', 'h');
      UPDATE chats SET last_seq = 1000, indexed_seq = 1000 WHERE id = 1;`);
    const insert = database.prepare(
      "INSERT INTO messages (id, user, message_id, time_ms, text) VALUES (?, 7, ?, 1, ?)",
    );
    const index = database.prepare("INSERT INTO search_index (rowid, text) VALUES (?, ?)");
    for (let seq = 1; seq <= 1000; seq += 1) {
      const text = texts[seq % texts.length] ?? "";
      insert.run(2 ** 32 + seq, `m${seq}`, text);
      index.run(2 ** 32 + seq, `${text.toLowerCase()}\u0001\u0001`);
    }
    database.close();
    let steps = 0;
    for (let isMore = true; isMore && steps < 100; steps += 1) {
      const writer = openSqliteWriter(file(), { indexFromCount: 1 });
      const reader = openSqliteReader(file(), { shortWordScanCount: 0 });
      for (const [word, count] of [
        ["CAF\u00c9", 400],
        ["caf", 600],
        ["vie\u0302\u0323t", 200],
        ["\u1112\u116c\u110b", 200],
      ] as const) {
        const found = await searchToEnd(reader, "common", word, undefined, 200);
        const seqs = found.messages.map(({ seq }) => seq);
        const { messages } = await searchToEnd(reader, "common", word, seqs.at(-1), 200);
        assert.equal(new Set([...seqs, ...messages.map(({ seq }) => seq)]).size, Math.min(count, 400), word);
      }
      await reader.close();
      // The first step of a writer looks whether there is something to merge.
      isMore = (await writer.maintain?.(0)) === true && (await writer.maintain?.(0)) === true;
      await writer.close();
    }
    assert.ok(steps > 3 && steps < 100, `${steps} steps`);
  });

  it("leave no byte of what they drop in the file", async () => {
    const secret = "\u{1f9a1}\u{1f9a2}"; // the end of as many trigrams as fill pages that nothing takes the place of
    const database = new SqliteDatabase(file());
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma("journal_mode = WAL");
    database.pragma("secure_delete = ON");
    migrate(database, BEFORE_DECOMPOSED);
    const index = database.prepare("INSERT INTO search_index (rowid, text) VALUES (?, ?)");
    for (let row = 1; row <= 5_000; row += 1) index.run(row, `${String.fromCodePoint(0x4e00 + row)}${secret}`);
    database.close();
    assert.ok(readFileSync(file()).includes(secret));
    await openSqliteWriter(file()).close();
    assert.ok(!readFileSync(file()).includes(secret));
  });

  it("leave the version before when one fails, and go on from there later", async () => {
    const database = makeOld();
    database.exec("CREATE TABLE search_terms (in_the_way)");
    assert.throws(() => migrate(database), /search_terms/);
    assert.equal(schemaVersion(database), 1);
    assert.equal(database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'search_index'").get(), undefined);
    database.exec("DROP TABLE search_terms");
    migrate(database);
    assert.equal(schemaVersion(database), SCHEMA_VERSION);
    migrate(database);
    database.close();
    await openSqliteWriter(file()).close();
  });

  it("refuse to open what a migration stumbles over, as a bug and not as damage", () => {
    const database = makeOld();
    database.exec("CREATE TABLE search_terms (in_the_way)");
    database.close();
    assert.throws(() => openSqliteWriter(file()), {
      name: "StoreOpenError",
      message: /cannot be opened \(SQLITE_ERROR\)/,
    });
  });
});
