// Deleted texts leave every file of the store.
import assert from "node:assert/strict";
import fs, { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import type { Write } from "../../../../src/domain/writes/table.ts";
import { COMMON_CHAT, directChatId, otherUser } from "../../../../src/protocol/ids.ts";
import type { ChatId } from "../../../../src/protocol/ids.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import type { StoreReader, StoreWriter } from "../../../../src/store/store.ts";
import { append, newUser } from "../../../contract/fixture.ts";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";
import { searchToEnd } from "../../../support/search.ts";
import { maintainAll } from "../../../support/maintain.ts";

const ANNA = "a".repeat(24);
/** Enough for several pages of every table, and for the index. */
const MESSAGES = 3_000;

describe("erasure", () => {
  const folder = tempDirPerTest();
  let writer: StoreWriter;
  let reader: StoreReader;
  beforeEach(async () => {
    // A log that is written back often, as it is in a store with much traffic.
    writer = openSqliteWriter(join(folder(), "messages.db"), { indexFromCount: 1, checkpointPages: 100 });
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
    await writer.commit([], 2_000);
    await maintainAll(writer, 2_000);
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

  describe("of rows that were moved from page to page", () => {
    const CHATS = Array.from({ length: 20 }, (_, index) => directChatId(ANNA, index.toString(16).padStart(24, "b")));
    /** Of every message that was there, in random order. */
    let places: { chatId: ChatId; seq: number }[];
    let random: () => number;
    const word = (chatId: ChatId, seq: number, version: number): string =>
      `<${CHATS.indexOf(chatId)}/${seq}/${version}:${(seq * 104_729 + version).toString(36)}>`;
    const text = (place: { chatId: ChatId; seq: number }, version: number): string =>
      `${word(place.chatId, place.seq, version)} `.repeat(1 + Math.floor(random() * 12));
    /** Those of the words that stand in a file. */
    const left = (words: readonly string[]): string[] => {
      const files = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), "latin1"));
      const found = new Set(files.flatMap((content) => content.match(/<\d+\/\d+\/\d:[a-z0-9]+>/g) ?? []));
      return words.filter((one) => found.has(one));
    };
    const inBatches = async (writes: readonly Write[]): Promise<void> => {
      for (let start = 0; start < writes.length; start += 50) {
        for (const { done } of await writer.commit(writes.slice(start, start + 50), 2_000)) assert.ok(done);
      }
    };

    beforeEach(async () => {
      let state = 7;
      random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
      const others = CHATS.map((chatId) => otherUser(chatId, ANNA) ?? "");
      await writer.commit(
        others.map((userId, index) => newUser(`user ${index}`, userId)),
        1_000,
      );
      const seqs = new Map<ChatId, number>();
      places = Array.from({ length: 5_000 }, () => {
        const chatId = CHATS[Math.floor(random() * CHATS.length)] ?? "";
        const seq = (seqs.get(chatId) ?? 0) + 1;
        seqs.set(chatId, seq);
        return { chatId, seq };
      });
      await inBatches(places.map((place) => append(place.chatId, ANNA, `m${place.seq}`, text(place, 0))));
      const edited = places.filter(() => random() < 0.5);
      await inBatches(
        edited.map((place) => ({ kind: "editMessage", ...place, userId: ANNA, text: text(place, 1), sinceMs: 0 })),
      );
      const keys = new Map(places.map((place) => [place, random()]));
      places.sort((one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0));
    });

    /** Deletes two of three; what must be in no file then, and what must. */
    const deleteMost = async (): Promise<{ gone: string[]; kept: string[] }> => {
      const gone = places.filter((_, index) => index % 3 !== 0);
      const kept = places.filter((_, index) => index % 3 === 0);
      await inBatches(gone.map((place) => ({ kind: "deleteMessage", ...place, userId: ANNA })));
      const words = (some: typeof places): string[] =>
        some.flatMap(({ chatId, seq }) => [word(chatId, seq, 0), word(chatId, seq, 1)]);
      return { gone: words(gone), kept: words(kept) };
    };

    it("leaves no byte of them, nor of what was edited, when nothing waits any more", async () => {
      const { gone, kept } = await deleteMost();
      await settle();
      assert.equal(writer.isUnsettled, false);
      assert.deepEqual(left(gone), []);
      assert.ok(left(kept).length >= kept.length / 2);
      const check = new SqliteDatabase(join(folder(), "messages.db"), { readonly: true });
      assert.equal(check.pragma("integrity_check", { simple: true }), "ok");
      check.close();
    }).timeout(60_000);

    it("leaves no byte of them when the store is closed", async () => {
      const { gone } = await deleteMost();
      await reader.close();
      await writer.close();
      assert.deepEqual(left(gone), []);
    }).timeout(60_000);

    for (const call of ["writeSync", "fsyncSync"] as const) {
      it(`tries again when the disk has refused to take it (${call})`, async () => {
        const { gone } = await deleteMost();
        const before = fs[call];
        let callCount = 0;
        let failing = true;
        Object.assign(fs, {
          [call]: (...values: unknown[]): unknown => {
            callCount += 1;
            if (failing) throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
            return Reflect.apply(before, fs, values);
          },
        });
        syncBuiltinESMExports();
        try {
          for (let tries = 0; tries < 3; tries += 1) await writer.commit([], 2_000);
          const refusedCount = callCount;
          assert.ok(refusedCount > 1);
          assert.equal(writer.isUnsettled, true);
          failing = false;
          await settle();
          assert.equal(writer.isUnsettled, false);
          assert.ok(callCount > refusedCount);
        } finally {
          Object.assign(fs, { [call]: before });
          syncBuiltinESMExports();
        }
        assert.deepEqual(left(gone), []);
      }).timeout(60_000);
    }

    it("leaves no byte of them where a transaction that failed had written to the log before", async () => {
      await settle();
      const profile = (bio: unknown) => ({ kind: "updateProfile", userId: ANNA, changes: { bio } }) as Write;
      await writer.commit([profile("little")], 2_000);
      // More than the cache holds goes to the log at once; then something comes that cannot be stored.
      await assert.rejects(writer.commit([profile("x".repeat(64 * 1024 * 1024)), profile({})], 2_000), RangeError);
      const other = new SqliteDatabase(join(folder(), "messages.db"), { readonly: true });
      other.exec("BEGIN; SELECT count(*) FROM messages");
      const [first, ...rest] = places;
      assert.ok(first !== undefined);
      await writer.commit([{ kind: "deleteMessage", ...first, userId: ANNA }], 2_000);
      await writer.commit([], 2_000);
      assert.equal(writer.isUnsettled, true);
      places = rest.slice(0, 1_500);
      await inBatches(
        places.map((place) => ({ kind: "editMessage", ...place, userId: ANNA, text: text(place, 2), sinceMs: 0 })),
      );
      await deleteMost();
      other.close();
      while (writer.isUnsettled) await settle();
      const gone = places.filter((_, index) => index % 3 !== 0);
      assert.deepEqual(left(gone.map(({ chatId, seq }) => word(chatId, seq, 2))), []);
    }).timeout(120_000);

    it("leaves no byte of texts before the last edit", async () => {
      await inBatches(
        places.map((place) => ({ kind: "editMessage", ...place, userId: ANNA, text: text(place, 2), sinceMs: 0 })),
      );
      await settle();
      assert.deepEqual(left(places.flatMap(({ chatId, seq }) => [word(chatId, seq, 0), word(chatId, seq, 1)])), []);
    }).timeout(60_000);
  });

  describe("in a big store", () => {
    /** More pages than one step looks through. */
    beforeEach(async () => {
      for (let seq = 1; seq <= 3_000; seq += 100) {
        const some = Array.from({ length: 100 }, (_, index) =>
          append(COMMON_CHAT, ANNA, `b${seq + index}`, "x".repeat(4_000)),
        );
        await writer.commit(some, 1_000);
      }
      await writer.commit([append(COMMON_CHAT, ANNA, "m1", secret(1))], 1_000);
      await settleWhole();
    });
    /** What one round leaves depends on how long it took. */
    const settleWhole = async (): Promise<void> => {
      do await settle();
      while (writer.isUnsettled);
    };
    const erase = async (): Promise<void> => {
      await writer.commit([{ kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 3_001 }], 2_000);
      await writer.commit([], 3_000);
    };

    it("looks through what was written since, whatever the size of the store", async () => {
      await erase();
      assert.equal(writer.isUnsettled, false);
      assert.deepEqual(holding([secret(1).slice(0, 20)]), []);
    });

    it("looks through all of it when another program has written", async () => {
      const other = new SqliteDatabase(join(folder(), "messages.db"));
      for (let round = 0; round < 2; round += 1) {
        other.exec("CREATE TABLE other (id INTEGER); DROP TABLE other");
        other.pragma("wal_checkpoint(RESTART)");
      }
      other.close();
      await erase();
      assert.equal(writer.isUnsettled, true);
      await settleWhole();
    });

    it("looks through all of it after a start, unless the end before was in order", async () => {
      const reopen = (name: string): StoreWriter => openSqliteWriter(join(folder(), name));
      for (const end of ["", "-wal"])
        copyFileSync(join(folder(), `messages.db${end}`), join(folder(), `killed.db${end}`));
      const killed = reopen("killed.db");
      assert.equal(killed.isUnsettled, true);
      await killed.close();
      rmSync(join(folder(), "killed.db"));
      await reader.close();
      await writer.close();
      writer = reopen("messages.db");
      reader = openSqliteReader(join(folder(), "messages.db"));
      assert.equal(writer.isUnsettled, false);
      await erase();
      assert.equal(writer.isUnsettled, false);
      assert.deepEqual(holding([secret(1).slice(0, 20)]), []);
    });
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
