// Comparison of what every connection of an engine received with what was sent to its group.
import type { LoadReport, SentCount } from "./commands.ts";
import type { EngineConnection } from "./connection.ts";
import type { Expected } from "./receiver.ts";

type Counts = Pick<
  LoadReport,
  | "receivers"
  | "delivered"
  | "expected"
  | "lost"
  | "doubled"
  | "outOfOrder"
  | "differing"
  | "closed"
  | "totalBytes"
  | "countedFrames"
  | "countedBytes"
>;

/** `missing` counts messages, and connections whose bytes are not (yet) those of their group's reference. */
export interface Settlement {
  readonly missing: number;
  readonly counts: Counts;
}

/** The stream that all connections of a group must have got, as one that was read in full has it. */
interface Reference {
  readonly bytes: number;
  readonly messages: number;
}

/** Pure but for reading the connections' counters. */
export function compareReceived(
  connections: readonly EngineConnection[],
  sent: ReadonlyMap<number, SentCount>,
): Settlement {
  const receivers = connections.filter(({ role }) => role !== "stalled");
  const references = referencesOf(receivers);
  const sums = { delivered: 0, expected: 0, lost: 0, doubled: 0, outOfOrder: 0, differing: 0, closed: 0 };
  const bytes = { totalBytes: 0, countedFrames: 0, countedBytes: 0 };
  for (const connection of receivers) {
    const { receiver } = connection;
    const expected = expectedOf(connection, sent);
    const wanted = expected.reduce((sum, { from, to }) => sum + to - from, 0);
    const reference = references.get(connection.group);
    sums.expected += wanted;
    if (connection.closed) sums.closed += 1;
    bytes.totalBytes += receiver.messageBytes;
    if (receiver.role === "bytes") {
      const same = reference !== undefined && receiver.messageBytes === reference.bytes;
      sums.differing += same ? 0 : 1;
      sums.delivered += same ? reference.messages : 0;
      continue;
    }
    const found = receiver.shortfall(expected);
    sums.delivered += found.delivered;
    sums.lost += found.lost;
    sums.doubled += found.doubled;
    sums.outOfOrder += found.outOfOrder;
    if (!receiver.aligned || differs(connection, reference)) sums.differing += 1;
    bytes.countedFrames += receiver.messageCount;
    bytes.countedBytes += receiver.messageBytes;
  }
  return { missing: sums.lost + sums.differing, counts: { receivers: receivers.length, ...sums, ...bytes } };
}

/** A connection whose frames were only counted must have the reference's bytes too. */
function differs({ receiver }: EngineConnection, reference: Reference | undefined): boolean {
  return receiver.role === "walk" && reference !== undefined && receiver.messageBytes !== reference.bytes;
}

/** By group: the first connection that is read in full and does not send (a sender's stream may lack its own). */
function referencesOf(receivers: readonly EngineConnection[]): Map<number, Reference> {
  const references = new Map<number, Reference>();
  for (const { group, receiver, sender } of receivers) {
    if (receiver.role !== "full" || sender || references.has(group)) continue;
    references.set(group, { bytes: receiver.messageBytes, messages: receiver.messageCount });
  }
  return references;
}

function expectedOf(connection: EngineConnection, sent: ReadonlyMap<number, SentCount>): Expected[] {
  const expected: Expected[] = [];
  for (const [id, { group, from, to }] of sent) {
    const own = connection.sender?.id === id && !connection.echoed;
    if (group === connection.group && !own) expected.push({ id, from, to });
  }
  return expected;
}
