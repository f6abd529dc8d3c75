// Request tasks of one turn of the event loop that are carried out together: in real threads, on a real store.
import assert from "node:assert/strict";
import { Pools, type ThreadFiles } from "../../../src/threads/pools.ts";
import { packPayloads } from "../../../src/threads/packing.ts";
import type { RequestTask, RequestTaskResult } from "../../../src/threads/task.ts";
import { range } from "../../support/lists.ts";
import { MemoryLog } from "../../support/memory-log.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const EXHAUSTING = new URL("../../support/exhausting-request-thread.js", import.meta.url);

describe("request tasks of one turn", function () {
  this.timeout(60_000);
  const folder = tempDirPerTest();
  let pools: Pools;
  let log: MemoryLog;

  async function open(requestThreads: number, files: Partial<ThreadFiles> = {}): Promise<void> {
    log = new MemoryLog();
    const settings = { storeUrl: "sqlite:test.db", dataDir: folder(), bcryptCost: 4, editWindowMs: 0, groupMembers: 9 };
    const sizes = { requestThreads, passwordThreads: 1 };
    pools = new Pools({ ...settings, registration: { kind: "open" }, directory: "everybody" }, sizes, log, files);
    assert.equal((await pools.openStore()).problem, undefined);
  }
  afterEach(() => pools.close());

  function task(...requests: object[]): RequestTask {
    const payloads = packPayloads(requests.map((request) => Buffer.from(JSON.stringify(request))));
    const unlimited = { limited: undefined, retryAfter: 0, loginRetryAfter: 0 };
    const identity = { userId: "a".repeat(24), username: "ann", tokenHash: "h", features: [] };
    return { framing: "lines", identity, payloads, verdict: undefined, ...unlimited };
  }

  /** Hands it over until it is begun. */
  async function request(one: RequestTask): Promise<RequestTaskResult> {
    return (await pools.request(one)) ?? request(one);
  }

  function answers({ replies }: RequestTaskResult): { id: number; code: number }[] {
    const lines = Buffer.from(replies).toString().trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as { id: number; code: number });
  }

  it("each get the answers to their own requests", async () => {
    await open(2);
    const results = await Promise.all(
      range(1, 25).map((id) => request(task({ action: "ping", id }, { action: "nonsense", id: -id }))),
    );
    for (const [index, result] of results.entries()) {
      const id = index + 1;
      // A task may end after its first request when time is up.
      assert.ok(result.consumed > 0);
      const expected = [
        [id, 200],
        [-id, 404],
      ];
      assert.deepEqual(
        answers(result).map((answer) => [answer.id, answer.code]),
        expected.slice(0, result.consumed),
      );
    }
  });

  it("are all carried out although those before them take longer than a bundle may", async () => {
    await open(2);
    // Each is so long that a bundle has time for a few of them only.
    const long = range(1, 400).map(() => ({ action: "common_chat", data: { limit: 200 } }));
    const results = await Promise.all(range(1, 60).map((id) => request(task(...long, { action: "ping", id }))));
    for (const result of results) {
      assert.ok(result.consumed > 0);
      assert.equal(answers(result).length, result.consumed);
    }
  });

  it("end with the answer that goes beyond what may be left unread", async () => {
    await open(1);
    const pings = range(1, 10).map((id) => ({ action: "ping", id }));
    const one = await request({ ...task(...pings), maxReplyBytes: 1 });
    assert.equal(one.consumed, 1);
    assert.equal(answers(one).length, 1);
  });

  it("are lost with their thread by the one that is to blame alone", async () => {
    await open(1, { request: EXHAUSTING });
    const texts = ["be there", "be there", "be there", "exhaust always", "be there", "be there"];
    const tasks = texts.map((text, id) => task({ action: "ping", id, data: { text } }));
    const results = await Promise.allSettled(tasks.map((one) => request(one)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"],
    );
    assert.ok(log.entries.some(({ text }) => /runs again/.test(text)));
  });
});
