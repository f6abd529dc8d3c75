// Deleted texts leave every file of the store.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import type { StoreReader, StoreWriter } from "../../../../src/store/store.ts";
import { append, newUser } from "../../../contract/fixture.ts";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";
import { searchToEnd } from "../../../support/search.ts";

const ANNA = "a".repeat(24);
/** Enough for several pages of every table, and for the index. */
const MESSAGES = 3_000;

describe("erasure", () => {
  const folder = tempDirPerTest();
  let writer: StoreWriter;
  let reader: StoreReader;
  beforeEach(async () => {
    writer = openSqliteWriter(join(folder(), "messages.db"), { indexFromCount: 1 });
    reader = openSqliteReader(join(folder(), "messages.db"));
    await writer.commit([newUser("anna", ANNA)], 1_000);
  });
  afterEach(async () => {
    await reader.close();
    await writer.close();
  });

  /** A text that shares no long part with another. */
  const secret = (seq: number): string =>
    `${(seq * 7_919).toString(36)}-secret-${(seq * 104_729).toString(36)} `.repeat(8);
  /** Files in which one of the words stands. */
  const holding = (words: readonly string[]): string[] =>
    readdirSync(folder()).filter((name) => {
      const bytes = readFileSync(join(folder(), name));
      return words.some((word) => bytes.includes(word));
    });
  /** Until nothing waits any more, as the server does when nobody writes. */
  const settle = async (): Promise<void> => {
    while (await writer.maintain?.(2_000)) assert.ok(true);
    await writer.commit([], 2_000);
  };

  it("leaves no byte of a deleted text in the store, its log or its index", async () => {
    const seqs = Array.from({ length: MESSAGES }, (_, index) => index + 1);
    for (let start = 0; start < MESSAGES; start += 100) {
      await writer.commit(
        seqs.slice(start, start + 100).map((seq) => append(COMMON_CHAT, ANNA, `m${seq}`, secret(seq))),
        1_000 + start,
      );
    }
    await settle();
    const gone = seqs.filter((seq) => seq % 3 === 0);
    assert.notDeepEqual(holding(gone.map((seq) => secret(seq).slice(0, 20))), []);
    await writer.commit(
      gone.map((seq) => ({ kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq })),
      9_000,
    );
    assert.equal(writer.isUnsettled, true);
    await settle();
    assert.equal(writer.isUnsettled, false);
    assert.deepEqual(holding(gone.map((seq) => secret(seq).slice(0, 20))), []);
    assert.deepEqual((await searchToEnd(reader, COMMON_CHAT, secret(3).slice(0, 20), undefined, 10)).messages, []);
    const kept = await searchToEnd(reader, COMMON_CHAT, secret(4).slice(0, 20), undefined, 10);
    assert.deepEqual(
      kept.messages.map(({ seq }) => seq),
      [4],
    );
  });

  it("tries again when a reader was in the way", async () => {
    await writer.commit([append(COMMON_CHAT, ANNA, "m1", secret(1))], 1_000);
    await settle();
    await writer.commit([{ kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 1 }], 2_000);
    const other = new SqliteDatabase(join(folder(), "messages.db"), { readonly: true });
    other.exec("BEGIN; SELECT count(*) FROM messages");
    await writer.commit([], 3_000);
    assert.equal(writer.isUnsettled, true);
    other.close();
    await writer.commit([], 3_000);
    assert.equal(writer.isUnsettled, false);
    assert.deepEqual(holding([secret(1).slice(0, 20)]), []);
  });
});
