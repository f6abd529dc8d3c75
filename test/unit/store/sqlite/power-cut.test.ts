// The power is cut between any two writes of the embedded store, or within one: the recorded writes of a real store are
// replayed up to every point on a disk that may have lost whatever was not synced.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { COMMON_CHAT } from "../../../../src/protocol/ids.ts";
import type { ChatId } from "../../../../src/protocol/ids.ts";
import type { Message } from "../../../../src/protocol/entities.ts";
import { MAX_PAGE } from "../../../../src/protocol/limits.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import { APPLICATION_ID, migrate } from "../../../../src/store/sqlite/schema.ts";
import type { StoreReader } from "../../../../src/store/store.ts";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { START_MS } from "../../../contract/fixture.ts";
import { contentsOf, Disk } from "../../../support/power-cut/disk.ts";
import type { Contents, Fate, Random } from "../../../support/power-cut/disk.ts";
import { compileRecorder, record } from "../../../support/power-cut/recording.ts";
import type { Operation } from "../../../support/power-cut/recording.ts";
import { ANNA, batch, BERT, DIRECT, STORY_OPTIONS, textsAfter, WORD } from "../../../support/power-cut/story.ts";
import { searchToEnd } from "../../../support/search.ts";
import { maintainAll } from "../../../support/maintain.ts";

/** Cuts that are tried of each story, evenly over its writes; MESSENGER_TEST_CUTS asks for more ("all": every one). */
const CUTS = process.env.MESSENGER_TEST_CUTS ?? "150";
const SEED = Number(process.env.MESSENGER_TEST_SEED ?? Date.now() % 2 ** 31);
/** Cuts after which the power is cut again. */
const SECOND_CUTS = CUTS === "all" ? 40 : 3;
/** The format in which read marks were a table of their own. */
const BEFORE_MEMBERS = 8;
const FATES: readonly Fate[] = ["kept", "lost", "torn"];
const STORY = join(import.meta.dirname, "../../../support/power-cut/story.js");
/** In memory where there is such a folder: a check syncs some times, and what is synced here need not outlive anything. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

describe("a power cut between any two writes of the embedded store", function () {
  this.timeout(CUTS === "all" ? 30 * 60_000 : 60_000);
  let folder = "";
  let recorder: string | undefined;

  before(function () {
    folder = mkdtempSync(join(SCRATCH, "messenger-power-"));
    recorder = compileRecorder(folder);
    if (recorder === undefined) this.skip();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a story as processes one after the other; what they and those before them did to the files below `root`. */
  const play = (to: { root: string; killAfter?: string }, ...parts: readonly (readonly string[])[]): Operation[] => {
    assert.ok(recorder);
    const { root, killAfter } = to;
    mkdirSync(root, { recursive: true });
    const store = [join(root, "data", "m.db"), join(root, "acknowledged")];
    const recording = { recorder, folder: root, file: `${root}.records`, killAfter };
    let operations: Operation[] = [];
    for (const part of parts) operations = record(recording, STORY, [...store, ...part]);
    return operations;
  };

  it("loses nothing acknowledged of a new store, of one that was closed, and of one that was killed", async () => {
    const root = join(folder, "new");
    const operations = play({ root }, ["0", "24", "close"], ["25", "34", "kill"], ["35", "40", "close"]);
    await cutEverywhere(root, new Map(), operations, 40);
  });

  it("loses nothing of an older store that is being brought up to date", async () => {
    const root = join(folder, "old");
    const before = makeStore(root, (database) => {
      database.pragma("journal_mode = WAL");
      migrate(database, 1);
    });
    await cutEverywhere(root, before, play({ root }, ["0", "8", "close"]), 8);
  });

  it("loses nothing of a store that has read marks and no members, with what was written by then", async () => {
    const root = join(folder, "before");
    const before = makeStore(root, (database) => {
      database.pragma("journal_mode = WAL");
      migrate(database, BEFORE_MEMBERS);
      writeAsBefore(database);
    });
    await cutEverywhere(root, before, play({ root }, ["1", "8", "close"]), 8, { acknowledged: 0 });
  });

  it("loses nothing of a backup that was put in place and is opened for the first time", async () => {
    const root = join(folder, "backup");
    const before = makeStore(root, migrate);
    await cutEverywhere(root, before, play({ root }, ["0", "8", "kill"], ["9", "9", "close"]), 9);
  });

  it("loses nothing when it is cut again while it recovers from a cut", () => cutTwice("twice", SEED));

  // With this seed the first cut leaves the folder of the store, and nothing in it.
  it("loses nothing when its empty folder alone was left by a cut", () => cutTwice("empty", 744_094_788));

  it("loses nothing of a store whose first start was killed when it had made the folder", () => killFirst("mkdir"));

  it("loses nothing of a store whose first start was killed when it had named the file", () => killFirst("rename"));

  /** The first start is killed after that call, with what it has not synced; the second one goes on. */
  async function killFirst(killAfter: string): Promise<void> {
    const root = join(folder, killAfter);
    play({ root, killAfter }, ["0", "0", "close"]);
    await cutEverywhere(root, new Map(), play({ root }, ["0", "2", "close"]), 2);
  }

  async function cutTwice(name: string, seed: number): Promise<void> {
    const root = join(folder, name);
    const operations = play({ root }, ["0", "9", "kill"]);
    const random = seeded(seed);
    for (let number = 1; number <= SECOND_CUTS; number++) {
      const disk = new Disk(root);
      let acknowledged = -1;
      for (const operation of operations.slice(0, Math.floor((operations.length * number) / SECOND_CUTS))) {
        disk.apply(operation);
        acknowledged = acknowledgedBy(operation, acknowledged);
      }
      const again = join(folder, `${name}-${number}`);
      disk.cut(again, "torn", random);
      const before = contentsOf(again);
      const last = acknowledged + 2;
      const recovery = play({ root: again }, [String(acknowledged + 1), String(last), "close"]);
      await cutEverywhere(again, before, recovery, last, { acknowledged, seed });
    }
  }

  /** Cuts the power after each of the operations (or some of them), and looks at what the disk has each time. */
  async function cutEverywhere(
    root: string,
    before: Contents,
    operations: Operation[],
    last: number,
    from: { readonly acknowledged?: number; readonly seed?: number } = {},
  ): Promise<void> {
    const { seed = SEED } = from;
    let { acknowledged = -1 } = from;
    const random = seeded(seed);
    const disk = new Disk(root, before);
    const every = CUTS === "all" ? 1 : Math.max(1, operations.length / Number(CUTS));
    let cuts = 0;
    for (const [index, operation] of operations.entries()) {
      disk.apply(operation);
      acknowledged = acknowledgedBy(operation, acknowledged);
      if (Math.floor(index / every) === Math.floor((index - 1) / every)) continue;
      for (const fate of CUTS === "all" ? FATES : [FATES[cuts % FATES.length] ?? "kept"]) {
        const target = join(folder, "cut");
        disk.cut(target, fate, random);
        await checkStore(join(target, "data", "m.db"), acknowledged, last).catch((error: unknown) => {
          throw new Error(`cut after operation ${index} (${operation.op}), ${fate}, seed ${seed}`, { cause: error });
        });
      }
      cuts++;
    }
    assert.equal(acknowledged, last, "the story was not told to its end");
    if (CUTS === "all") console.log(`      ${operations.length} operations, ${cuts * FATES.length} cuts`);
  }
});

/** What batch 0 of the story leaves in a store of that format. */
function writeAsBefore(database: Database.Database): void {
  const insert = database.prepare(
    "INSERT INTO users (id, user_id, username, username_key, password_hash, created_ms) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const mark = database.prepare("INSERT INTO marks (user, chat, read_seq) VALUES (?, 1, 0)");
  for (const [index, userId] of [ANNA, BERT].entries()) {
    const name = ["anna", "bert"][index] ?? "";
    insert.run(index + 1, userId, name, name, `hash of ${name}`, START_MS);
    mark.run(index + 1);
  }
}

/** Makes a store that was there before a story begins, and is on the disk. */
function makeStore(root: string, make: (database: Database.Database) => void): Contents {
  const file = join(root, "data", "m.db");
  mkdirSync(join(root, "data"), { recursive: true });
  const database = new SqliteDatabase(file);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  make(database);
  database.close();
  return contentsOf(root);
}

/** The last batch that was acknowledged when the operation was done; the story writes them to a file of their own. */
function acknowledgedBy(operation: Operation, before: number): number {
  if (operation.op !== "write") return before;
  const text = operation.data.length < 8 ? operation.data.toString() : "";
  return /^\d+\n$/.test(text) ? Number(text) : before;
}

/** Opens a store after a cut: it holds whole batches, all that were acknowledged, and at most one more. */
async function checkStore(file: string, acknowledged: number, last: number): Promise<void> {
  const writer = openSqliteWriter(file, STORY_OPTIONS);
  const reader = openSqliteReader(file, { shortWordScanCount: 0 });
  try {
    const stored = await storedBatches(reader);
    assert.ok(stored === acknowledged || stored === acknowledged + 1, `${stored} stored, ${acknowledged} acknowledged`);
    await assertStored(reader, stored);
    // What was not acknowledged is sent again, and the store goes on.
    for (let next = acknowledged + 1; next <= Math.min(acknowledged + 2, last); next++) {
      const outcomes = await writer.commit(batch(next), START_MS + next);
      assert.ok(outcomes.every((outcome) => outcome.done));
      await assertStored(reader, next);
    }
    await maintainAll(writer, 0);
    await assertStored(reader, Math.min(acknowledged + 2, last));
  } finally {
    await reader.close();
    await writer.close();
  }
}

/** The number of the last batch that is stored, by what the batch wrote last; -1 for none. */
async function storedBatches(reader: StoreReader): Promise<number> {
  const user = await reader.userById(ANNA);
  if (user === undefined) return -1;
  return user.profile.bio === "" ? 0 : Number(user.profile.bio.replace("batch ", ""));
}

async function assertStored(reader: StoreReader, last: number): Promise<void> {
  for (const chat of [COMMON_CHAT, DIRECT]) {
    const messages = await everything(reader, chat);
    const expected = textsAfter(last, chat);
    assert.deepEqual(
      messages.map(({ seq, message }) => [seq, message]),
      expected.map((text, index) => [index + 1, text]),
    );
    const { messages: found, hasMore } = await searchToEnd(reader, chat, WORD, undefined, MAX_PAGE);
    assert.ok(found.length === expected.length || (hasMore && found.length > 0), `${found.length} found`);
  }
  for (let number = 1; number <= last; number++) assert.ok(await reader.userByToken(`token ${number}`, 0));
}

async function everything(reader: StoreReader, chat: ChatId) {
  const messages: Message[] = [];
  for (let hasMore = true; hasMore;) {
    const after = messages.at(-1)?.seq ?? 0;
    const page = await reader.history(chat, { before: undefined, after, limit: MAX_PAGE });
    messages.push(...page.messages);
    ({ hasMore } = page);
  }
  return messages;
}

/** mulberry32. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
