// The search index that grows in steps: what it takes up when, and that results are whole all the while.
import assert from "node:assert/strict";
import { join } from "node:path";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { COMMON_CHAT, directChatId } from "../../../../src/protocol/ids.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import type { StoreWriter } from "../../../../src/store/store.ts";
import { append, newUser } from "../../../contract/fixture.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";
import { searchToEnd } from "../../../support/search.ts";
import { maintainAll } from "../../../support/maintain.ts";

const ANNA = "a".repeat(24);
const BERT = "b".repeat(24);
const DIRECT = directChatId(ANNA, BERT);

describe("the search index", () => {
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "m.db");
  const open = (indexFromCount: number): StoreWriter => openSqliteWriter(file(), { indexFromCount });
  const indexed = (): unknown[] => {
    const database = new SqliteDatabase(file(), { readonly: true });
    const positions = database.prepare("SELECT indexed_seq FROM chats ORDER BY id").pluck().all();
    database.close();
    return positions;
  };
  const fill = (writer: StoreWriter, chatId: string, from: number, count: number) =>
    writer.commit(
      Array.from({ length: count }, (_, index) =>
        append(chatId, ANNA, `m${from + index}`, `Text no. ${from + index};`),
      ),
      0,
    );
  const settle = (writer: StoreWriter): Promise<number> => maintainAll(writer, 0);

  it("takes up a chat when it has enough messages, each chat alone", async () => {
    const writer = open(100);
    await writer.commit([newUser("anna", ANNA), newUser("bert", BERT)], 0);
    await fill(writer, COMMON_CHAT, 1, 99);
    await fill(writer, DIRECT, 1, 150);
    await settle(writer);
    assert.deepEqual(indexed(), [0, 150]);
    await fill(writer, COMMON_CHAT, 100, 1);
    await fill(writer, DIRECT, 151, 99);
    await settle(writer);
    assert.deepEqual(indexed(), [100, 150]);
    await fill(writer, DIRECT, 250, 1);
    await settle(writer);
    assert.deepEqual(indexed(), [100, 250]);
    await writer.close();
  });

  it("finds everything before, between and after its steps", async () => {
    const writer = open(10);
    const reader = openSqliteReader(file(), { shortWordScanCount: 0 });
    await writer.commit([newUser("anna", ANNA)], 0);
    await fill(writer, COMMON_CHAT, 1, 1500);
    let steps = 0;
    do {
      for (const [word, expected] of [
        ["NO. 77;", [77]],
        ["no. 149", [1499, 1498, 1497, 1496, 1495, 1494, 1493, 1492, 1491, 1490]],
        ["9;", [1499, 1489, 1479, 1469, 1459, 1449, 1439, 1429, 1419, 1409]],
      ] as const) {
        const { messages } = await searchToEnd(reader, COMMON_CHAT, word, undefined, 10);
        assert.deepEqual(
          messages.map((message) => message.seq),
          expected,
        );
      }
      steps++;
      assert.ok(steps < 1_000, "comes to an end");
    } while (await writer.maintain?.(0));
    assert.ok(steps > 5, `${steps} steps`);
    assert.deepEqual(indexed(), [1500]);
    await reader.close();
    await writer.close();
  });

  it("goes on where it was when the store is opened again", async () => {
    const first = open(10);
    await first.commit([newUser("anna", ANNA)], 0);
    await fill(first, COMMON_CHAT, 1, 1000);
    for (let steps = 0; indexed()[0] === 0; steps += 1) {
      assert.ok(steps < 100, "the index is begun");
      await first.maintain?.(0);
    }
    await first.close();
    const [position] = indexed();
    assert.ok(Number(position) < 1000);
    const second = open(10);
    await settle(second);
    assert.deepEqual(indexed(), [1000]);
    assert.equal(await second.maintain?.(0), false);
    await second.close();
  });

  it("merges what its steps leave behind", async () => {
    const writer = open(1);
    await writer.commit([newUser("anna", ANNA)], 0);
    for (let round = 0; round < 40; round++) {
      await fill(writer, COMMON_CHAT, round * 5, 5);
      await settle(writer);
    }
    await writer.close();
    const database = new SqliteDatabase(file(), { readonly: true });
    const segments = Number(database.prepare("SELECT count(DISTINCT segid) FROM search_index_idx").pluck().get());
    assert.ok(segments > 0 && segments < 16, `${segments} segments`);
    database.close();
  });
});
