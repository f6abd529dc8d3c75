// The server killed under load, several times: nothing that was acknowledged is lost, nothing doubled, no holes.
import assert from "node:assert/strict";
import { runKillRounds } from "../support/kill-rounds.ts";

/** More of them by `node scripts/kill-rounds.mjs 20`. */
const ROUNDS = 3;

describe("a server killed under load", () => {
  it("has lost, doubled and left out nothing", async () => {
    const { acknowledged, serviceGapsMs, ...faults } = await runKillRounds(ROUNDS);
    assert.deepEqual(faults, { rounds: ROUNDS, lost: 0, doubled: 0, holes: 0, phantoms: 0 });
    assert.ok(acknowledged >= ROUNDS * 400, `${acknowledged} acknowledged`);
    assert.equal(serviceGapsMs.length, ROUNDS - 1);
  }).timeout(60_000);
});
