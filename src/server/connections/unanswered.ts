// Peers that acknowledge nothing any more, as the system's table of TCP connections tells (Linux).
//
// Bytes for a machine that sleeps or has lost its network stay in the system's buffers: the system repeats it for a
// quarter of an hour, and a socket says nothing meanwhile. A peer that lives and does not read is not among them.
import { readFile } from "node:fs/promises";
import { plainAddress } from "../../util/address.ts";

/** IPv4 and IPv6 connections of this process's network; missing on other systems, which give up earlier by themselves. */
const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
/** An established connection (01) whose timer repeats what was sent (01), at least for the second time. */
const REPEATING =
  /^ *\d+: [\dA-F]+:[\dA-F]{4} ([\dA-F]+):([\dA-F]{4}) 01 [\dA-F]+:[\dA-F]+ 01:[\dA-F]+ ([\dA-F]{8}) /gm;
const MIN_REPEATS = 2;

/** How `unansweredPeers` names a peer. */
export function peerName(address: string, port: number): string {
  return `${plainAddress(address)} ${port}`;
}

/** Those to whom something is sent again and again; nobody where the system does not tell. Never rejects. */
export async function unansweredPeers(): Promise<ReadonlySet<string>> {
  const texts = await Promise.all(TABLES.map((file) => readFile(file, "latin1").catch(() => "")));
  return new Set(texts.flatMap(repeatingPeers));
}

/** The same for one table. */
export function repeatingPeers(table: string): string[] {
  const peers: string[] = [];
  for (const [, address = "", port = "", repeats = ""] of table.matchAll(REPEATING)) {
    if (parseInt(repeats, 16) >= MIN_REPEATS) peers.push(peerName(addressOf(address), parseInt(port, 16)));
  }
  return peers;
}

/** The kernel writes words of 32 bits as numbers of this machine: little-endian wherever Node runs. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join(".");
  return (bytes.join("").match(/.{4}/g) ?? []).join(":");
}
