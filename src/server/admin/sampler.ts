// Samples of the server, one a second, kept for 10 minutes.
import { createHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Sample } from "../../protocol/admin.ts";
import { Emitter } from "../../util/emitter.ts";
import type { ThrottledLog } from "../../log/throttled-log.ts";
import { guarded } from "../guarded.ts";
import type { Metrics } from "../metrics.ts";

const SAMPLE_MS = 1_000;
const KEPT_COUNT = 600;
/** Resolution of the event loop's delay, in milliseconds. */
const LOOP_RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1e6;
const MICROSECONDS_PER_MS = 1e3;

/** Present values, beside the counters. */
export interface Gauges {
  readonly connections: number;
  readonly sessions: number;
  readonly queuedBytes: number;
}

type Counters = ReturnType<typeof countersOf>;

function countersOf({ requests, messages, deliveries, writes, commitTimes }: Metrics) {
  return { requests, messages, deliveries, writes, batches: commitTimes.count, commitMs: commitTimes.sum * 1000 };
}

export class Sampler {
  readonly onSample = new Emitter<{ sample: Sample }>();
  readonly #metrics: Metrics;
  readonly #gauges: () => Gauges;
  readonly #acts: ThrottledLog;
  readonly #samples: Sample[] = [];
  readonly #latency = createHistogram();
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  #timer: NodeJS.Timeout | undefined;
  #last: Counters;
  #lastCpu = process.cpuUsage();
  #lastMs = performance.now();
  #lastRssBytes = 0;

  constructor(metrics: Metrics, gauges: () => Gauges, acts: ThrottledLog) {
    this.#acts = acts;
    this.#metrics = metrics;
    this.#gauges = gauges;
    this.#last = countersOf(metrics);
  }

  start(): void {
    this.#loop.enable();
    this.#timer ??= setInterval(() => guarded(this.#acts, "the sampler", () => this.#take()), SAMPLE_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#loop.disable();
  }

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Counts the time from a request's arrival to the writes of its events. */
  recordLatency(durationMs: number): void {
    this.#latency.record(Math.max(1, Math.round(durationMs * MICROSECONDS_PER_MS)));
  }

  #take(): void {
    const nowMs = performance.now();
    const elapsedSeconds = (nowMs - this.#lastMs) / 1000;
    const now = countersOf(this.#metrics);
    const cpu = process.cpuUsage(this.#lastCpu);
    const grown = (name: keyof Counters): number => now[name] - this.#last[name];
    const perSec = (name: keyof Counters): number => Math.round(grown(name) / elapsedSeconds);
    const batches = grown("batches");
    const { connections, sessions, queuedBytes } = this.#gauges();
    const sample: Sample = {
      time_ms: Date.now(),
      requests_per_sec: perSec("requests"),
      messages_per_sec: perSec("messages"),
      deliveries_per_sec: perSec("deliveries"),
      latency_p50_ms: this.#latencyAt(50),
      latency_p99_ms: this.#latencyAt(99),
      commit_ms: batches > 0 ? grown("commitMs") / batches : null,
      batch_size: batches > 0 ? grown("writes") / batches : null,
      // Its own timer's period is not the loop's delay.
      loop_delay_p99_ms: Math.max(0, this.#loop.percentile(99) / NANOSECONDS_PER_MS - LOOP_RESOLUTION_MS),
      cpu: (cpu.user + cpu.system) / 1e6 / elapsedSeconds,
      rss_bytes: this.#rssBytes(),
      queued_bytes: queuedBytes,
      connections,
      sessions,
    };
    this.#latency.reset();
    this.#loop.reset();
    this.#last = now;
    this.#lastCpu = process.cpuUsage();
    this.#lastMs = nowMs;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT_COUNT) this.#samples.shift();
    this.onSample.emit("sample", sample);
  }

  /** The system tells it by a file, which cannot be opened when no descriptor is left: then the last that was told. */
  #rssBytes(): number {
    guarded(this.#acts, "the memory in use", () => (this.#lastRssBytes = process.memoryUsage.rss()));
    return this.#lastRssBytes;
  }

  #latencyAt(percentile: number): number | null {
    return this.#latency.count === 0 ? null : this.#latency.percentile(percentile) / MICROSECONDS_PER_MS;
  }
}
