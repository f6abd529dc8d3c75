// The log as a whole: both outputs, levels, days, and files that cannot be written.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createLogger } from "../../../src/log/winston-logger.ts";
import { DailyFile } from "../../../src/log/daily-file.ts";
import { range } from "../../support/lists.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Collects what would be on standard error. */
class Lines extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function entriesIn(folder: string): Record<string, unknown>[] {
  const lines = readdirSync(folder)
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean));
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

describe("createLogger", () => {
  const dir = tempDirPerTest();
  const noon = (): ManualClock => new ManualClock(new Date(2026, 0, 15, 12).getTime());

  it("writes readable lines and JSON lines, and all of them before close() resolves", async () => {
    const console = new Lines();
    const folder = join(dir(), "new", "logs");
    const log = createLogger({ level: "debug", folder, keepDays: 2, console, clock: noon() });
    for (let index = 0; index < 3000; index += 1) log.debug("counted", { index });
    log.child({ connection: 7 }).child({ user: "ann" }).warn("slow", { ms: 12, level: "forged" });
    await log.close();
    const entries = entriesIn(folder);
    assert.deepEqual(
      entries.slice(0, 3000).map(({ index }) => index),
      Array.from({ length: 3000 }, (_, index) => index),
    );
    const time = new Date(2026, 0, 15, 12).toISOString();
    assert.deepEqual(entries.at(-1), { time, level: "warn", text: "slow", connection: 7, user: "ann", ms: 12 });
    assert.equal(console.text.split("\n").length, 3002);
    assert.match(console.text, /WARN {2}slow connection=7 user=ann ms=12 level=forged\n$/);
  });

  it("writes JSON lines to the console too when asked, trouble with the file among them", async () => {
    const console = new Lines();
    writeFileSync(join(dir(), "logs"), "a file where the folder should be");
    const folder = join(dir(), "logs");
    const log = createLogger({ level: "info", format: "json", folder, keepDays: 1, console, clock: noon() });
    log.warn("slow", { user: "an\u202en", ms: 12 });
    await log.close();
    const lines = console.text.trimEnd().split("\n");
    const entries = lines.map((line): Record<string, unknown> => JSON.parse(line));
    const time = new Date(2026, 0, 15, 12).toISOString();
    assert.deepEqual(entries[0], { time, level: "warn", text: "slow", user: "an\u202en", ms: 12 });
    assert.match(String(entries[1]?.["text"]), /^the log file cannot be written/);
    assert.doesNotMatch(console.text, /\u202e/);
  });

  it("takes another level while it is in use", async () => {
    const console = new Lines();
    const log = createLogger({ level: "warn", folder: undefined, keepDays: 1, console });
    const child = log.child({ part: 1 });
    child.info("no");
    log.setLevel("info");
    child.info("yes");
    log.setLevel("error");
    child.warn("no");
    await log.close();
    assert.equal(console.text.match(/yes/g)?.length, 1);
    assert.doesNotMatch(console.text, /no/);
  });

  it("leaves out what is less important than its level", async () => {
    const console = new Lines();
    const log = createLogger({ level: "warn", folder: undefined, keepDays: 1, console });
    log.debug("no");
    log.info("no");
    log.warn("yes");
    log.error("yes");
    await log.close();
    assert.equal(console.text.match(/yes/g)?.length, 2);
    assert.doesNotMatch(console.text, /no/);
  });

  it("drops what is logged after close(), which may be called twice", async () => {
    const console = new Lines();
    const folder = join(dir(), "logs");
    const log = createLogger({ level: "info", folder, keepDays: 1, console });
    log.info("kept");
    await Promise.all([log.close(), log.close()]);
    log.error("late");
    assert.equal(entriesIn(folder).length, 1);
    assert.doesNotMatch(console.text, /late/);
  });

  it("goes on without a file that cannot be written, and says so once", async () => {
    const console = new Lines();
    writeFileSync(join(dir(), "logs"), "a file where the folder should be");
    const log = createLogger({ level: "info", folder: join(dir(), "logs"), keepDays: 1, console });
    log.info("first");
    log.info("second");
    await log.close();
    assert.match(console.text, /first/);
    assert.match(console.text, /second/);
    assert.equal(console.text.match(/ERROR the log file cannot be written: EEXIST/g)?.length, 1);
  });

  it("survives a standard error that is gone", async () => {
    const console = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    const folder = join(dir(), "logs");
    const log = createLogger({ level: "info", folder, keepDays: 1, console });
    log.info("first");
    log.info("second");
    await log.close();
    assert.equal(entriesIn(folder).length, 2);
  });
});

describe("DailyFile", () => {
  const dir = tempDirPerTest();

  function open(clock: ManualClock, options: { steadyClock?: ManualClock; maxDayBytes?: number } = {}) {
    const troubles: (string | undefined)[] = [];
    const onTrouble = (trouble: string | undefined): void => void troubles.push(trouble);
    const file = new DailyFile({ folder: dir(), keepDays: 3, clock, steadyClock: clock, onTrouble, ...options });
    const write = (line: string): Promise<void> => new Promise((resolve) => file.write(line, () => resolve()));
    return { file, write, troubles };
  }

  it("begins a file each day and deletes those that are too old, nothing else", async () => {
    const clock = new ManualClock(new Date(2026, 0, 30, 12).getTime());
    const { write } = open(clock);
    writeFileSync(join(dir(), "messenger-2025-12-31.jsonl"), "old");
    writeFileSync(join(dir(), "notes-2025-12-31.jsonl"), "not ours");
    for (let day = 0; day < 5; day += 1) {
      await write(`day ${day}\n`);
      clock.advance(DAY_MS);
    }
    const days = ["2026-02-01", "2026-02-02", "2026-02-03"].map((day) => `messenger-${day}.jsonl`);
    assert.deepEqual(readdirSync(dir()).sort(), [...days, "notes-2025-12-31.jsonl"]);
    assert.equal(readFileSync(join(dir(), "messenger-2026-02-03.jsonl"), "utf8"), "day 4\n");
  });

  it("writes again as soon as the folder is there again", async () => {
    const clock = new ManualClock();
    const { write } = open(clock);
    await write("first\n");
    rmSync(dir(), { recursive: true });
    await write("second\n");
    assert.equal(readdirSync(dir()).length, 1);
  });

  it("tells of trouble once, and once of its end", async function () {
    const { write, troubles } = open(new ManualClock());
    const folder = join(dir());
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    await write("lost\n");
    await write("lost\n");
    assert.equal(troubles.length, 1);
    rmSync(folder);
    mkdirSync(folder);
    await write("kept\n");
    await write("kept\n");
    assert.deepEqual(troubles.slice(1), [undefined]);
  });

  it("stops for the day at its largest size, counting what was there before", async () => {
    const clock = new ManualClock();
    await open(clock).write("0123456789\n");
    const { write, troubles } = open(clock, { maxDayBytes: 25 });
    for (let line = 0; line < 4; line += 1) await write("0123456789\n");
    assert.match(troubles[0] ?? "", /reached its limit of 25 bytes/);
    clock.advance(DAY_MS);
    await write("0123456789\n");
    const sizes = readdirSync(dir()).map((name) => readFileSync(join(dir(), name)).length);
    assert.deepEqual(sizes, [22, 11]);
  });

  it("leaves room for what is graver, and says once that it leaves out the rest", async () => {
    const clock = new ManualClock();
    const { file, write, troubles } = open(clock, { maxDayBytes: 100 });
    await write("x".repeat(74));
    assert.ok(file.isReady("info"));
    await write("y\n");
    for (const _ of range(1, 3)) assert.deepEqual([file.isReady("debug"), file.isReady("info")], [false, false]);
    assert.ok(file.isReady("warn") && file.isReady("error"));
    await write("z".repeat(12));
    assert.deepEqual([file.isReady("warn"), file.isReady("error")], [false, true]);
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? "", /near its limit of 100 bytes/);
    clock.advance(DAY_MS);
    assert.ok(file.isReady("debug"), "tomorrow has a file of its own");
  });

  it("counts again when its file was moved away", async () => {
    const { file, write } = open(new ManualClock(), { maxDayBytes: 100 });
    await write("x".repeat(80));
    assert.ok(!file.isReady("info"));
    const [name = ""] = readdirSync(dir());
    renameSync(join(dir(), name), join(dir(), "moved"));
    await write("warning\n");
    assert.ok(file.isReady("info"));
  });

  it("deletes nothing by a clock that jumps, or has just begun", async () => {
    const [clock, steady] = [new ManualClock(new Date(2026, 0, 30, 12).getTime()), new ManualClock()];
    steady.advance(clock.now() - steady.now());
    const { write } = open(clock, { steadyClock: steady });
    writeFileSync(join(dir(), "messenger-2026-01-28.jsonl"), "the day before yesterday");
    writeFileSync(join(dir(), "messenger-2026-01-02.jsonl"), "old");
    await write("at the start it is not known whether the clock is right\n");
    assert.ok(existsSync(join(dir(), "messenger-2026-01-02.jsonl")));
    clock.advance(366 * DAY_MS);
    steady.advance(3_600_000);
    await write("in a year\n");
    assert.ok(existsSync(join(dir(), "messenger-2026-01-28.jsonl")), "old by a clock that has jumped");
    assert.ok(!existsSync(join(dir(), "messenger-2026-01-02.jsonl")), "old by both clocks");
    clock.advance(-366 * DAY_MS);
    await write("and back\n");
    assert.ok(existsSync(join(dir(), "messenger-2026-01-28.jsonl")));
  });

  it("keeps its files and its folder from other users, whatever the umask", async function () {
    if (process.platform === "win32") return;
    const before = process.umask(0);
    try {
      const { write } = open(new ManualClock());
      rmSync(dir(), { recursive: true });
      await write("first\n");
      const [name = ""] = readdirSync(dir());
      assert.equal(statSync(join(dir(), name)).mode & 0o777, 0o600);
      assert.equal(statSync(dir()).mode & 0o777, 0o700);
    } finally {
      process.umask(before);
    }
  });
});
