// The clients of one run: spreads them over load engine processes, and puts one load on them at a time.
import type { LoadReport, PlannedConnection, SendReport, SentCount } from "./engine/commands.ts";
import { EngineProcess, type EngineProgram } from "./engine/engine-process.ts";
import { Histogram } from "./engine/histogram.ts";
import { monotonicUs } from "./engine/stamp.ts";
import type { LoadOutcome, LoadPlan } from "./load.ts";
import { processUsage, usageBetween, type Usage } from "./measure/process-usage.ts";
import type { RunningTarget } from "./targets/target.ts";

/** From giving the order to the first message. */
const LEAD_US = 100_000;
const CONNECT_DEADLINE_MS = 120_000;
/** Nothing arrives for this long: everybody has been told that everybody has joined. */
const QUIET_MS = 300;

export interface SwarmOptions {
  readonly program: EngineProgram;
  readonly engineCount: number;
  readonly engineCore: number | undefined;
}

/** Result of connecting. */
export interface Opened {
  readonly failed: number;
  /** Empty when none has failed. */
  readonly firstFailure: string;
  /** How long the steps took of those that are ready. */
  readonly steps: Histogram;
}

/** Connected clients, some of them senders. Senders all are in the first engine. */
export class Swarm {
  readonly #target: RunningTarget;
  readonly #engines: EngineProcess[];
  readonly #senderGroups = new Map<number, number>();
  readonly #nextNumbers = new Map<number, number>();

  constructor(target: RunningTarget, options: SwarmOptions) {
    this.#target = target;
    this.#engines = Array.from(
      { length: options.engineCount },
      () => new EngineProcess(options.program, options.engineCore),
    );
    for (const engine of this.#engines) engine.target(target, target.format);
  }

  /** Adds clients; connections without a sender go round all engines. */
  add(connections: readonly PlannedConnection[]): void {
    connections.forEach((planned, index) => {
      const engine = this.#engines[planned.sender ? 0 : index % this.#engines.length];
      if (planned.sender) this.#senderGroups.set(planned.sender.id, planned.group);
      engine?.add(planned);
    });
  }

  /** Connects all that were added and are not yet; throws when one cannot. Resolves when nothing arrives any more. */
  async connect(): Promise<void> {
    const { failed, firstFailure } = await this.open(this.#target.connectParallel, CONNECT_DEADLINE_MS);
    if (failed > 0) throw new Error(`${failed} clients could not connect to ${this.#target.name}: ${firstFailure}`);
    await Promise.all(this.#engines.map((engine) => engine.quiet(QUIET_MS, CONNECT_DEADLINE_MS)));
  }

  /**
   * Connects all that were added and are not yet, `atOnce` at the same time. Resolves when each is ready or has failed;
   * messages of a chat that goes on meanwhile may still arrive, and go on to.
   */
  async open(atOnce: number, deadlineMs: number): Promise<Opened> {
    const parallel = Math.max(1, Math.floor(atOnce / this.#engines.length));
    const reports = await Promise.all(this.#engines.map((engine) => engine.connect(parallel, deadlineMs)));
    const steps = new Histogram();
    for (const { stepsUs } of reports) steps.merge(stepsUs.buckets, stepsUs.maxUs);
    return {
      failed: reports.reduce((sum, { failed }) => sum + failed, 0),
      firstFailure: reports.find(({ failed }) => failed > 0)?.firstFailure ?? "",
      steps,
    };
  }

  /** Sends as planned, waits until all has arrived, and tells what did. */
  async load(plan: LoadPlan): Promise<LoadOutcome> {
    const fromUs = monotonicUs() + LEAD_US;
    const windowFromUs = fromUs + plan.warmupMs * 1000;
    const toUs = windowFromUs + plan.measureMs * 1000;
    await Promise.all(this.#engines.map((engine) => engine.begin(windowFromUs, toUs)));
    const windowFromMs = Date.now() + (windowFromUs - monotonicUs()) / 1000;
    const usage = this.#measureServer(windowFromUs, toUs);
    const sendReport = await this.#send(plan, fromUs, toUs);
    const sent = this.#sentCounts(sendReport);
    const settleFromUs = monotonicUs();
    // An overloaded target is given up: its backlog may take minutes. Pipelined messages are no backlog.
    const deadlineMs = sendReport.overloaded && plan.pipelined === undefined ? 0 : plan.settleMs;
    const reports = await Promise.all(this.#engines.map((engine) => engine.settle(deadlineMs, sent)));
    const settleMs = (monotonicUs() - settleFromUs) / 1000;
    const ownFigures = (await this.#target.ownFigures?.(windowFromMs, windowFromMs + plan.measureMs)) ?? {};
    return summarize({ plan, sent, sendReport, reports, settleMs, usage: await usage, ownFigures });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close()));
  }

  async #send(plan: LoadPlan, fromUs: number, toUs: number): Promise<SendReport> {
    const [first] = this.#engines;
    if (!first) throw new Error("a swarm needs at least one engine");
    return plan.pipelined === undefined
      ? first.send(plan.ratePerSec, fromUs, toUs)
      : first.pipeline(plan.pipelined, fromUs, toUs);
  }

  #sentCounts(report: SendReport): Map<number, SentCount> {
    const sent = new Map<number, SentCount>();
    for (const [id, to] of report.sent) {
      sent.set(id, { group: this.#senderGroups.get(id) ?? 0, from: this.#nextNumbers.get(id) ?? 0, to });
      this.#nextNumbers.set(id, to);
    }
    return sent;
  }

  async #measureServer(fromUs: number, toUs: number): Promise<Usage | undefined> {
    const { pid } = this.#target;
    if (pid === undefined) return undefined;
    await waitUntil(fromUs);
    const before = processUsage(pid);
    await waitUntil(toUs);
    const after = processUsage(pid);
    return before && after && usageBetween(before, after);
  }
}

function waitUntil(timeUs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, (timeUs - monotonicUs()) / 1000)));
}

/** Everything that is known of a load that is over. */
interface LoadRecord extends Pick<LoadOutcome, "settleMs" | "usage" | "ownFigures"> {
  readonly plan: LoadPlan;
  readonly sent: ReadonlyMap<number, SentCount>;
  readonly sendReport: SendReport;
  readonly reports: readonly LoadReport[];
}

function summarize({ plan, sent, sendReport, reports, settleMs, usage, ownFigures }: LoadRecord): LoadOutcome {
  const sum = (field: NumberField): number => reports.reduce((total, report) => total + report[field], 0);
  const latency = new Histogram();
  const acknowledge = new Histogram();
  const lateness = new Histogram();
  lateness.merge(sendReport.latenessUs.buckets, sendReport.latenessUs.maxUs);
  for (const report of reports) {
    latency.merge(report.latencyUs.buckets, report.latencyUs.maxUs);
    acknowledge.merge(report.acknowledgeUs.buckets, report.acknowledgeUs.maxUs);
  }
  const windowSec = plan.measureMs / 1000;
  const bytesPerDelivery = sum("countedBytes") / Math.max(1, sum("countedFrames"));
  const bytesPerSec = sum("windowBytes") / windowSec;
  return {
    offered: [...sent.values()].reduce((total, { from, to }) => total + to - from, 0),
    receivers: sum("receivers"),
    expected: sum("expected"),
    delivered: sum("delivered"),
    lost: sum("lost"),
    doubled: sum("doubled"),
    outOfOrder: sum("outOfOrder"),
    differing: sum("differing"),
    closed: sum("closed"),
    acknowledged: sum("acknowledged"),
    refused: sum("refused"),
    overloaded: sendReport.overloaded,
    acknowledgedPerSec: sum("windowAcknowledged") / windowSec,
    deliveriesPerSec: bytesPerDelivery > 0 ? bytesPerSec / bytesPerDelivery : 0,
    bytesPerSec,
    bytesPerDelivery,
    settleMs,
    latency,
    acknowledge,
    lateness,
    // Each engine is one process; the busiest one is the limit.
    engineLoad: Math.max(...reports.map(({ cpuUs, wallUs }) => cpuUs / wallUs)),
    usage,
    ownFigures,
  };
}

type NumberField = { [K in keyof LoadReport]: LoadReport[K] extends number ? K : never }[keyof LoadReport];
