// A store that is slower than what is written: bounded memory, 503 by the rule in docs/reliability.md, nothing lost.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GroupCommit } from "../../src/server/commit/group-commit.ts";
import { CommitPacer } from "../../src/server/commit/commit-pacer.ts";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { openReader } from "../../src/store/open.ts";
import { monotonicClock } from "../../src/util/clock.ts";
import { Pools } from "../../src/threads/pools.ts";
import type { GroupResult } from "../../src/threads/task.ts";
import { range } from "../support/lists.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { appendOf, codesOf, groupOf, userOf } from "../support/pending-writes.ts";
import { useServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const SLOW_THREAD = new URL("../support/slow-storage-thread.js", import.meta.url);
const MIB = 1024 * 1024;
const ANN = "a".repeat(24);

describe("writes that wait for a slow store", function () {
  this.timeout(60_000);
  const folder = tempDirPerTest();
  let log: MemoryLog;
  let pools: Pools;

  beforeEach(async () => {
    log = new MemoryLog();
    const settings = { storeUrl: "sqlite:test.db", dataDir: folder(), bcryptCost: 4, editWindowMs: 0, groupMembers: 9 };
    const sizes = { requestThreads: 1, passwordThreads: 1 };
    pools = new Pools({ ...settings, registration: { kind: "open" }, directory: "everybody" }, sizes, log, {
      storage: SLOW_THREAD,
    });
    assert.equal((await pools.openStore()).problem, undefined);
  });
  afterEach(() => pools.close());

  const onCommitted = (): undefined => undefined;
  const hold = (): void => writeFileSync(join(folder(), "held"), "");
  const release = (): void => rmSync(join(folder(), "held"), { force: true });

  async function storedCount(): Promise<number> {
    const reader = await openReader("sqlite:test.db", { dataDir: folder() });
    const { lastSeq } = await reader.history(COMMON_CHAT, { before: undefined, after: undefined, limit: 1 });
    await reader.close();
    return lastSeq;
  }

  it("are at most 32 MiB; what comes then is refused at once, and all else is stored", async () => {
    const commits = new GroupCommit({ pools, pacer: new CommitPacer(monotonicClock), log, onCommitted });
    await commits.submit(groupOf(userOf(ANN, "ann")));
    hold();
    const text = "x".repeat(8_000);
    const results: Promise<GroupResult>[] = [];
    let refusedBytes = 0;
    for (const group of range(1, 750)) {
      const writes = range(1, 8).map((index) => appendOf(ANN, `m${group}-${index}`, COMMON_CHAT, text));
      const packed = groupOf(...writes);
      const before = commits.waitingBytes;
      results.push(commits.submit(packed));
      if (commits.waitingBytes === before && results.length > 1) refusedBytes += packed.writes.length;
      assert.ok(commits.waitingBytes <= 32 * MIB, `${commits.waitingBytes} bytes wait`);
    }
    assert.ok(refusedBytes > 8 * MIB, "more came than may wait");
    const last = results.at(-1);
    assert.ok(last !== undefined);
    assert.deepEqual(new Set(codesOf(await last)), new Set([503]), "it is refused while the store stands still");
    release();
    const codes = (await Promise.all(results)).flatMap(codesOf);
    const acknowledged = codes.filter((code) => code === 200).length;
    assert.equal(codes.filter((code) => code === 503).length, codes.length - acknowledged);
    assert.ok(acknowledged * text.length > 30 * MIB);
    assert.equal(commits.waitingBytes, 0);
    assert.equal(await storedCount(), acknowledged);
    assert.equal(log.entries.filter(({ text: entry }) => /slower than what is written/.test(entry)).length, 1);
    assert.deepEqual(codesOf(await commits.submit(groupOf(appendOf(ANN, "after")))), [200]);
    await commits.drain();
  });

  it("are refused when they have waited for too long for their batch; what the store has begun is waited for", async () => {
    const limits = { maxWaitingBytes: MIB, maxWaitMs: 200 };
    const commits = new GroupCommit({ pools, pacer: new CommitPacer(monotonicClock), log, limits, onCommitted });
    await commits.submit(groupOf(userOf(ANN, "ann")));
    hold();
    const begun = commits.submit(groupOf(appendOf(ANN, "begun")));
    while (commits.waitingBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    const late = await Promise.all(
      ["one", "two", "three"].map((name) => commits.submit(groupOf(appendOf(ANN, name), appendOf(ANN, `${name}-2`)))),
    );
    assert.deepEqual(late.flatMap(codesOf), Array<number>(6).fill(503));
    assert.equal(commits.waitingBytes, 0);
    release();
    assert.deepEqual(codesOf(await begun), [200]);
    assert.deepEqual(codesOf(await commits.submit(groupOf(appendOf(ANN, "one")))), [200]);
    assert.equal(await storedCount(), 2);
    await commits.drain();
  });
});

describe("a server with a slow store", function () {
  this.timeout(60_000);
  const off = { requestRatePerSec: 0, byteRatePerSec: 0 };
  const server = useServer({ ...off, workers: 1 }, undefined, { storage: SLOW_THREAD });

  it("lets senders wait, reads no more of who sends on, serves what reads, and loses nothing acknowledged", async () => {
    const { data } = server().config;
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    writeFileSync(join(data, "held"), "");
    const message = "x".repeat(8_000);
    const frame = (id: string): Buffer =>
      ann.client.frame({ action: "add_message", id, data: { chat_id: "common", message, message_id: id } });
    const count = 3_000;
    ann.client.raw(Buffer.concat(range(1, count).map((index) => frame(`m${index}`))));
    for (const _ of range(1, 50)) await ben.ok("common_chat", {});
    const unsentBytes = ann.client.socket.writableLength;
    assert.ok(unsentBytes > 4 * MIB, `only ${unsentBytes} bytes wait at the sender`);
    writeFileSync(join(data, "delay"), "20");
    rmSync(join(data, "held"));
    const codes: number[] = [];
    for (const _ of range(1, count)) codes.push((await ann.client.replies.next(30_000)).code);
    rmSync(join(data, "delay"));
    const acknowledged = codes.filter((code) => code === 200).length;
    assert.ok(acknowledged > 0);
    assert.equal(codes.filter((code) => code === 503).length, count - acknowledged);
    assert.equal((await ben.ok("common_chat", { limit: 1 })).length, acknowledged);
  });
});
