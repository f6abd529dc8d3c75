// Allowance, PeerAddresses and RefusalCounter: what is taken, of whom, how long it is remembered, and who heeds a refusal.
import assert from "node:assert/strict";
import { PeerAddresses } from "../../../../src/server/connections/peer-addresses.ts";
import { Allowance, type RateLimits } from "../../../../src/server/connections/allowance.ts";
import { RefusalCounter } from "../../../../src/server/connections/refusal-counter.ts";
import { range } from "../../../support/lists.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const LIMITS: RateLimits = { requestRatePerSec: 1, requestBurstCount: 10, byteRatePerSec: 100, byteBurstCount: 1000 };
const NO_LIMITS: RateLimits = { requestRatePerSec: 0, requestBurstCount: 1, byteRatePerSec: 0, byteBurstCount: 1 };

describe("Allowance", () => {
  it("is over when requests or bytes are, and tells the longer wait", () => {
    const clock = new ManualClock();
    const allowance = new Allowance(LIMITS, clock);
    assert.equal(allowance.take(900), 0);
    assert.equal(allowance.take(300), 2);
    assert.equal(allowance.take(100), 0);
    for (const _ of range(3, 10)) assert.equal(allowance.take(0), 0);
    assert.equal(allowance.take(0), 1);
    assert.equal(allowance.take(1000), 10);
    clock.advance(10_000);
    assert.equal(allowance.take(1000), 0);
  });

  it("takes nothing of anybody when one of the two has not enough", () => {
    const clock = new ManualClock();
    const shared = new Allowance(LIMITS, clock);
    const [one, other] = [new Allowance(LIMITS, clock, shared), new Allowance(LIMITS, clock, shared)];
    assert.equal(one.take(800), 0);
    assert.equal(other.take(300), 1);
    assert.equal(one.take(201), 1);
    assert.equal(other.take(200), 0);
    assert.equal(other.take(1), 1);
    assert.equal(shared.take(1), 1);
    clock.advance(1_000);
    assert.equal(other.take(100), 0);
  });

  it("counts blank bytes, and says when there are more than may be; what others sent is nobody's fault", () => {
    const clock = new ManualClock();
    const shared = new Allowance(LIMITS, clock);
    const [one, other] = [new Allowance(LIMITS, clock, shared), new Allowance(LIMITS, clock, shared)];
    assert.equal(one.waste(1000), true);
    assert.equal(one.waste(1), false);
    assert.equal(other.waste(1), true);
    assert.ok(other.take(1) > 0);
  });

  it("lets answers go beyond it, and tells how long the next request waits", () => {
    const clock = new ManualClock();
    const answers = { answerRatePerSec: 100, answerBurstCount: 1000 };
    const shared = new Allowance({ ...NO_LIMITS, answerRatePerSec: 1000, answerBurstCount: 3000 }, clock);
    const [one, other] = range(1, 2).map(() => new Allowance({ ...NO_LIMITS, ...answers }, clock, shared));
    assert.ok(one !== undefined && other !== undefined && !one.isUnlimited);
    one.answered(1000);
    assert.deepEqual([one.answerWaitMs, other.answerWaitMs], [0, 0]);
    one.answered(1050);
    assert.deepEqual([one.answerWaitMs, other.answerWaitMs], [10_500, 0]);
    other.answered(1000);
    assert.deepEqual([other.answerWaitMs, shared.isFull()], [50, false]);
    clock.advance(10_500);
    assert.deepEqual([one.answerWaitMs, other.answerWaitMs, shared.isFull()], [0, 0, true]);
  });

  it("is unlimited without limits", () => {
    const clock = new ManualClock();
    assert.equal(new Allowance(NO_LIMITS, clock, new Allowance(NO_LIMITS, clock)).isUnlimited, true);
    assert.equal(new Allowance(NO_LIMITS, clock, new Allowance(LIMITS, clock)).isUnlimited, false);
    assert.equal(new Allowance(NO_LIMITS, clock).take(1e9), 0);
  });
});

describe("PeerAddresses", () => {
  it("gives all connections of an address one allowance, a network of IPv6 counting as one, and loopback none", () => {
    const book = new PeerAddresses(LIMITS, new ManualClock());
    const one = book.enter("192.0.2.1");
    assert.notEqual(one, undefined);
    assert.equal(book.enter("::ffff:192.0.2.1"), one);
    assert.equal(book.countOf("192.0.2.1"), 2);
    assert.notEqual(book.enter("192.0.2.2"), one);
    assert.equal(book.enter("2001:db8::1"), book.enter("2001:db8::2"));
    assert.equal(book.enter("127.0.0.1"), undefined);
    assert.equal(book.enter("::1"), undefined);
  });

  it("gives nothing more to who leaves and comes again, until it would be full anyway", () => {
    const clock = new ManualClock();
    const book = new PeerAddresses(LIMITS, clock);
    assert.equal(book.enter("192.0.2.1")?.take(1000), 0);
    book.leave("192.0.2.1");
    assert.equal(book.countOf("192.0.2.1"), 0);
    assert.equal(book.enter("192.0.2.1")?.take(1000), 10);
    clock.advance(10_000);
    assert.equal(book.enter("192.0.2.1")?.take(1000), 0);
  });

  it("forgets who has left when the allowance is full, and the oldest of too many", () => {
    const clock = new ManualClock();
    const book = new PeerAddresses(LIMITS, clock);
    const visit = (address: string): void => {
      book.enter(address)?.take(1000);
      book.leave(address);
    };
    for (const index of range(0, 99)) visit(`192.0.2.${index}`);
    assert.equal(book.size, 100);
    clock.advance(10_000);
    for (const index of range(0, 99)) visit(`198.51.100.${index}`);
    assert.equal(book.size, 100);
    for (const index of range(0, 110_000)) visit(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
    assert.equal(book.size, 100_000);
  });
});

describe("RefusalCounter", () => {
  it("are enough only when the peer goes on without waiting as it was told", () => {
    const clock = new ManualClock();
    const refusals = new RefusalCounter(10, clock);
    for (const _ of range(1, 20)) {
      assert.equal(refusals.add(10, 2, clock.now()), false);
      clock.advance(2_000);
    }
    assert.equal(refusals.add(10, 2, clock.now()), false);
    clock.advance(1_999);
    assert.equal(refusals.add(1, 2, clock.now()), true);
  });

  it("count for what arrived in time, however late it is answered", () => {
    const clock = new ManualClock();
    const refusals = new RefusalCounter(10, clock);
    const receivedMs = clock.now();
    assert.equal(refusals.add(8, 1, receivedMs), false);
    clock.advance(60_000);
    assert.equal(refusals.add(8, 1, receivedMs), true);
  });

  it("may be without limit", () => {
    const clock = new ManualClock();
    assert.equal(new RefusalCounter(0, clock).add(1e9, 1, clock.now()), false);
  });
});
