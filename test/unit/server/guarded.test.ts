// Faults in code that serves display only: they are logged, and nothing else happens.
import assert from "node:assert/strict";
import { ThrottledLog } from "../../../src/log/throttled-log.ts";
import { LogTap } from "../../../src/server/admin/log-tap.ts";
import { Sampler } from "../../../src/server/admin/sampler.ts";
import { guarded } from "../../../src/server/guarded.ts";
import { Metrics } from "../../../src/server/metrics.ts";
import { eventually } from "../../support/eventually.ts";
import { range } from "../../support/lists.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const fail = (): never => {
  throw new Error("no descriptor is left");
};

describe("a fault beside the service", () => {
  it("is logged once a minute and goes no further", () => {
    const log = new MemoryLog();
    const acts = new ThrottledLog(log, new ManualClock());
    for (const _ of range(1, 100)) guarded(acts, "the sampler", fail);
    assert.equal(log.errors.length, 1);
    assert.match(log.errors[0] ?? "", /no descriptor is left/);
    acts.flush();
  });

  it("does not stop the samples when it is one of them, or of who is told", async () => {
    const log = new MemoryLog();
    const acts = new ThrottledLog(log, new ManualClock());
    let isFailing = true;
    const gauges = () => (isFailing ? fail() : { connections: 1, sessions: 1, queuedBytes: 0 });
    const sampler = new Sampler(new Metrics(), gauges, acts);
    sampler.onSample.on("sample", fail);
    const timer = setInterval(() => undefined, 1_000); // the sampler's own keeps no process alive
    sampler.start();
    try {
      await eventually("a sample fails", () => log.errors.length === 1);
      isFailing = false;
      await eventually("a sample is taken", () => sampler.samples.length === 1);
    } finally {
      clearInterval(timer);
      sampler.stop();
      acts.flush();
    }
  });

  it("does not reach who logs: neither what cannot be shown nor who fails to show it", () => {
    const memory = new MemoryLog();
    const tap = new LogTap(memory);
    const circle: Record<string, unknown> = { bytes: 1n };
    circle["circle"] = circle;
    const told: string[] = [];
    tap.onRecord.on("record", (record) => void told.push(JSON.stringify(record)));
    tap.warn("odd fields", circle);
    assert.match(told[0] ?? "", /odd fields/);
    tap.onRecord.on("record", fail);
    tap.info("nobody hears of the listener's fault");
    assert.match(memory.errors[0] ?? "", /could not be shown/);
  });
});
