// The pacer lets a lone message through at once, and lets requests and messages gather under load.
import assert from "node:assert/strict";
import { CommitPacer, type RequestSource } from "../../../../src/server/commit/commit-pacer.ts";

/** True when the promise has settled after the immediates and microtasks that are due now, without any timer. */
async function isSettled(promise: Promise<void> | undefined): Promise<boolean> {
  let settled = promise === undefined;
  void promise?.then(() => (settled = true));
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

/** True when the promise has settled after the microtasks that are due now: no timer can have ended meanwhile. */
async function isSettledAtOnce(promise: Promise<void> | undefined): Promise<boolean> {
  let settled = promise === undefined;
  void promise?.then(() => (settled = true));
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return settled;
}

describe("CommitPacer", () => {
  let nowMs = 0;
  const clock = { now: () => nowMs };
  let pacer: CommitPacer;

  beforeEach(() => {
    nowMs = 1_000;
    pacer = new CommitPacer(clock);
  });

  const source = (requestCount: number): RequestSource => ({ requestCount });

  it("lets a lone round and its requests begin without any timer", async () => {
    assert.equal(pacer.admit(source(1)), undefined);
    assert.equal(await isSettled(pacer.gather()), true);
  });

  it("waits for the tasks under way, and not for those that begin later", async () => {
    const firstEnds = pacer.taskBegins();
    const secondEnds = pacer.taskBegins();
    const round = pacer.gather();
    pacer.taskBegins();
    firstEnds();
    assert.equal(await isSettledAtOnce(round), false);
    secondEnds();
    assert.equal(await isSettled(round), true);
  });

  it("takes along what a task submits right after its end", async () => {
    const taskEnds = pacer.taskBegins();
    let isSubmitted = false;
    const task = Promise.resolve().then(taskEnds);
    void task
      .then(() => undefined)
      .then(() => undefined)
      .then(() => (isSubmitted = true));
    await pacer.gather();
    assert.ok(isSubmitted);
  });

  it("begins in spite of a task that does not end", async () => {
    pacer.taskBegins();
    await pacer.gather();
  });

  it("waits after a commit for a share of what the last fan-out took, and no more once its time has passed", async () => {
    pacer.deliveryTook(5);
    pacer.committed(1);
    const round = pacer.gather();
    assert.equal(await isSettledAtOnce(round), false);
    await round; // its timer
    nowMs += 3.6;
    assert.equal(await isSettled(pacer.gather()), true);
  });

  it("waits longer the more messages there were, but not without bound", async () => {
    pacer.deliveryTook(1_000);
    for (const [messageCount, gapMs] of [
      [1, 5.1],
      [100, 15],
      [10_000, 25],
    ] as const) {
      pacer.committed(messageCount);
      nowMs += gapMs - 1;
      const round = pacer.gather();
      assert.equal(await isSettledAtOnce(round), false, `${messageCount} messages`);
      await round; // its timer
      nowMs += 1;
      assert.equal(await isSettled(pacer.gather()), true, `${messageCount} messages`);
    }
  });

  it("holds requests back for the gap, and lets the commit wait for them", async () => {
    pacer.deliveryTook(1_000);
    pacer.committed(32); // so that it is waited for long
    const turn = pacer.admit(source(1));
    let taskEnds = (): void => undefined;
    const began = turn?.then(() => (taskEnds = pacer.taskBegins()));
    const round = pacer.gather();
    assert.equal(await isSettledAtOnce(turn), false);
    await began;
    nowMs += 10;
    assert.equal(await isSettled(round), false, "the task has not brought its writes");
    taskEnds();
    assert.equal(await isSettled(round), true);
  });

  it("holds requests back during a commit after many messages, but not for long", async () => {
    pacer.committed(31);
    pacer.committing();
    assert.equal(pacer.admit(source(1)), undefined, "after few messages");
    pacer.committed(32);
    pacer.committing();
    const turn = pacer.admit(source(1));
    assert.equal(await isSettledAtOnce(turn), false);
    nowMs += 25;
    await turn;
    assert.equal(pacer.admit(source(1)), undefined, "the store is slow, and who only reads goes on");
  });

  it("is not put off by requests that come while others wait", async () => {
    pacer.deliveryTook(1_000);
    pacer.committed(1);
    let isResolved = false;
    void pacer.admit(source(1))?.then(() => (isResolved = true));
    // The clock stands still, so a timer that started again with each of them would never end.
    for (let count = 0; !isResolved; count += 1) {
      assert.ok(count < 200_000, "it goes on only when nobody asks");
      await new Promise((resolve) => setImmediate(resolve));
      void pacer.admit(source(1));
    }
  });

  it("waits once for a task that takes long", async () => {
    pacer.taskBegins();
    await pacer.gather();
    assert.equal(await isSettled(pacer.gather()), true);
    const shortEnds = pacer.taskBegins();
    const round = pacer.gather();
    shortEnds();
    assert.equal(await isSettled(round), true, "nor do those after it wait for it again");
  });

  it("has no gap when enough requests wait", async () => {
    pacer.deliveryTook(1_000);
    pacer.committed(32);
    pacer.committing();
    const turns = [pacer.admit(source(250)), pacer.admit(source(250))];
    pacer.committed(1_000);
    for (const turn of turns) await turn;
    assert.equal(await isSettled(pacer.gather()), true);
  });

  it("lets about a thousand requests through in one turn, those that have waited for longest first", async () => {
    pacer.committed(32);
    pacer.committing();
    const turns = [700, 300, 700, 300].map((requestCount) => pacer.admit(source(requestCount)));
    pacer.committed(32);
    await turns[1];
    assert.equal(await isSettledAtOnce(turns[2]), false, "they wait for the commit of those before them");
    const late = pacer.admit(source(1));
    assert.equal(await isSettledAtOnce(late), false, "nobody overtakes");
    pacer.committed(32);
    for (const turn of [...turns, late]) await turn;
  });
});
