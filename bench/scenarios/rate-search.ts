// One load on one kind of server: at the rate asked for, or at the highest that holds.
import type { PlannedConnection } from "../engine/commands.ts";
import { bestStep, findMax, type SearchOptions, type Step } from "../find-max.ts";
import { isHopeless, whyNotHeld, type LoadOutcome } from "../load.ts";
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { RunningTarget } from "../targets/target.ts";
import { loadFigures, progressLine, remarksOn, serverCpu, storeParameter } from "./figures.ts";
import type { Startable, Started, ScenarioContext } from "./scenario.ts";

/** Target and clients of a load. */
export interface LoadSpec<Running extends RunningTarget> {
  readonly scenario: string;
  /** The target's name in the results. */
  readonly targetName: string;
  readonly target: Startable<Running>;
  readonly clientCount: number;
  /** Receivers of one message: the search begins at a rate that makes the same deliveries a second for any number. */
  readonly receiversPerMessage: number;
  clients(running: Running): readonly PlannedConnection[];
  /** Shown in the results beside clients, senders, text length and rate. */
  readonly parameters: Readonly<Record<string, number | string>>;
}

/** Server and clients of a load; after a rate that broke both start again: no backlog may spoil the next rate. */
class LoadRun<Running extends RunningTarget> {
  readonly #context: ScenarioContext;
  readonly #spec: LoadSpec<Running>;
  #started: Started<Running> | undefined;
  #swarm: Swarm | undefined;
  #storeParameter: Readonly<Record<string, string>> = {};

  constructor(context: ScenarioContext, spec: LoadSpec<Running>) {
    this.#context = context;
    this.#spec = spec;
  }

  async attempt(ratePerSec: number): Promise<Step<LoadOutcome>> {
    const { warmupMs, measureMs, settleMs, p99LimitMs } = this.#context.options;
    const swarm = this.#swarm ?? (await this.#open());
    const outcome = await swarm.load({ ratePerSec, warmupMs, measureMs, settleMs });
    const limits = { p99Ms: p99LimitMs };
    const brokenBy = whyNotHeld(outcome, limits);
    this.#context.progress(progressLine(ratePerSec, outcome, brokenBy));
    if (brokenBy !== undefined) await this.close();
    return { ratePerSec, outcome, brokenBy, isHopeless: isHopeless(outcome, limits) };
  }

  /** Of the server that was started last. */
  get storeParameter(): Readonly<Record<string, string>> {
    return this.#storeParameter;
  }

  async close(): Promise<void> {
    await this.#swarm?.close();
    await this.#started?.close();
    this.#swarm = undefined;
    this.#started = undefined;
  }

  async #open(): Promise<Swarm> {
    const { options, program, cores } = this.#context;
    this.#started = await this.#context.start(this.#spec.target, this.#spec.clientCount);
    const { running } = this.#started;
    this.#storeParameter = storeParameter(running);
    const swarm = new Swarm(running, { program, engineCount: options.engineCount, engineCore: cores.engine });
    this.#swarm = swarm;
    swarm.add(this.#spec.clients(running));
    await swarm.connect();
    return swarm;
  }
}

/** One row: the load at the rate that was asked for, or the best of those tried. */
export async function measureLoad<Running extends RunningTarget>(
  context: ScenarioContext,
  spec: LoadSpec<Running>,
): Promise<ResultRow> {
  const { ratePerSec } = context.options;
  const run = new LoadRun(context, spec);
  context.progress(`${spec.scenario}: ${spec.targetName}, N = ${spec.clientCount}`);
  try {
    const steps =
      ratePerSec === undefined
        ? await findMax(searchOptions(context, spec), (rate) => run.attempt(rate))
        : [await run.attempt(ratePerSec)];
    const step = bestStep(steps) ?? steps.at(-1);
    if (!step) throw new Error("no rate was tried");
    if (step.brokenBy === undefined) context.heldRates.set(keyOf(spec), step.ratePerSec);
    const row = rowOf(context, spec, step);
    return { ...row, parameters: { ...run.storeParameter, ...row.parameters } };
  } finally {
    await run.close();
  }
}

/**
 * The start rate of the options is meant for 1,000 receivers a message. A later run of the same measurement begins
 * below what held before, and goes on in small steps.
 */
function searchOptions<Running extends RunningTarget>(
  { options, heldRates }: ScenarioContext,
  spec: LoadSpec<Running>,
): SearchOptions {
  const { maxRatePerSec: maxPerSec, precision, startRatePerSec } = options;
  const before = heldRates.get(keyOf(spec));
  const perSec = before === undefined ? (startRatePerSec * 1000) / spec.receiversPerMessage : before * 0.85;
  const pace = before === undefined ? { growth: 2, failures: 2 } : { growth: 1.2, failures: 1 };
  return { startPerSec: Math.max(10, Math.round(perSec)), maxPerSec, precision, ...pace };
}

function keyOf<Running extends RunningTarget>(spec: LoadSpec<Running>): string {
  return JSON.stringify([spec.scenario, spec.targetName, spec.clientCount, spec.parameters]);
}

function rowOf<Running extends RunningTarget>(
  { options }: ScenarioContext,
  { scenario, targetName, clientCount, parameters }: LoadSpec<Running>,
  { ratePerSec, outcome, brokenBy }: Step<LoadOutcome>,
): ResultRow {
  const { senders, textBytes, p99LimitMs, measureMs } = options;
  const search = options.ratePerSec === undefined ? `highest rate with p99 <= ${p99LimitMs} ms` : "given rate";
  return {
    scenario,
    target: targetName,
    parameters: { clients: clientCount, senders, textBytes, ...parameters, ratePerSec, search },
    figures: loadFigures(outcome),
    serverCpuByThread: serverCpu(outcome, measureMs),
    remarks: [...(brokenBy === undefined ? [] : [`not held: ${brokenBy}`]), ...remarksOn(outcome)],
  };
}
