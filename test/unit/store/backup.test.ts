// The backup of the embedded store: whole, of one moment, and never half.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SqliteDatabase } from "../../../src/util/sqlite-driver.ts";
import { COMMON_CHAT } from "../../../src/protocol/ids.ts";
import { backupStore } from "../../../src/store/backup.ts";
import { openReader, openWriter } from "../../../src/store/open.ts";
import { StoreOpenError, type StoreWriter } from "../../../src/store/store.ts";
import { append, newUser } from "../../contract/fixture.ts";
import { DiskImage } from "../../support/disk-image.ts";
import { folderBytes } from "../../support/folder-bytes.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";
import { searchToEnd } from "../../support/search.ts";

const ANNA = "a".repeat(24);
const URL = "sqlite:m.db";
const FIRST_COUNT = 20_000;

describe("backup of the embedded store", () => {
  const folder = tempDirPerTest();
  const target = (): string => join(folder(), "backups", "copy.db");
  const options = () => ({ dataDir: join(folder(), "data") });
  const ignore = (): void => undefined;
  const fill = (writer: StoreWriter, from: number, count: number) => {
    const texts = Array.from({ length: count }, (_, index) => `text ${from + index} ${"x".repeat(300)}`);
    return writer.commit(
      texts.map((text, index) => append(COMMON_CHAT, ANNA, `m${from + index}`, text)),
      0,
    );
  };

  it("is the store of one moment, also while messages are committed all the time", async () => {
    const writer = await openWriter(URL, options());
    await writer.commit([newUser("anna", ANNA)], 0);
    await fill(writer, 1, FIRST_COUNT);
    let done = false;
    let [reports, lastShare, committed] = [0, 0, FIRST_COUNT];
    const backup = backupStore(URL, options(), target(), ({ doneShare }) => {
      assert.ok(doneShare >= lastShare && doneShare <= 1);
      lastShare = doneShare;
      reports++;
    }).finally(() => (done = true));
    while (!done) {
      await fill(writer, committed + 1, 50);
      committed += 50;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const summary = await backup;
    await writer.close();
    assert.ok(reports > 1 && committed > FIRST_COUNT, `${reports} reports, ${committed} messages`);
    assert.deepEqual(
      { ...summary, bytes: 0, messageCount: 0 },
      { userCount: 1, chatCount: 1, messageCount: 0, bytes: 0 },
    );
    assert.equal(summary.bytes, statSync(target()).size);
    assert.equal((statSync(target()).mode & 0o777).toString(8), "600");
    assert.deepEqual(readdirSync(join(folder(), "backups")), ["copy.db"]);

    const copy = await openWriter(`sqlite:${target()}`, options());
    const reader = await openReader(`sqlite:${target()}`, options());
    const { lastSeq, messages } = await reader.history(COMMON_CHAT, { before: undefined, after: undefined, limit: 1 });
    assert.deepEqual([lastSeq, messages[0]?.seq], [summary.messageCount, summary.messageCount]);
    const found = await searchToEnd(reader, COMMON_CHAT, `TEXT ${lastSeq} `, undefined, 9);
    assert.deepEqual(found.messages, messages);
    await reader.close();
    await copy.close();
  });

  it("leaves the store as it was, with and without a server", async () => {
    const writer = await openWriter(URL, options());
    await writer.commit([newUser("anna", ANNA)], 0);
    await writer.close();
    const before = folderBytes(options().dataDir)["m.db"];
    const { userCount } = await backupStore(URL, options(), target(), ignore);
    assert.equal(userCount, 1);
    assert.equal(folderBytes(options().dataDir)["m.db"], before);
    await (await openWriter(URL, options())).close();
  });

  it("refuses a target that is there, and leaves it alone", async () => {
    await (await openWriter(URL, options())).close();
    writeFileSync(join(folder(), "precious"), "kept");
    const before = folderBytes(join(folder(), "data"));
    const refused = { name: "StoreOpenError", message: /precious is there already; name another file/ };
    await assert.rejects(backupStore(URL, options(), join(folder(), "precious"), ignore), refused);
    assert.deepEqual(folderBytes(join(folder(), "data")), before);
  });

  it("refuses a store that is not there, is none, or is damaged, and leaves no file", async () => {
    const message = /is not there/;
    await assert.rejects(backupStore(URL, options(), target(), ignore), { name: "StoreOpenError", message });
    const writer = await openWriter(URL, options());
    await writer.commit([newUser("anna", ANNA)], 0);
    await fill(writer, 1, 200);
    await writer.close();
    const file = join(options().dataDir, "m.db");
    const whole = new SqliteDatabase(file, { readonly: true });
    const root = Number(whole.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").pluck().get());
    whole.close();
    overwritePage(file, root);
    await assert.rejects(backupStore(URL, options(), target(), ignore), { name: "StoreOpenError", message: /damaged/ });
    writeFileSync(file, "no database");
    await assert.rejects(backupStore(URL, options(), target(), ignore), { name: "StoreOpenError" });
    assert.deepEqual(readdirSync(join(folder(), "backups")), []);
  });

  it("names the target, not the store, when the copy cannot be written, and leaves nothing", async () => {
    const writer = await openWriter(URL, options());
    await writer.commit([newUser("anna", ANNA)], 0);
    await fill(writer, 1, 10_000);
    writeFileSync(join(folder(), "file"), "");
    symlinkSync(join(folder(), "not-mounted"), join(folder(), "link"));
    const named = (place: string, what: RegExp) => (error: unknown) =>
      error instanceof StoreOpenError && error.message.startsWith(`backup ${place}`) && what.test(error.message);
    for (const place of [join(folder(), "file", "copy.db"), join(folder(), "link", "copy.db")]) {
      await assert.rejects(backupStore(URL, options(), place, ignore), named(place, /cannot be written/));
    }
    const disk = DiskImage.make(folder());
    if (disk !== undefined) {
      try {
        disk.fill();
        const place = join(disk.path, "copy.db");
        await assert.rejects(backupStore(URL, options(), place, ignore), named(place, /the disk is full/));
        assert.deepEqual(
          readdirSync(disk.path).filter((name) => name.includes("copy")),
          [],
        );
      } finally {
        disk.remove();
      }
    }
    await writer.close();
  });

  it("says what to use for MongoDB", async () => {
    const refused = { name: "StoreOpenError", message: /mongodump/ };
    await assert.rejects(backupStore("mongodb://a:secret@host/db", options(), target(), ignore), refused);
  });
});

function overwritePage(file: string, page: number): void {
  const pageBytes = 4096;
  const bytes = readFileSync(file);
  bytes.fill(0xa5, (page - 1) * pageBytes, page * pageBytes);
  writeFileSync(file, bytes);
}
