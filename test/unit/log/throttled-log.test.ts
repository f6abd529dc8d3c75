// Entries that strangers can cause at will: one at once, then one a minute with the number.
import assert from "node:assert/strict";
import { ThrottledLog } from "../../../src/log/throttled-log.ts";
import { range } from "../../support/lists.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const MINUTE_MS = 60_000;

describe("ThrottledLog", () => {
  const make = () => {
    const [log, clock] = [new MemoryLog(), new ManualClock()];
    return { log, clock, acts: new ThrottledLog(log, clock) };
  };

  it("has one entry a minute of somebody who goes on, with the number of acts", () => {
    const { log, clock, acts } = make();
    for (const index of range(1, 6_000)) {
      acts.write("warn", "refused", "192.0.2.1", { address: "192.0.2.1", index });
      clock.advance(30); // three minutes in all
    }
    acts.flush();
    const counts = log.entries.map(({ fields }) => Number(fields["times"] ?? 1));
    assert.equal(log.entries.length, 4);
    assert.deepEqual(log.entries[0]?.fields, { address: "192.0.2.1", index: 1 });
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      6_000,
    );
  });

  it("tells the acts of each apart, and each kind of act", () => {
    const { log, acts } = make();
    for (const who of ["192.0.2.1", "192.0.2.2"]) {
      for (const text of ["refused", "closed"]) for (const _ of range(1, 3)) acts.write("info", text, who, { who });
    }
    assert.equal(log.entries.length, 4);
    acts.flush();
    assert.equal(log.entries.filter(({ fields }) => fields["times"] === 2).length, 4);
  });

  it("says nothing more of somebody who stops, and speaks at once when that one comes back", () => {
    const { log, clock, acts } = make();
    const act = (): void => acts.write("warn", "refused", "192.0.2.1", {});
    act();
    clock.advance(MINUTE_MS);
    act();
    assert.deepEqual(
      log.entries.map(({ fields }) => fields["times"]),
      [undefined, undefined],
    );
  });

  it("shows as many as it is told to before it counts", () => {
    const { log, acts } = make();
    for (const index of range(1, 12)) acts.write("info", "session began", "ann", { index }, 10);
    acts.flush();
    assert.deepEqual(
      log.entries.map(({ fields }) => fields["times"] ?? fields["index"]),
      [...range(1, 10), 2],
    );
  });

  it("is bounded in what it remembers, whoever comes", () => {
    const { log, acts } = make();
    for (const index of range(1, 5_000)) acts.write("warn", "refused", `2001:db8:${index}::`, { index });
    assert.ok(log.entries.length <= 1_001);
    acts.flush();
    const last = log.entries.at(-1);
    assert.deepEqual(last?.fields, { from: "many", times: 3_999 });
  });
});
