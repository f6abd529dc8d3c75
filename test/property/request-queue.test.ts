// RequestQueue: whatever arrives and is carried out in whatever pieces, every request goes out once and in order.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Allowance } from "../../src/server/connections/allowance.ts";
import { RequestQueue } from "../../src/server/connections/request-queue.ts";
import { ManualClock } from "../support/manual-clock.ts";

const SEED = { seed: 20_260_105, numRuns: 200 };

const NO_BYTE_LIMIT = { byteRatePerSec: 0, byteBurstCount: 0 };

describe("RequestQueue", () => {
  it("gives every request once and in order, marking exactly those over the rate", () => {
    const steps = fc.array(fc.record({ arrivals: fc.nat(30), take: fc.nat(40), advanceMs: fc.nat(2_000) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (plan) => {
        const clock = new ManualClock();
        const queue = new RequestQueue(
          new Allowance({ requestRatePerSec: 10, requestBurstCount: 20, ...NO_BYTE_LIMIT }, clock),
        );
        let tokens = 20;
        let lastId = 0;
        let expectedId = 0;
        const limited: boolean[] = [];
        for (const { arrivals, take, advanceMs } of plan) {
          clock.advance(advanceMs);
          tokens = Math.min(20, tokens + advanceMs / 100);
          for (let index = 0; index < arrivals; index += 1) {
            queue.arrivals.push(Buffer.from(String(lastId)));
            limited.push(tokens < 1 - 1e-9);
            if (tokens >= 1 - 1e-9) tokens -= 1;
            lastId += 1;
          }
          assert.equal(queue.received(0), true);
          const head = queue.head();
          const count = Math.min(take, head.payloads.length);
          for (const [index, payload] of head.payloads.slice(0, count).entries()) {
            assert.equal(payload.toString(), String(expectedId));
            assert.equal(head.limited?.has(index) ?? false, limited[expectedId], `request ${expectedId}`);
            if (limited[expectedId] === true) assert.ok(head.retryAfter >= 1);
            expectedId += 1;
          }
          queue.remove(count);
          assert.equal(queue.isEmpty, expectedId === lastId);
        }
      }),
      SEED,
    );
  });

  it("bounds one task and what waits, by bytes and by number, but takes one request of any size", () => {
    const queue = new RequestQueue(
      new Allowance({ requestRatePerSec: 0, requestBurstCount: 0, ...NO_BYTE_LIMIT }, new ManualClock()),
    );
    queue.arrivals.push(...Array.from({ length: 5_000 }, () => Buffer.alloc(1)));
    queue.received(0);
    assert.equal(queue.head().payloads.length, 1024);
    assert.ok(queue.isFull);
    queue.remove(1_000);
    assert.ok(!queue.isFull);
    queue.clear();
    assert.ok(queue.isEmpty);
    queue.arrivals.push(...Array.from({ length: 10 }, () => Buffer.alloc(65_536)));
    queue.received(0);
    assert.equal(queue.head().payloads.length, 4);
    assert.ok(queue.isFull);
    queue.remove(9);
    assert.deepEqual([queue.head().payloads.length, queue.isFull, queue.isEmpty], [1, false, false]);
  });
});
