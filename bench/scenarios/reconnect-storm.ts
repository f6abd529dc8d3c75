// Reconnect storm: all sessions are cut at once, come back by token and catch up, while a chat goes on.
import { Histogram } from "../engine/histogram.ts";
import type { ResultRow } from "../report/result.ts";
import type { OpenReply } from "../sessions/orders.ts";
import { SessionPool } from "../sessions/session-pool.ts";
import type { Target } from "../targets/target.ts";
import { ChatWatch } from "./chat-watch.ts";
import { histogramFigures } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const CHAT_CLIENTS = 10;
/** One message to 10,000 sessions is 10,000 writes: a few a second are a load already. */
const CHAT_RATE_PER_SEC = 2;
const NORMAL_MS = 10_000;
const COMPLETE_DEADLINE_MS = 30_000;

export const reconnectStorm: Scenario = {
  name: "reconnect-storm",
  summary: "all N sessions cut at once; they resume by token and catch up",
  forPeers: false,
  async *run(context, target) {
    for (const clientCount of context.options.clients) yield measure(context, target, clientCount);
  },
};

async function measure(context: ScenarioContext, target: Target, clientCount: number): Promise<ResultRow> {
  const { textBytes, parallel } = context.options;
  const started = await context.start(messengerOf(target), CHAT_CLIENTS + clientCount);
  const { running } = started;
  const chatPlan = { clientCount: CHAT_CLIENTS, senderCount: 2, ratePerSec: CHAT_RATE_PER_SEC, textBytes };
  const chat = await ChatWatch.open(context, running, chatPlan);
  const sessions = new SessionPool(context.cores.engine);
  try {
    const tokens = running.users.slice(CHAT_CLIENTS).map(({ token }) => token);
    requireAll(await sessions.open(running, tokens, parallel));
    const normal = await chat.alone(NORMAL_MS);
    await sessions.cut();
    const resuming = sessions.resume(parallel);
    const meanwhile = await chat.during(resuming, 0);
    const resumed = await resuming;
    const complete = await sessions.complete(COMPLETE_DEADLINE_MS);
    context.progress(`reconnect-storm: ${resumed.opened} of ${clientCount} back in ${Math.round(resumed.tookMs)} ms`);
    return {
      scenario: "reconnect-storm",
      target: target.name,
      parameters: { clients: clientCount, parallel },
      figures: {
        allReadyMs: resumed.tookMs,
        resumed: resumed.opened,
        failed: resumed.failed,
        incomplete: complete.incomplete,
        gaps: complete.gaps,
        ...histogramFigures("resume", histogramOf(resumed)),
        ...histogramFigures("chatNormal", normal.latency),
        ...histogramFigures("chatMeanwhile", meanwhile.latency),
        chatWrong: normal.wrong + meanwhile.wrong,
      },
      serverCpuByThread: {},
      remarks: resumed.failed > 0 ? [`first failure: ${resumed.firstFailure}`] : [],
    };
  } finally {
    await sessions.close();
    await chat.close();
    await started.close();
  }
}

function requireAll({ failed, firstFailure }: OpenReply): void {
  if (failed > 0) throw new Error(`${failed} sessions could not begin: ${firstFailure}`);
}

function histogramOf({ eachUs }: OpenReply): Histogram {
  const histogram = new Histogram();
  histogram.merge(eachUs.buckets, eachUs.maxUs);
  return histogram;
}
