// Sending, editing and deleting over connections that are cut and held up, to servers that restart: in the end everybody
// has what a fresh fetch has. More sequences: MESSENGER_TEST_SEQUENCES=1000, other ones: MESSENGER_TEST_SEED=1.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ChangePlay } from "../support/change-play.ts";
import { playStep, type PlayStep } from "../support/change-steps.ts";

const SEQUENCES = Number(process.env["MESSENGER_TEST_SEQUENCES"] ?? 2);
const SEED = Number(process.env["MESSENGER_TEST_SEED"] ?? 20_261_130);

/** Changes of what is not there yet for those who do not read. */
const STUFFED: PlayStep[] = [
  { kind: "send", at: 0, common: true, count: 30 },
  { kind: "wait" },
  { kind: "hold", at: 1 },
  { kind: "stuff" },
  { kind: "flood-changes" },
  { kind: "edit", at: 0, common: true, back: 0 },
  { kind: "flood" },
  { kind: "cut", at: 2 },
  { kind: "flood-changes" },
  { kind: "wait" },
];

describe("messages that change, whatever happens to connections and server", function () {
  this.timeout(60_000 + SEQUENCES * 20_000);

  it("are the same in the end for every client, and as a fresh fetch has them", async () => {
    const sum = { sequences: 0, messages: 0, changes: 0, changedEvents: 0, gaps: 0, gapsOfChanges: 0, logins: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(playStep, { minLength: 50, maxLength: 80, size: "max" }), async (steps) => {
        const play = await ChangePlay.begin();
        try {
          for (const step of steps) await play.step(step);
          await play.compare();
          sum.sequences += 1;
          for (const [name, count] of Object.entries(play.counts)) sum[name as keyof typeof play.counts] += count;
        } finally {
          await play.end();
        }
      }),
      { seed: SEED, numRuns: SEQUENCES + 1, endOnFailure: true, examples: [[STUFFED]] },
    );
    if (process.env["MESSENGER_TEST_SEQUENCES"] !== undefined) console.log(sum);
    const { changes, gaps, gapsOfChanges, logins } = sum;
    assert.ok(
      changes >= 4 * SEQUENCES && gaps >= 1 && gapsOfChanges >= 1 && logins > 4 * SEQUENCES,
      `too little to say anything: ${JSON.stringify(sum)}`,
    );
  });
});
