// The slow lane: how many tasks at a time, in which turns, and how much is answered; with threads that the test plays.
import assert from "node:assert/strict";
import { SlowLane } from "../../../src/threads/slow-lane.ts";
import type { RequestTask, RequestTaskResult } from "../../../src/threads/task.ts";
import { eventually } from "../../support/eventually.ts";

describe("SlowLane", () => {
  let lane: SlowLane;
  let openCount: number;
  let ends: ((answerBytes: number) => void)[];

  beforeEach(() => {
    openCount = 0;
    ends = [];
    const runTwice = (): Promise<unknown> =>
      new Promise((resolve) => {
        ends.push((bytes) => resolve({ ...NOTHING, replies: new Uint8Array(bytes) }));
      });
    const open = () => {
      openCount += 1;
      return { runTwice, close: () => Promise.resolve() };
    };
    lane = new SlowLane(open, 2);
  });
  afterEach(() => lane.close());

  const NOTHING: RequestTaskResult = {
    consumed: 1,
    replies: new Uint8Array(0),
    effects: [],
    writes: undefined,
    passwordRequest: undefined,
    costMs: 0,
  };
  const TASK: RequestTask = {
    framing: "lines",
    identity: undefined,
    payloads: new ArrayBuffer(0),
    limited: undefined,
    retryAfter: 0,
    loginRetryAfter: 0,
    verdict: undefined,
  };
  let lastId = 0;
  const run = (account: string, isClosed = false) =>
    lane.run(TASK, { account, connection: { id: (lastId += 1), isClosed } });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("has no threads until it needs them, and few tasks under way", async () => {
    assert.equal(openCount, 0);
    const results = ["a", "b", "c"].map((account) => run(account));
    await settle();
    assert.deepEqual([openCount, ends.length], [1, 2]);
    ends[0]?.(0);
    await settle();
    assert.equal(ends.length, 3);
    for (const end of ends) end(0);
    assert.deepEqual(
      (await Promise.all(results)).map(({ consumed }) => consumed),
      [1, 1, 1],
    );
  });

  it("rests after long answers, and goes on by itself", async () => {
    const results = ["a", "b", "c", "d"].map((account) => run(account));
    ends[0]?.(4 * 1024 * 1024);
    ends[1]?.(0);
    await results[0];
    await results[1];
    await settle();
    assert.equal(ends.length, 2);
    await eventually("the next begin", () => ends.length === 4);
    for (const end of ends) end(0);
    await Promise.all(results);
  });

  it("does nothing for who has gone", async () => {
    const first = [run("a"), run("a")];
    const gone = run("b", true);
    ends[0]?.(0);
    assert.equal((await gone).consumed, 0);
    assert.equal(ends.length, 2);
    ends[1]?.(0);
    await Promise.all(first);
  });
});
