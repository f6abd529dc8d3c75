// Opening a store file: what is made, and every state that is refused and left as it was.
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import { openError } from "../../../../src/store/sqlite/errors.ts";
import { examineContent } from "../../../../src/store/sqlite/examine.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import { StoreOpenError } from "../../../../src/store/store.ts";
import { append, newUser } from "../../../contract/fixture.ts";
import { folderBytes } from "../../../support/folder-bytes.ts";
import { useCommittingProcess } from "../../../support/use-committing-process.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";

const ANNA = "a".repeat(24);

describe("opening a store file", () => {
  const folder = tempDirPerTest();
  const startCommitting = useCommittingProcess();
  const file = (): string => join(folder(), "m.db");
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  /** A closed store with some hundred pages. */
  const makeStore = async (): Promise<void> => {
    const writer = openSqliteWriter(file());
    const writes = Array.from({ length: 500 }, (_, index) =>
      append(COMMON_CHAT, ANNA, `m${index}`, "text ".repeat(200)),
    );
    await writer.commit([newUser("anna", ANNA), ...writes], 0);
    await writer.close();
  };

  /** Refused by the writer with `message`, which is one line and names the file; nothing in the folder has changed. */
  const assertRefused = (message: RegExp, open = () => openSqliteWriter(file())): void => {
    const before = folderBytes(folder());
    assert.throws(open, (error) => {
      assert.ok(error instanceof StoreOpenError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.includes(file()) && !error.message.includes("\n"), error.message);
      return true;
    });
    assert.deepEqual(folderBytes(folder()), before);
  };

  it("makes folders and files that only their owner may use", async () => {
    const path = join(folder(), "new", "deep", "m.db");
    const writer = openSqliteWriter(path);
    await writer.commit([newUser("anna", ANNA)], 0);
    assert.deepEqual([mode(join(folder(), "new")), mode(join(folder(), "new", "deep"))], ["700", "700"]);
    for (const suffix of ["", "-wal", "-shm", "-lock"]) assert.equal(mode(path + suffix), "600", suffix);
    assert.deepEqual(readdirSync(join(folder(), "new", "deep")), ["m.db", "m.db-lock", "m.db-shm", "m.db-wal"]);
    await writer.close();
  });

  it("takes an empty file as a new store", async () => {
    writeFileSync(file(), "");
    await openSqliteWriter(file()).close();
    assert.ok(statSync(file()).size > 0);
  });

  it("refuses a second server until the first has closed", async () => {
    const first = openSqliteWriter(file());
    assert.throws(() => openSqliteWriter(file()), { name: "StoreOpenError", message: /in use by another server/ });
    await first.commit([newUser("anna", ANNA)], 0);
    await first.close();
    await openSqliteWriter(file()).close();
  });

  it("refuses while another process has the store, and no longer when that was killed", async () => {
    await makeStore();
    const child = startCommitting(file(), 1);
    await once(child.stdout, "data");
    assert.throws(() => openSqliteWriter(file()), { name: "StoreOpenError", message: /in use by another server/ });
    child.kill("SIGKILL");
    await once(child, "close");
    await openSqliteWriter(file()).close();
  });

  it("refuses a file that is no database", () => {
    for (const content of ["x", "SQLite format 3\0", "not a database, just a long text ".repeat(1000)]) {
      writeFileSync(file(), content);
      assertRefused(/damaged or no store of Messenger/);
      assert.throws(() => openSqliteReader(file()), StoreOpenError);
    }
  });

  it("refuses a database of another program", () => {
    new SqliteDatabase(file()).exec("CREATE TABLE users (id)").close();
    assertRefused(/no store of Messenger/);
  });

  it("refuses a store with a damaged header, damaged pages, or a part missing", async () => {
    await makeStore();
    const whole = readFileSync(file());
    const damaged = Buffer.from(whole);
    const middle = Math.floor(whole.length / 2 / 4096) * 4096;
    damaged.fill(0xa5, middle, middle + 4096);
    writeFileSync(file(), damaged);
    assertRefused(/damaged; put a backup in its place/);
    writeFileSync(file(), whole);
    truncateSync(file(), whole.length / 2);
    assertRefused(/damaged; put a backup in its place/);
    writeFileSync(file(), Buffer.concat([Buffer.alloc(100), whole.subarray(100)]));
    assertRefused(/damaged or no store/);
    writeFileSync(file(), whole);
    await openSqliteWriter(file()).close();
  });

  it("looks at the small tables of a store that is too big to be checked whole", async () => {
    await makeStore();
    const whole = readFileSync(file());
    const rootPage = (table: string): number => {
      const database = new SqliteDatabase(file(), { readonly: true });
      const page = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = ?").pluck().get(table);
      database.close();
      return Number(page);
    };
    const [messages, users] = [rootPage("messages"), rootPage("users")];
    const damage = (page: number): void => {
      const damaged = Buffer.from(whole);
      damaged.fill(0xa5, (page - 1) * 4096, page * 4096);
      writeFileSync(file(), damaged);
    };
    damage(messages);
    examineContent(file(), whole.length - 1);
    assert.throws(() => examineContent(file(), whole.length), { message: /damaged/ });
    damage(users);
    assert.throws(
      () => examineContent(file(), whole.length - 1),
      (error) => openError(error, file()) instanceof StoreOpenError,
    );
  });

  it("refuses a store from a newer Messenger, to readers too", async () => {
    await makeStore();
    const database = new SqliteDatabase(file());
    database.pragma("user_version = 99");
    database.close();
    assertRefused(/newer Messenger \(format 99, this one knows \d+\); update Messenger/);
    assert.throws(() => openSqliteReader(file()), { name: "StoreOpenError", message: /newer Messenger/ });
  });

  it("refuses it as well when only the log of a killed server says so", async () => {
    await makeStore();
    const kept = join(folder(), "kept");
    mkdirSync(kept);
    const database = new SqliteDatabase(file());
    database.pragma("journal_mode = WAL");
    database.pragma("user_version = 99");
    for (const name of ["m.db", "m.db-wal"]) copyFileSync(join(folder(), name), join(kept, name));
    database.close();
    const before = folderBytes(kept);
    assert.throws(() => openSqliteWriter(join(kept, "m.db")), { message: /newer Messenger/ });
    assert.deepEqual(folderBytes(kept), before);
  });

  it("refuses readers of a store that is older", async () => {
    await makeStore();
    const database = new SqliteDatabase(file());
    database.pragma("user_version = 1");
    database.close();
    assert.throws(() => openSqliteReader(file()), { name: "StoreOpenError", message: /has format 1, not/ });
  });

  it("refuses what cannot be a file", () => {
    const blocked = join(folder(), "plain");
    writeFileSync(blocked, "");
    assert.throws(() => openSqliteWriter(folder()), { name: "StoreOpenError", message: /is a folder; name a file/ });
    assert.throws(() => openSqliteWriter(join(blocked, "m.db")), { name: "StoreOpenError" });
  });

  it("refuses a store that it may not write, and a folder", async () => {
    await makeStore();
    chmodSync(file(), 0o444);
    chmodSync(folder(), 0o555);
    assertRefused(/cannot be written; look at the rights/, () => asOrdinaryUser(() => openSqliteWriter(file())));
    const other = join(folder(), "other.db");
    assert.throws(() => asOrdinaryUser(() => openSqliteWriter(other)), { message: /cannot be written/ });
    chmodSync(folder(), 0o700);
  });
});

/** Runs `body` as a user who is bound by the rights of files, which the administrator is not. */
function asOrdinaryUser<T>(body: () => T): T {
  if (process.getuid?.() !== 0) return body();
  process.seteuid?.(65_534);
  try {
    return body();
  } finally {
    process.seteuid?.(0);
  }
}
