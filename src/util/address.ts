// Addresses of peers, as limits count them.
import { BlockList, isIP, isIPv6, SocketAddress } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Groups of 16 bits in the half of an IPv6 address that a network hands out whole (RFC 4291, 2.5.4). */
const NETWORK_GROUPS = 4;

/**
 * The address in the form that sockets give, with IPv4 in its own form also where it came through an IPv6 socket:
 * `::ffff:c000:201`, as a person may type it, is 192.0.2.1. Other texts stay as they are.
 */
export function plainAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [plain = "", zone] = address.split("%");
  const usual = new SocketAddress({ address: plain, family: "ipv6" }).address;
  return MAPPED_IPV4.exec(usual)?.[1] ?? (zone === undefined ? usual : `${usual}%${zone}`);
}

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return LOOPBACK.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}

/** Key of a peer: an IPv4 address, or the /64 network of an IPv6 address, any of which a host may use. */
export function addressKey(address: string): string {
  const plain = plainAddress(address.replace(/:\/64$/, ":"));
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

/** Whether it is an address, or a network as `addressKey` writes it. */
export function isAddress(text: string): boolean {
  return isIP(text.replace(/:\/64$/, ":")) !== 0;
}
