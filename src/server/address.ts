// Where a peer comes from, as limits count it.
import { BlockList, isIPv6 } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Groups of 16 bits in the half of an IPv6 address that a network hands out whole (RFC 4291, 2.5.4). */
const NETWORK_GROUPS = 4;

/** The address with IPv4 in its own form also where it came through an IPv6 socket. */
export function plainAddress(address: string): string {
  return MAPPED_IPV4.exec(address)?.[1] ?? address;
}

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return LOOPBACK.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}

/** What counts as one peer: an IPv4 address, or the /64 network of an IPv6 address, any of which a host may use. */
export function addressKey(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = (plain.split("%")[0] ?? "").toLowerCase().split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  const groups = tail === undefined ? first : [...first, ...zeros, ...last];
  return (
    groups
      .slice(0, NETWORK_GROUPS)
      .map((group) => parseInt(group, 16).toString(16))
      .join(":") + "::/64"
  );
}
