// Traffic as an administrator is shown it: how much of it, in which form.
import assert from "node:assert/strict";
import type { TrafficEntry } from "../../../../src/protocol/admin.ts";
import { encodeFrame, type Framing } from "../../../../src/protocol/frame.ts";
import { TrafficTap } from "../../../../src/server/admin/traffic.ts";

const LIMIT_PER_SEC = 200;

function tapped() {
  const tap = new TrafficTap();
  const entries: TrafficEntry[] = [];
  tap.onEntry.on("entry", (entry) => entries.push(entry));
  const record = (count: number, framing: Framing, pieceCount = 1): void => {
    const payloads = Array.from({ length: count }, (_, id) => Buffer.from(JSON.stringify({ action: "ping", id })));
    const frames = payloads.map((_, id) => encodeFrame(JSON.stringify({ code: 200, id }), framing));
    const size = Math.ceil(count / pieceCount);
    const replies = Array.from({ length: pieceCount }, (_, piece) =>
      Buffer.concat(frames.slice(piece * size, (piece + 1) * size)),
    );
    tap.record({ connection: 1, username: null, payloads, replies });
  };
  return { entries, record };
}

describe("TrafficTap", () => {
  it("puts requests and responses together, whatever the pieces of the responses", () => {
    for (const framing of ["lines", "prefixed"] as const) {
      for (const pieceCount of [1, 3, 12]) {
        const { entries, record } = tapped();
        record(9, framing, pieceCount); // the last pieces of 12 are empty
        const pairs = entries.map(({ request, response }) => [request, response]);
        const expected = pairs.map((_, id) => [`{"action":"ping","id":${id}}`, `{"code":200,"id":${id}}`]);
        assert.deepEqual(pairs, expected);
        assert.equal(pairs.length, 9);
      }
    }
  });

  it("passes so many a second and no more", () => {
    const { entries, record } = tapped();
    record(LIMIT_PER_SEC + 50, "prefixed");
    assert.equal(entries.length, LIMIT_PER_SEC);
    assert.match(entries.at(-1)?.response ?? "", /"id":199/);
  });
});
