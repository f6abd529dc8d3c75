// Counts of a load engine over all its connections, between `begin` and `settle`.
import type { HistogramReport } from "./commands.ts";
import { Histogram } from "./histogram.ts";
import { monotonicUs } from "./stamp.ts";

/** Seen latency beyond which sending stops early: the target is hopelessly behind, and the backlog must stay bounded. */
const GIVE_UP_US = 1_500_000;

/** Counters and histograms of one load; the window is the part of it that is measured. */
export class Tally {
  readonly latency = new Histogram();
  readonly acknowledge = new Histogram();
  readonly windowFromUs: number;
  readonly windowToUs: number;
  windowBytes = 0;
  acknowledged = 0;
  windowAcknowledged = 0;
  refused = 0;
  overloaded = false;
  #from: Spent | undefined;
  #to: Spent | undefined;

  constructor(windowFromUs: number, windowToUs: number) {
    this.windowFromUs = windowFromUs;
    this.windowToUs = windowToUs;
    atUs(windowFromUs, () => (this.#from = spentNow()));
    atUs(windowToUs, () => (this.#to = spentNow()));
  }

  /** Microseconds of CPU of this process, and on the clock, within the window or as much of it as is over. */
  spent(): Spent {
    const to = this.#to ?? spentNow();
    if (!this.#from) return { cpuUs: 0, wallUs: 1 };
    return { cpuUs: to.cpuUs - this.#from.cpuUs, wallUs: to.wallUs - this.#from.wallUs + 1 };
  }

  inWindow(timeUs: number): boolean {
    return timeUs >= this.windowFromUs && timeUs < this.windowToUs;
  }

  /** Records a message made at `madeUs` that arrived at `nowUs`. */
  arrived(madeUs: number, nowUs: number): void {
    if (this.inWindow(madeUs)) this.latency.record(nowUs - madeUs);
    if (nowUs - madeUs > GIVE_UP_US) this.overloaded = true;
  }

  /** Records the answer to a message made at `madeUs`. */
  answered(madeUs: number, nowUs: number, accepted: boolean): void {
    if (!accepted) {
      this.refused += 1;
      return;
    }
    this.acknowledged += 1;
    if (this.inWindow(madeUs)) this.acknowledge.record(nowUs - madeUs);
    if (this.inWindow(nowUs)) this.windowAcknowledged += 1;
    if (nowUs - madeUs > GIVE_UP_US) this.overloaded = true;
  }
}

interface Spent {
  readonly cpuUs: number;
  readonly wallUs: number;
}

function spentNow(): Spent {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, wallUs: monotonicUs() };
}

function atUs(timeUs: number, call: () => void): void {
  setTimeout(call, Math.max(0, (timeUs - monotonicUs()) / 1000)).unref();
}

export function histogramReport(histogram: Histogram): HistogramReport {
  return { buckets: histogram.sparse(), maxUs: histogram.maxUs };
}
