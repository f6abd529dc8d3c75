// The language between the bench and a load engine process: lines of words in, lines of JSON out.
import type { ServerAddress } from "./dial.ts";
import type { FrameFormat } from "./frames.ts";
import type { SparseBuckets } from "./histogram.ts";

/*
 * Two programs speak it: js-engine.ts, and native/engine.cpp where a C++ compiler is there. Both know nothing of chats:
 * a connection sends given bytes and waits for given bytes, step by step, then it receives; a sender sends copies of
 * one frame with the stamp in its text renewed.
 */

/**
 * How thoroughly a connection's stream is looked at. `full`: every frame's stamp. `walk`: every frame is counted, every
 * 64th stamp is read. `bytes`: only the bytes are counted (the kernel is asked to drop them), and at the end compared
 * with a `full` connection of the same group. `stalled`: never reads after its last step.
 */
export type Role = "full" | "walk" | "bytes" | "stalled";

/** One step of a connection's beginning: what it sends, and what must arrive before the next step, one character a byte ("" for nothing). */
export interface Step {
  readonly send: Buffer;
  readonly until: string;
}

/** A connection as planned. */
export interface PlannedConnection {
  readonly role: Role;
  /** Connections of one group get what the senders of the same group send. */
  readonly group: number;
  readonly steps: readonly Step[];
  readonly sender?: PlannedSender;
}

export interface PlannedSender {
  /** Number in the stamps, from 0, unique over all engines. */
  readonly id: number;
  /** The whole frame of one message; it holds one stamp. */
  readonly frame: Buffer;
  /** Each message is answered by the target (else nothing but the messages of others comes back). */
  readonly acknowledged: boolean;
  /** The sender itself is among those who get its message. */
  readonly echoed: boolean;
}

/** Reply of an engine to `connect`. */
export interface ConnectReport {
  readonly ready: number;
  readonly failed: number;
  /** Of the failures the first one's reason. */
  readonly firstFailure: string;
  /** From the first byte sent to the last step's answer, per connection. */
  readonly stepsUs: HistogramReport;
}

export interface HistogramReport {
  readonly buckets: SparseBuckets;
  readonly maxUs: number;
}

/** Reply of an engine to `send` and `pipeline`. */
export interface SendReport {
  /** By sender id: the number of its next message. */
  readonly sent: readonly (readonly [id: number, nextNumber: number])[];
  /** Sending was broken off, because what arrived was far too old. */
  readonly overloaded: boolean;
  /** How late messages were made, against the schedule. */
  readonly latenessUs: HistogramReport;
}

/** Reply of an engine to `settle`; counts since `begin`. */
export interface LoadReport {
  /** Connections that were to receive (all but the stalled). */
  readonly receivers: number;
  /** Messages that arrived at a connection. */
  readonly delivered: number;
  readonly expected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Connections whose bytes differ from those of the group's reference, or that ended inside a frame. */
  readonly differing: number;
  /** Connections that the target closed. */
  readonly closed: number;
  /** Bytes received within the measured window. */
  readonly windowBytes: number;
  /** Bytes of messages received; the messages of connections that were not only counted in bytes, and their bytes. */
  readonly totalBytes: number;
  readonly countedFrames: number;
  readonly countedBytes: number;
  readonly acknowledged: number;
  /** Answers with another code than 200. */
  readonly refused: number;
  /** From the stamp to the arrival, of messages made within the window. */
  readonly latencyUs: HistogramReport;
  readonly acknowledgeUs: HistogramReport;
  /** Messages acknowledged within the window. */
  readonly windowAcknowledged: number;
  /** CPU time of the engine and time on the clock, within the window. */
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** The words of each command; the answer is one line of JSON. */
export const COMMANDS = {
  /** With a fingerprint over TLS, which only the JavaScript engine speaks. */
  target: ({ host, port, fingerprint }: ServerAddress, format: FrameFormat) =>
    `target ${host} ${port} ${format}${fingerprint === undefined ? "" : ` ${fingerprint}`}`,
  add: ({ role, group, steps, sender }: PlannedConnection) =>
    `add ${role} ${group} ${stepsWord(steps)}${senderWords(sender)}`,
  connect: (parallel: number, deadlineMs: number) => `connect ${parallel} ${deadlineMs}`,
  /** Waits until nothing has arrived for some time, at most until the deadline: what joining set off is then over. */
  quiet: (quietMs: number, deadlineMs: number) => `quiet ${quietMs} ${deadlineMs}`,
  /** Resets the counts; the window is in microseconds of the monotonic clock. */
  begin: (fromUs: number, toUs: number) => `begin ${fromUs} ${toUs}`,
  /** Sends `perSec` messages a second in turn from all senders; answers when the time is over. */
  send: (perSec: number, fromUs: number, toUs: number) => `send ${perSec} ${fromUs} ${toUs}`,
  /** Each sender keeps `unacknowledged` messages under way, as fast as they are answered. */
  pipeline: (unacknowledged: number, fromUs: number, toUs: number) => `pipeline ${unacknowledged} ${fromUs} ${toUs}`,
  /** Waits until every message sent has arrived and is answered, at most until the deadline. */
  settle: (deadlineMs: number, sent: ReadonlyMap<number, SentCount>) => `settle ${deadlineMs}${sentWords(sent)}`,
  quit: () => "quit",
} as const;

/** How many messages a sender sent since `begin`, and to which group. */
export interface SentCount {
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

function stepsWord(steps: readonly Step[]): string {
  return steps.map((step) => `${hex(step.send)}:${hex(Buffer.from(step.until, "latin1"))}`).join(",") || "-";
}

function senderWords(sender: PlannedSender | undefined): string {
  if (!sender) return "";
  return ` ${sender.id} ${sender.acknowledged ? 1 : 0} ${sender.echoed ? 1 : 0} ${hex(sender.frame)}`;
}

function sentWords(sent: ReadonlyMap<number, SentCount>): string {
  return [...sent].map(([id, count]) => ` ${id}:${count.group}:${count.from}:${count.to}`).join("");
}

function hex(bytes: Buffer): string {
  return bytes.length === 0 ? "-" : bytes.toString("hex");
}
