// Access control, whatever the port: bans, numbers of connections and ended sessions.
import assert from "node:assert/strict";
import { ThrottledLog } from "../../../../src/log/throttled-log.ts";
import { AccessControl, type Endpoint } from "../../../../src/server/connections/access-control.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { MemoryLog } from "../../../support/memory-log.ts";

const RATES = { requestRatePerSec: 1, requestBurstCount: 2, byteRatePerSec: 0, byteBurstCount: 0 };
const LIMITS = { maxConnections: 6, maxConnectionsPerAddress: 3, addressRates: RATES, requiresTls: true };
const USER = "a".repeat(24);

/** Connections from the addresses given; notes which are closed. */
class FakeEndpoint implements Endpoint {
  readonly closed: string[] = [];
  readonly ended: string[] = [];
  #addresses: readonly string[];

  constructor(...addresses: string[]) {
    this.#addresses = addresses;
  }

  closeFrom(isMeant: (address: string) => boolean, reason: string): number {
    const meant = this.#addresses.filter(isMeant);
    this.#addresses = this.#addresses.filter((address) => !meant.includes(address));
    this.closed.push(...meant.map((address) => `${address}: ${reason}`));
    return meant.length;
  }

  endSessions(userId: string, reason: string): number {
    this.ended.push(`${userId}: ${reason}`);
    return 1;
  }
}

describe("access control", () => {
  let clock: ManualClock;
  let access: AccessControl;

  beforeEach(() => {
    clock = new ManualClock();
    access = new AccessControl(LIMITS, clock, new ThrottledLog(new MemoryLog(), clock));
    access.isOpen = true;
  });

  it("keeps out whom is banned, in any form of the address and with all of a /64, and closes what is there", () => {
    const chat = new FakeEndpoint("192.0.2.1", "2001:db8:0:1::5", "192.0.2.2");
    const avatars = new FakeEndpoint("2001:db8:0:1:ffff::", "192.0.2.1");
    access.add(chat);
    access.add(avatars);
    assert.equal(access.ban("::ffff:c000:201", 1_000), 2);
    assert.equal(access.ban("2001:db8:0:1::1", 1_000), 2);
    assert.deepEqual(
      chat.closed.map((line) => line.split(": ")[0]),
      ["192.0.2.1", "2001:db8:0:1::5"],
    );
    assert.deepEqual(
      avatars.closed.map((line) => line.split(": ")[0]),
      ["192.0.2.1", "2001:db8:0:1:ffff::"],
    );
    for (const address of ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8:0:1:a::", "2001:DB8:0:1::9%eth0"]) {
      assert.equal(access.enter(address), "banned", address);
    }
    assert.equal(typeof access.enter("2001:db8:0:2::1"), "object");
    for (const { address } of access.bans.list()) assert.ok(access.bans.lift(address), address);
    assert.equal(typeof access.enter("192.0.2.1"), "object");
  });

  it("counts connections at all ports together: of an address, of a /64, and of all", () => {
    const places = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"].map((address) => access.enter(address));
    assert.equal(access.enter("2001:db8::3"), "tooMany");
    assert.equal(access.enter("2001:db8::4"), "tooMany");
    const [first] = places;
    assert.ok(typeof first === "object");
    first.leave();
    const again = access.enter("2001:db8::5");
    assert.ok(typeof again === "object");
    for (const address of ["192.0.2.1", "::ffff:192.0.2.2", "127.0.0.1"]) {
      assert.equal(typeof access.enter(address), "object", address);
    }
    assert.equal(access.enter("192.0.2.3"), "tooMany", "six in all");
  });

  it("gives all connections of an address, whatever the port, one allowance; loopback has none", () => {
    const [one, other] = [access.enter("192.0.2.1"), access.enter("::ffff:192.0.2.1")];
    assert.ok(typeof one === "object" && typeof other === "object");
    assert.equal(one.allowance, other.allowance);
    assert.equal(other.address, "192.0.2.1");
    const own = access.enter("::1");
    assert.ok(typeof own === "object");
    assert.equal(own.allowance, undefined);
  });

  it("lets nobody in while the server is stopped, and plain text from this machine only", () => {
    access.isOpen = false;
    assert.equal(access.enter("127.0.0.1"), "stopped");
    assert.equal(access.enter(undefined), "stopped");
    assert.ok(access.mayBePlain("127.0.0.1"));
    assert.ok(!access.mayBePlain("192.0.2.1"));
  });

  it("ends sessions at all ports, and logins whose last check is under way", async () => {
    const [chat, avatars] = [new FakeEndpoint(), new FakeEndpoint()];
    access.add(chat);
    access.add(avatars);
    let answer: (isRight: boolean) => void = () => {};
    const check = () => new Promise<boolean>((resolve) => (answer = resolve));
    const login = access.confirm(USER, check);
    assert.equal(access.endSessions(USER, "disabled"), 2);
    assert.deepEqual([chat.ended, avatars.ended], [[`${USER}: disabled`], [`${USER}: disabled`]]);
    answer(true); // what it read was there before
    assert.equal(await login, false);
    assert.equal(await access.confirm(USER, async () => true), true);
    assert.equal(await access.confirm(USER, async () => false), false);
  });
});
