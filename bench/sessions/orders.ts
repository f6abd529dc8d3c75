// Messages between the bench and a process of sessions, over their IPC channel.
import type { HistogramReport } from "../engine/commands.ts";
import type { ServerAddress } from "../engine/dial.ts";

/** An order; each is answered by one Reply before the next is given. */
export type Order =
  /** Makes sessions of the tokens and opens them, `parallel` at a time. */
  | {
      readonly kind: "open";
      readonly server: ServerAddress;
      readonly tokens: readonly string[];
      readonly parallel: number;
    }
  /** Cuts all connections at once. */
  | { readonly kind: "cut" }
  /** Opens all again, `parallel` at a time: each logs in by token and catches up. */
  | { readonly kind: "resume"; readonly parallel: number }
  /** Waits until every session has every message of the common chat. */
  | { readonly kind: "complete"; readonly deadlineMs: number }
  /** The first session asks the same again and again, each time after the answer. */
  | { readonly kind: "probe"; readonly action: string; readonly data: Record<string, unknown>; readonly count: number }
  | { readonly kind: "mix"; readonly perSec: number; readonly durationMs: number; readonly text: string };

export interface OpenReply {
  readonly opened: number;
  readonly failed: number;
  readonly firstFailure: string;
  /** From the order to the last session's being ready. */
  readonly tookMs: number;
  /** From dialling to being ready, of each. */
  readonly eachUs: HistogramReport;
}

export interface CompleteReply {
  /** Sessions that miss a message. */
  readonly incomplete: number;
  readonly lastSeq: number;
  /** `gap` events that sessions were told. */
  readonly gaps: number;
}

export interface ProbeReply {
  readonly eachUs: HistogramReport;
  readonly refused: number;
  /** Messages in the last answer. */
  readonly messageCount: number;
}

export interface MixReply {
  readonly actions: Readonly<Record<string, { readonly latencyUs: HistogramReport; readonly refused: number }>>;
}

export type Reply =
  OpenReply | CompleteReply | ProbeReply | MixReply | Record<string, never> | { readonly error: string };
