// One load: what is put on the clients, what came of it, and whether it held.
import type { Histogram } from "./engine/histogram.ts";
import type { Usage } from "./measure/process-usage.ts";

/** A load; messages made before the window or after it are counted but not timed. */
export interface LoadPlan {
  /** Messages a second of all senders together; not used when `pipelined` is given. */
  readonly ratePerSec: number;
  /** Messages that each sender keeps unacknowledged, as fast as the target answers. */
  readonly pipelined?: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** How long after the last message the missing ones are waited for. */
  readonly settleMs: number;
}

/** Result of a load. Rates are those within the measured window; counts those of the whole load. */
export interface LoadOutcome {
  readonly offered: number;
  readonly receivers: number;
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Connections whose stream was not byte for byte as long as the reference's, or was cut inside a frame. */
  readonly differing: number;
  readonly closed: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Sending was broken off because messages arrived more than 1.5 s late. */
  readonly overloaded: boolean;
  readonly acknowledgedPerSec: number;
  readonly deliveriesPerSec: number;
  readonly bytesPerSec: number;
  readonly bytesPerDelivery: number;
  readonly settleMs: number;
  readonly latency: Histogram;
  readonly acknowledge: Histogram;
  readonly lateness: Histogram;
  /** CPU of the busiest load engine, as a share of one core. */
  readonly engineLoad: number;
  readonly usage: Usage | undefined;
  /** Samples of the server. */
  readonly ownFigures: Readonly<Record<string, number>>;
}

/** Share of a core above which the load engine, not the target, may be what is measured. */
export const ENGINE_LIMIT = 0.9;

/** Conditions under which a load holds. */
export interface HoldLimits {
  readonly p99Ms: number;
}

/** How much beyond the limit the p99 of a load is that has no hope to hold at a second try. */
const HOPELESS_P99_FACTOR = 5;

/** True when the target is so far behind that trying again is no use. */
export function isHopeless({ overloaded, latency }: LoadOutcome, { p99Ms }: HoldLimits): boolean {
  return overloaded || latency.quantileUs(0.99) > p99Ms * 1000 * HOPELESS_P99_FACTOR;
}

/** Undefined when the load held; otherwise what broke, in words. */
export function whyNotHeld(outcome: LoadOutcome, limits: HoldLimits): string | undefined {
  const p99Ms = outcome.latency.quantileUs(0.99) / 1000;
  if (outcome.overloaded) return "overloaded";
  if (outcome.closed > 0) return `${outcome.closed} connections closed`;
  if (outcome.refused > 0) return `${outcome.refused} refused`;
  const wrong = (["lost", "doubled", "outOfOrder", "differing"] as const).filter((field) => outcome[field] > 0);
  if (wrong.length > 0) return wrong.map((field) => `${field} ${outcome[field]}`).join(", ");
  if (outcome.latency.count === 0) return "nothing arrived in the window";
  return p99Ms > limits.p99Ms ? `p99 ${p99Ms.toFixed(1)} ms` : undefined;
}
