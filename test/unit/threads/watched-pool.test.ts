// Threads that die or hang under real tasks.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WatchedPool } from "../../../src/threads/watched-pool.ts";
import type { FaultyTask } from "../../support/faulty-thread.ts";
import { eventually } from "../../support/eventually.ts";
import { range } from "../../support/lists.ts";
import { MemoryLog } from "../../support/memory-log.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const FILE = new URL("../../support/faulty-thread.js", import.meta.url);
/** Short, so that the test is; far beyond what an answer takes. */
const TASK_TIMEOUT_MS = 1_500;
const ANSWER: FaultyTask = { fault: "none" };

describe("WatchedPool", function () {
  this.timeout(30_000);
  const folder = tempDirPerTest();
  let log: MemoryLog;
  let pool: WatchedPool;

  beforeEach(() => {
    log = new MemoryLog();
    const shape = { file: FILE, threads: 2, tasksPerThread: 2, settings: {}, taskTimeoutMs: TASK_TIMEOUT_MS };
    pool = new WatchedPool(shape, log);
  });
  afterEach(() => pool.close());

  it("answers more tasks than there are slots", async () => {
    const answers = await Promise.all(range(1, 50).map(() => pool.run(ANSWER)));
    assert.deepEqual(new Set(answers), new Set(["answer"]));
  });

  for (const fault of ["die", "hang"] as const) {
    it(`runs a task again when its thread was lost (${fault}), and those that waited behind it`, async () => {
      const task: FaultyTask = { fault, onceFile: join(folder(), "once"), countFile: join(folder(), "count") };
      const others = range(1, 10).map(() => pool.runTwice(ANSWER));
      assert.equal(await pool.runTwice(task), "answer");
      assert.deepEqual(new Set(await Promise.all(others)), new Set(["answer"]));
      assert.equal(readFileSync(join(folder(), "count"), "utf8"), "..");
      assert.ok(log.entries.some(({ text }) => /runs again/.test(text)));
      assert.equal(
        log.entries.some(({ text }) => /hangs/.test(text)),
        fault === "hang",
      );
    });

    it(`rejects when both tries are lost (${fault}), and serves others afterwards`, async () => {
      const task: FaultyTask = { fault, countFile: join(folder(), "count") };
      await assert.rejects(pool.runTwice(task));
      assert.equal(readFileSync(join(folder(), "count"), "utf8"), "..");
      assert.equal(await pool.run(ANSWER), "answer");
    });
  }

  it("rejects after its end, and starts no thread any more", async () => {
    await pool.close();
    for (const late of [pool.run(ANSWER), pool.runTwice(ANSWER)]) await assert.rejects(late, /ended/);
    assert.deepEqual(log.entries, [], "nothing was lost with a thread");
  });
});

describe("WatchedPool with threads that are still loading", function () {
  this.timeout(30_000);
  const folder = tempDirPerTest();
  let log: MemoryLog;
  let pool: WatchedPool;

  beforeEach(() => {
    log = new MemoryLog();
    const file = new URL("../../support/gated-thread.js", import.meta.url);
    const shape = { file, threads: 2, tasksPerThread: 1, settings: { folder: folder() } };
    pool = new WatchedPool({ ...shape, taskTimeoutMs: TASK_TIMEOUT_MS }, log);
  });
  afterEach(() => pool.close());

  const gate = (): string => join(folder(), "gate");
  const openGate = (): void => writeFileSync(gate(), "");
  const loadedCount = (): number => readdirSync(folder()).filter((name) => name.startsWith("loaded")).length;

  it("ends none before it has loaded, at its close", async () => {
    const closed = pool.close();
    openGate();
    await closed;
    assert.equal(loadedCount(), 2);
  });

  it("nor one that has taken another's place", async () => {
    openGate();
    await eventually("both have loaded", () => loadedCount() === 2);
    rmSync(gate());
    await assert.rejects(pool.run("die"));
    const closed = pool.close();
    openGate();
    await closed;
    assert.equal(loadedCount(), 3);
  });

  it("nor one that seems to hang", async () => {
    const answer = pool.runTwice("answer");
    await eventually("the threads are to be replaced", () => log.entries.some(({ text }) => /hangs/.test(text)));
    openGate();
    assert.equal(await answer, "answer");
    await eventually("the new ones have loaded too", () => loadedCount() === 4);
  });
});
