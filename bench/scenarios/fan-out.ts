// Common chat: S of N clients send, all N receive. At one rate, or searching the highest that holds.
import { bestStep, findMax, type Step } from "../find-max.ts";
import { whyNotHeld, type LoadOutcome, type LoadPlan } from "../load.ts";
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { RunningTarget, Target } from "../targets/target.ts";
import { commonChatClients } from "./clients.ts";
import { loadFigures, progressLine, remarksOn, serverCpu } from "./figures.ts";
import type { Scenario, ScenarioContext, Started } from "./scenario.ts";

/** After a rate that broke, clients and server begin anew: the backlog must not spoil the next rate. */
class FanOutRun {
  readonly #context: ScenarioContext;
  readonly #target: Target;
  readonly #clientCount: number;
  #started: Started<RunningTarget> | undefined;
  #swarm: Swarm | undefined;

  constructor(context: ScenarioContext, target: Target, clientCount: number) {
    this.#context = context;
    this.#target = target;
    this.#clientCount = clientCount;
  }

  async attempt(ratePerSec: number): Promise<Step<LoadOutcome>> {
    const { options } = this.#context;
    const swarm = this.#swarm ?? (await this.#open());
    const outcome = await swarm.load({ ...this.#plan(), ratePerSec });
    const brokenBy = whyNotHeld(outcome, { p99Ms: options.p99LimitMs });
    this.#context.progress(progressLine(ratePerSec, outcome, brokenBy));
    if (brokenBy !== undefined) await this.close();
    return { ratePerSec, outcome, brokenBy };
  }

  async close(): Promise<void> {
    await this.#swarm?.close();
    await this.#started?.close();
    this.#swarm = undefined;
    this.#started = undefined;
  }

  #plan(): Omit<LoadPlan, "ratePerSec"> {
    const { warmupMs, measureMs, settleMs } = this.#context.options;
    return { warmupMs, measureMs, settleMs };
  }

  async #open(): Promise<Swarm> {
    const { options, program, cores } = this.#context;
    this.#started = await this.#context.start(this.#target, this.#clientCount);
    const { running } = this.#started;
    const swarm = new Swarm(running, { program, engineCount: options.engineCount, engineCore: cores.engine });
    this.#swarm = swarm;
    const { textBytes, verify, sampledReceivers } = options;
    const senderCount = Math.min(options.senders, this.#clientCount);
    const plan = { clientCount: this.#clientCount, senderCount, textBytes, verify, sampledReceivers, stalledEvery: 0 };
    swarm.add(commonChatClients(running, plan));
    await swarm.connect();
    return swarm;
  }
}

async function measure(context: ScenarioContext, target: Target, clientCount: number): Promise<ResultRow[]> {
  const { options } = context;
  const run = new FanOutRun(context, target, clientCount);
  context.progress(`${target.name}, N = ${clientCount}`);
  try {
    const steps =
      options.ratePerSec === undefined
        ? await findMax(searchOptions(context, clientCount), (ratePerSec) => run.attempt(ratePerSec))
        : [await run.attempt(options.ratePerSec)];
    const step = bestStep(steps) ?? steps[0];
    return step ? [rowOf(context, target, clientCount, step)] : [];
  } finally {
    await run.close();
  }
}

/** The start rate is meant for 1,000 clients: the same deliveries a second are tried first whatever their number. */
function searchOptions({ options }: ScenarioContext, clientCount: number): Parameters<typeof findMax>[0] {
  return {
    startPerSec: Math.max(10, Math.round((options.startRatePerSec * 1000) / clientCount)),
    maxPerSec: options.maxRatePerSec,
    precision: options.precision,
  };
}

function rowOf(
  { options }: ScenarioContext,
  target: Target,
  clientCount: number,
  { ratePerSec, outcome, brokenBy }: Step<LoadOutcome>,
): ResultRow {
  const search = options.ratePerSec === undefined ? `highest rate with p99 <= ${options.p99LimitMs} ms` : "given rate";
  return {
    scenario: "fan-out",
    target: target.name,
    parameters: { clients: clientCount, senders: options.senders, textBytes: options.textBytes, ratePerSec, search },
    figures: loadFigures(outcome),
    serverCpuByThread: serverCpu(outcome, options.measureMs),
    remarks: [...(brokenBy === undefined ? [] : [`not held: ${brokenBy}`]), ...remarksOn(outcome)],
  };
}

export const fanOut: Scenario = {
  name: "fan-out",
  summary: "S of N clients send to the common chat, all N receive",
  forPeers: true,
  async run(context, target) {
    const rows: ResultRow[] = [];
    for (const clientCount of context.options.clients) rows.push(...(await measure(context, target, clientCount)));
    return rows;
  },
};
