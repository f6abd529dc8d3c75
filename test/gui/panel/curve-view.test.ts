// Curves: the present values, and under the mouse those of another moment.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { AdminSamples, WINDOW_MS } from "../../../src/client/models/admin-samples.ts";
import type { Sample } from "../../../src/protocol/admin.ts";
import { eventually } from "../../support/eventually.ts";
import { user } from "../support/qt.ts";

const { CurveView } = await import("../../../gui/panel/curve-view.ts");
const { Theme } = await import("../../../gui/kit/theme.ts");

const END_MS = 1_800_000_000_000;

/** A second, in which as many messages came as minutes had passed since the first one. */
function sampleAt(agoMs: number): Sample {
  return {
    time_ms: END_MS - agoMs,
    requests_per_sec: 0,
    messages_per_sec: Math.floor((WINDOW_MS - agoMs) / 60_000),
    deliveries_per_sec: 0,
    latency_p50_ms: null,
    latency_p99_ms: null,
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

describe("CurveView", () => {
  it("says the present value, and that of the moment under the mouse with how long ago it was", async () => {
    const samples = new AdminSamples();
    samples.replace(Array.from({ length: 601 }, (_, second) => sampleAt(WINDOW_MS - second * 1000)));
    const curve = new CurveView({
      theme: new Theme(),
      samples,
      title: "Messages per second",
      lines: [{ name: "", figure: (sample) => sample.messages_per_sec, tone: "accent" }],
      format: (value) => String(value),
    });
    const { widget } = curve;
    widget.resize(424, 200); // of which 400 are the ten minutes
    widget.show();
    curve.update(END_MS);
    const said = (): string => {
      widget.repaint();
      return curve.shown;
    };
    await eventually("it is painted", () => said() === "10");
    user.moveOver(widget, 12 + 220, 100);
    assert.equal(said(), "5 4 min ago");
    user.moveOver(widget, 12 + 60, 100);
    assert.equal(said(), "1 8 min ago");
    user.moveOver(widget, 422, 100);
    assert.equal(said(), "10 0 s ago");
    user.moveAway(widget);
    assert.equal(said(), "10");
    widget.close();
  });
});
