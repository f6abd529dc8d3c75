// Client mix: N sessions do what people do, at random times.
import { Histogram } from "../engine/histogram.ts";
import { stampedText } from "../engine/stamp.ts";
import { processUsage, usageBetween } from "../measure/process-usage.ts";
import type { ResultRow } from "../report/result.ts";
import { SessionPool } from "../sessions/session-pool.ts";
import type { Target } from "../targets/target.ts";
import { histogramFigures } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

/** Requests of one session a second, when --rate does not say how many all make together. */
const DEFAULT_PER_SESSION = 0.1;

export const clientMix: Scenario = {
  name: "client-mix",
  summary: "N sessions send, read, search and look at profiles at random times; --rate is of all together",
  forPeers: false,
  async *run(context, target) {
    for (const clientCount of context.options.clients) yield* await measure(context, target, clientCount);
  },
};

async function measure(context: ScenarioContext, target: Target, clientCount: number): Promise<ResultRow[]> {
  const { textBytes, ratePerSec, measureMs, parallel } = context.options;
  const started = await context.start(messengerOf(target), clientCount);
  const { running } = started;
  const sessions = new SessionPool(context.cores.engine);
  try {
    const tokens = running.users.map(({ token }) => token);
    const opened = await sessions.open(running, tokens, parallel);
    if (opened.failed > 0) throw new Error(`${opened.failed} sessions could not begin: ${opened.firstFailure}`);
    const perSec = ratePerSec === undefined ? DEFAULT_PER_SESSION : ratePerSec / clientCount;
    const before = processUsage(running.pid);
    const { actions } = await sessions.mix(perSec, measureMs, stampedText(textBytes));
    const after = processUsage(running.pid);
    const usage = before && after && usageBetween(before, after);
    context.progress(`client-mix: N = ${clientCount} done`);
    return Object.entries(actions).map(([action, { latencyUs, refused }]): ResultRow => {
      const latency = new Histogram();
      latency.merge(latencyUs.buckets, latencyUs.maxUs);
      const requestsPerSec = (latency.count * 1000) / measureMs;
      return {
        scenario: "client-mix",
        target: target.name,
        parameters: { clients: clientCount, action },
        figures: { requestsPerSec, ...histogramFigures("", latency), refused, serverRssBytes: usage?.rssBytes ?? 0 },
        serverCpuByThread: shares(usage?.cpuMsByThread ?? {}, measureMs),
        remarks: [],
      };
    });
  } finally {
    await sessions.close();
    await started.close();
  }
}

function shares(cpuMsByThread: Readonly<Record<string, number>>, durationMs: number): Record<string, number> {
  return Object.fromEntries(Object.entries(cpuMsByThread).map(([name, cpuMs]) => [name, cpuMs / durationMs]));
}
