// Figures of a result row from the outcome of a load, and its line of progress.
import type { Histogram } from "../engine/histogram.ts";
import { ENGINE_LIMIT, type LoadOutcome } from "../load.ts";
import type { Figures } from "../report/result.ts";
import type { RunningTarget } from "../targets/target.ts";

/** How late a message may be made (p99) before the generator, not the target, is blamed. */
const LATENESS_LIMIT_US = 20_000;

export function loadFigures(outcome: LoadOutcome): Figures {
  return {
    offered: outcome.offered,
    expected: outcome.expected,
    delivered: outcome.delivered,
    lost: outcome.lost,
    doubled: outcome.doubled,
    outOfOrder: outcome.outOfOrder,
    differing: outcome.differing,
    deliveriesPerSec: outcome.deliveriesPerSec,
    bytesPerSec: outcome.bytesPerSec,
    bytesPerDelivery: outcome.bytesPerDelivery,
    acknowledged: outcome.acknowledged,
    refused: outcome.refused,
    acknowledgedPerSec: outcome.acknowledgedPerSec,
    ...histogramFigures("", outcome.latency),
    ...histogramFigures("acknowledge", outcome.acknowledge),
    ...outcome.ownFigures,
    settleMs: outcome.settleMs,
    serverRssBytes: outcome.usage?.rssBytes ?? 0,
    generatorLoad: outcome.engineLoad,
    generatorLatenessP99Ms: outcome.lateness.quantileUs(0.99) / 1000,
  };
}

/** The store's word for its commits, where a store was asked for. */
export function storeParameter({ guarantee }: Pick<RunningTarget, "guarantee">): Readonly<Record<string, string>> {
  return guarantee === undefined ? {} : { store: guarantee };
}

/** Median, p90, p99 and maximum in milliseconds; nothing for an empty histogram. */
export function histogramFigures(prefix: string, histogram: Histogram): Figures {
  if (histogram.count === 0) return {};
  const name = (quantile: string): string =>
    prefix ? prefix + quantile[0]?.toUpperCase() + quantile.slice(1) : quantile;
  return {
    [name("medianMs")]: histogram.quantileUs(0.5) / 1000,
    [name("p90Ms")]: histogram.quantileUs(0.9) / 1000,
    [name("p99Ms")]: histogram.quantileUs(0.99) / 1000,
    [name("maxMs")]: histogram.maxUs / 1000,
  };
}

/** CPU of the server's threads as shares of one core. */
export function serverCpu(outcome: LoadOutcome, measureMs: number): Figures {
  const entries = Object.entries(outcome.usage?.cpuMsByThread ?? {});
  return Object.fromEntries(entries.map(([name, cpuMs]) => [name, cpuMs / measureMs]));
}

/** Remarks for the reader: the generator at its limit, or late. */
export function remarksOn(outcome: LoadOutcome): string[] {
  const remarks: string[] = [];
  if (outcome.engineLoad > ENGINE_LIMIT) {
    remarks.push(`the generator used ${(outcome.engineLoad * 100).toFixed(0)}% of its core: it may be the limit`);
  }
  const latenessUs = outcome.lateness.quantileUs(0.99);
  if (latenessUs > LATENESS_LIMIT_US) {
    remarks.push(`the generator made messages up to ${(latenessUs / 1000).toFixed(0)} ms late (p99)`);
  }
  return remarks;
}

/** For example `20,000 msg/s: 2.00 M deliveries/s, 6.2 / 9.9 / 12.1 ms (p50, p99, max), generator 61%`. */
export function progressLine(ratePerSec: number, outcome: LoadOutcome, brokenBy: string | undefined): string {
  const ms = (us: number): string => (us / 1000).toFixed(1);
  const { latency } = outcome;
  const times = `${ms(latency.quantileUs(0.5))} / ${ms(latency.quantileUs(0.99))} / ${ms(latency.maxUs)} ms`;
  const deliveries = `${(outcome.deliveriesPerSec / 1e6).toFixed(3)} M deliveries/s`;
  const verdict = brokenBy === undefined ? "held" : `not held: ${brokenBy}`;
  const generator = `generator ${(outcome.engineLoad * 100).toFixed(0)}%`;
  return `${Math.round(ratePerSec)} msg/s: ${deliveries}, ${times} (p50, p99, max), ${generator}, ${verdict}`;
}
