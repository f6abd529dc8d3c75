// The curves of the last 10 minutes: steps, peaks, gaps, and what falls out of the window.
import assert from "node:assert/strict";
import { AdminSamples, niceCeiling, WINDOW_MS } from "../../../../src/client/models/admin-samples.ts";
import type { Sample } from "../../../../src/protocol/admin.ts";

const NOW_MS = 1_800_000_000_000;

function sample(timeMs: number, messages: number, latencyMs: number | null = null): Sample {
  return {
    time_ms: timeMs,
    requests_per_sec: 0,
    messages_per_sec: messages,
    deliveries_per_sec: 0,
    latency_p50_ms: latencyMs,
    latency_p99_ms: latencyMs,
    commit_ms: null,
    batch_size: null,
    loop_delay_p99_ms: 0,
    cpu: 0,
    rss_bytes: 0,
    queued_bytes: 0,
    connections: 0,
    sessions: 0,
  };
}

describe("AdminSamples", () => {
  it("shows the highest value of each step, the latest at the end", () => {
    const samples = new AdminSamples();
    for (let second = 0; second < 600; second += 1) samples.add(sample(NOW_MS + second * 1000, second));
    const curve = samples.curve((one) => one.messages_per_sec, 10, NOW_MS + 599_000);
    assert.deepEqual(curve, [59, 119, 179, 239, 299, 359, 419, 479, 539, 599]);
  });

  it("has null where nothing was measured", () => {
    const samples = new AdminSamples();
    samples.add(sample(NOW_MS, 1, null));
    samples.add(sample(NOW_MS + 60_000, 1, 7));
    const curve = samples.curve((one) => one.latency_p99_ms, 10, NOW_MS + 60_000);
    assert.deepEqual(curve.slice(-3), [null, null, 7]);
  });

  it("moves on in whole steps, so that a curve keeps its form", () => {
    const samples = new AdminSamples();
    for (let second = 0; second < 600; second += 7) samples.add(sample(NOW_MS + second * 1000, second));
    const figure = (one: Sample): number => one.messages_per_sec;
    const before = samples.curve(figure, 100, NOW_MS + 600_000);
    assert.deepEqual(samples.curve(figure, 100, NOW_MS + 605_999), before);
    assert.deepEqual(samples.curve(figure, 100, NOW_MS + 606_000).slice(0, -1), before.slice(1));
  });

  it("keeps no more than the window", () => {
    const samples = new AdminSamples();
    for (let second = 0; second < 1000; second += 1) samples.add(sample(NOW_MS + second * 1000, second));
    assert.equal(samples.count, WINDOW_MS / 1000 + 1);
    samples.replace([sample(NOW_MS, 3)]);
    assert.equal(samples.last?.messages_per_sec, 3);
  });
});

describe("niceCeiling", () => {
  it("is a round number that is not below the value", () => {
    for (const [value, ceiling] of [
      [0, 1],
      [1, 1],
      [1.01, 2],
      [2.2, 2.5],
      [230, 250],
      [4_999, 5_000],
      [5_001, 10_000],
    ] as const)
      assert.equal(niceCeiling(value), ceiling);
    assert.ok(Math.abs(niceCeiling(0.03) - 0.05) < 1e-12);
  });
});
