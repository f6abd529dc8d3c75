// Idle connections: what each logged-in session costs in memory.
import { processUsage } from "../measure/process-usage.ts";
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { RunningTarget, Target } from "../targets/target.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

/** How many connect first, so that code, pools and caches are there before the measured ones come. */
const WARM_COUNT = 100;
/** How long the server is left alone before its memory is read. */
const QUIET_MS = 5_000;

export const idle: Scenario = {
  name: "idle",
  summary: "N clients log in and stay: memory of each",
  forPeers: true,
  async *run(context, target) {
    for (const clientCount of context.options.clients) yield measure(context, target, clientCount);
  },
};

async function measure(context: ScenarioContext, target: Target, clientCount: number): Promise<ResultRow> {
  const { program, cores } = context;
  const started = await context.start(target, WARM_COUNT + clientCount);
  const { running } = started;
  const swarm = new Swarm(running, { program, engineCount: 1, engineCore: cores.engine });
  try {
    const connect = async (from: number, count: number): Promise<void> => {
      swarm.add(
        Array.from({ length: count }, (_, index) => ({ role: "walk", group: 0, steps: running.steps(from + index) })),
      );
      await swarm.connect();
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    };
    await connect(0, WARM_COUNT);
    const before = rssOf(running);
    await connect(WARM_COUNT, clientCount);
    const after = rssOf(running);
    const bytesPerSession = (after - before) / clientCount;
    context.progress(`idle: ${target.name}, N = ${clientCount}: ${Math.round(bytesPerSession)} bytes of RSS a session`);
    return {
      scenario: "idle",
      target: target.name,
      parameters: { clients: clientCount },
      figures: { bytesPerSession, serverRssBytes: after, serverRssBeforeBytes: before },
      serverCpuByThread: {},
      remarks: [],
    };
  } finally {
    await swarm.close();
    await started.close();
  }
}

function rssOf({ pid, name }: RunningTarget): number {
  const usage = pid === undefined ? undefined : processUsage(pid);
  if (!usage) throw new Error(`the memory of ${name} cannot be read: it runs elsewhere or has ended`);
  return usage.rssBytes;
}
