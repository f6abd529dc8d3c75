// Log entries of a store that refuses writes.
import assert from "node:assert/strict";
import { StoreOutageLog } from "../../../src/threads/store-outage-log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryLog } from "../../support/memory-log.ts";

describe("the log of a store that refuses writes", () => {
  it("says when it begins, each minute while it lasts, and when it is over, whatever number of batches", () => {
    const log = new MemoryLog();
    const clock = new ManualClock();
    const trouble = new StoreOutageLog(log, clock);
    const said = (): unknown[] => log.entries.splice(0).map(({ level, fields }) => [level, fields["refusedWrites"]]);
    trouble.stored();
    assert.deepEqual(said(), []);
    for (let batch = 0; batch < 90; batch++) {
      trouble.refused(new Error("full"), 2);
      clock.advance(1000);
    }
    assert.deepEqual(said(), [
      ["error", 2],
      ["error", 122],
    ]);
    trouble.refused(new Error("read-only"), 1);
    trouble.stored();
    trouble.stored();
    trouble.refused(new Error("read-only"), 1);
    assert.deepEqual(said(), [
      ["error", 181],
      ["info", 181],
      ["error", 1],
    ]);
  });
});
