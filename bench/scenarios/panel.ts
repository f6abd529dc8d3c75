// Cost of the control panel: the common chat with the panel closed, on Overview and on Traffic, in turn.
import { PanelProcess, type MeasuredPage } from "../measure/panel-process.ts";
import { processUsage, totalCpuMs, usageBetween } from "../measure/process-usage.ts";
import { whyNotHeld, type LoadPlan } from "../load.ts";
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { RunningMessenger } from "../targets/messenger.ts";
import type { Target } from "../targets/target.ts";
import { commonChatClients } from "./clients.ts";
import { loadFigures, progressLine, remarksOn, serverCpu } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const DEFAULT_RATE_PER_SEC = 200;
const ROUNDS = 3;
const STATES: readonly (MeasuredPage | "closed")[] = ["closed", "overview", "traffic"];

export const panel: Scenario = {
  name: "panel",
  summary: "the common chat with the control panel closed, on Overview and on Traffic, in turn, three times",
  forPeers: false,
  async *run(context, target) {
    for (const clientCount of context.options.clients) yield* measure(context, target, clientCount);
  },
};

/** All on one server and with the same clients, so that nothing but the panel differs. */
async function* measure(context: ScenarioContext, target: Target, clientCount: number): AsyncGenerator<ResultRow> {
  const { options, program, cores } = context;
  const started = await context.start(messengerOf(target), clientCount);
  const { running } = started;
  const swarm = new Swarm(running, { program, engineCount: options.engineCount, engineCore: cores.engine });
  try {
    // All that a panel needs is made ready before anything is measured.
    await (await PanelProcess.open(running.dataDir, "traffic", cores.engine)).close();
    const { senders, textBytes, verify, sampledReceivers } = options;
    const senderCount = Math.min(senders, clientCount);
    swarm.add(
      commonChatClients(running, { clientCount, senderCount, textBytes, verify, sampledReceivers, stalledEvery: 0 }),
    );
    await swarm.connect();
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const state of STATES) yield measureState(context, running, swarm, { clientCount, state });
    }
  } finally {
    await swarm.close();
    await started.close();
  }
}

async function measureState(
  { options, cores, progress }: ScenarioContext,
  running: RunningMessenger,
  swarm: Swarm,
  { clientCount, state }: { readonly clientCount: number; readonly state: MeasuredPage | "closed" },
): Promise<ResultRow> {
  const { ratePerSec = DEFAULT_RATE_PER_SEC, warmupMs, measureMs, settleMs, p99LimitMs, senders, textBytes } = options;
  const plan: LoadPlan = { ratePerSec, warmupMs, measureMs, settleMs };
  const opened = state === "closed" ? undefined : await PanelProcess.open(running.dataDir, state, cores.engine);
  try {
    const before = opened && processUsage(opened.pid);
    const startMs = performance.now();
    const outcome = await swarm.load(plan);
    const after = opened && processUsage(opened.pid);
    const wallMs = performance.now() - startMs;
    const brokenBy = whyNotHeld(outcome, { p99Ms: p99LimitMs });
    progress(`panel ${state}: ${progressLine(ratePerSec, outcome, brokenBy)}`);
    return {
      scenario: "panel",
      target: running.name,
      parameters: { clients: clientCount, senders, textBytes, ratePerSec, panel: state },
      figures: {
        ...loadFigures(outcome),
        serverLoad: outcome.usage === undefined ? 0 : totalCpuMs(outcome.usage) / measureMs,
        panelLoad: before && after ? totalCpuMs(usageBetween(before, after)) / wallMs : 0,
      },
      serverCpuByThread: serverCpu(outcome, measureMs),
      remarks: [...(brokenBy === undefined ? [] : [`not held: ${brokenBy}`]), ...remarksOn(outcome)],
    };
  } finally {
    await opened?.close();
  }
}
