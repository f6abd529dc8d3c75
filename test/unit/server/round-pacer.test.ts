// The pacer lets a lone message through at once, and lets messages gather under load.
import assert from "node:assert/strict";
import { RoundPacer } from "../../../src/server/round-pacer.ts";

/** True when the promise has settled after the microtasks that are due now, without any timer. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return settled;
}

describe("RoundPacer", () => {
  let nowMs = 0;
  const clock = { now: () => nowMs };

  it("lets a lone round begin without any timer", async () => {
    assert.equal(await isSettled(new RoundPacer(clock).nextRound()), true);
  });

  it("waits for the tasks under way, and not for those that begin later", async () => {
    const pacer = new RoundPacer(clock);
    const firstEnds = pacer.taskBegins();
    const secondEnds = pacer.taskBegins();
    const round = pacer.nextRound();
    pacer.taskBegins();
    firstEnds();
    assert.equal(await isSettled(round), false);
    secondEnds();
    assert.equal(await isSettled(round), true);
  });

  it("begins in spite of a task that does not end", async () => {
    const pacer = new RoundPacer(clock);
    pacer.taskBegins();
    await pacer.nextRound();
  });

  it("waits after a commit for as long as the last fan-out took, and no more once its time has passed", async () => {
    const pacer = new RoundPacer(clock);
    pacer.fanoutTook(3);
    pacer.committed(1);
    assert.equal(await isSettled(pacer.nextRound()), false);
    nowMs += 3;
    assert.equal(await isSettled(pacer.nextRound()), true);
  });

  it("waits longer the more messages there were, but not without bound", async () => {
    const pacer = new RoundPacer(clock);
    pacer.fanoutTook(1_000);
    for (const [messageCount, gapMs] of [
      [1, 5.1],
      [100, 15],
      [10_000, 25],
    ] as const) {
      pacer.committed(messageCount);
      nowMs += gapMs - 1;
      const round = pacer.nextRound();
      assert.equal(await isSettled(round), false, `${messageCount} messages`);
      await round; // its timer
      nowMs += 1;
      assert.equal(await isSettled(pacer.nextRound()), true, `${messageCount} messages`);
    }
  });
});
