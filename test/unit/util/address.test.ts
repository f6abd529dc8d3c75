// Addresses that count as one peer.
import assert from "node:assert/strict";
import { addressKey, isLoopback, plainAddress } from "../../../src/util/address.ts";

describe("addresses", () => {
  it("are IPv4 in their own form also where they came through IPv6", () => {
    assert.equal(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
    assert.equal(plainAddress("::FFFF:192.0.2.1"), "192.0.2.1");
    assert.equal(plainAddress("2001:db8::1"), "2001:db8::1");
  });

  it("of this machine are known in every form", () => {
    for (const address of ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"])
      assert.ok(isLoopback(address), address);
    for (const address of ["128.0.0.1", "10.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1"])
      assert.ok(!isLoopback(address), address);
  });

  it("count one by one for IPv4, by /64 networks for IPv6", () => {
    assert.equal(addressKey("192.0.2.1"), "192.0.2.1");
    assert.equal(addressKey("::ffff:192.0.2.1"), "192.0.2.1");
    const same = ["2001:db8:0:1::", "2001:0db8::1:0:0:0:1", "2001:DB8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::1%eth0"];
    for (const address of same) assert.equal(addressKey(address), "2001:db8:0:1::/64", address);
    const others = ["2001:db8:0:2::1", "2001:db8::1", "::1", "::", "fe80::1%eth0"];
    assert.equal(new Set([...others.map(addressKey), "2001:db8:0:1::/64"]).size, 5, "::1 and :: are one network");
  });
});
