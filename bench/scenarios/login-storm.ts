// Login storm: everybody logs in at once, by token or by password, while a chat goes on.
import type { Histogram } from "../engine/histogram.ts";
import { AdminClient } from "../../src/client/admin-client.ts";
import { bcryptPerSec } from "../measure/bcrypt-rate.ts";
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { RunningMessenger } from "../targets/messenger.ts";
import type { Target } from "../targets/target.ts";
import { ChatWatch } from "./chat-watch.ts";
import { histogramFigures } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const CHAT_CLIENTS = 100;
const CHAT_RATE_PER_SEC = 20;
/** Before anything is measured: the first messages are slow, whatever else goes on. */
const WARMUP_MS = 2_000;
const NORMAL_MS = 10_000;
const DEADLINE_MS = 600_000;

export const loginStorm: Scenario = {
  name: "login-storm",
  summary: "--storm logins at once, by token and by password, while a chat of 100 goes on",
  forPeers: false,
  async *run(context, target) {
    yield measure(context, target, "token");
    yield measure(context, target, "password");
  },
};

async function measure(context: ScenarioContext, target: Target, by: "token" | "password"): Promise<ResultRow> {
  const { stormCount, stormBcryptCost, textBytes } = context.options;
  context.progress(`login-storm by ${by}: first the chat alone, for ${(WARMUP_MS + NORMAL_MS) / 1000} s`);
  const messenger = messengerOf(target).with({ bcryptCost: stormBcryptCost });
  const started = await context.start(messenger, CHAT_CLIENTS + stormCount);
  const { running } = started;
  const chatPlan = { clientCount: CHAT_CLIENTS, senderCount: 10, ratePerSec: CHAT_RATE_PER_SEC, textBytes };
  const chat = await ChatWatch.open(context, running, chatPlan);
  const storm = stormClients(context, running, by);
  try {
    await chat.alone(WARMUP_MS);
    const normal = await chat.alone(NORMAL_MS);
    const startedMs = performance.now();
    let tookMs = 0;
    const logins = storm.open(stormCount, DEADLINE_MS).finally(() => (tookMs = performance.now() - startedMs));
    const meanwhile = await chat.during(logins, 0, async () => {
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      context.progress(`login-storm by ${by}: ${await loggedIn(running)} of ${stormCount} after ${seconds} s`);
    });
    const { failed, firstFailure, steps } = await logins;
    const loginsPerSec = (steps.count * 1000) / tookMs;
    context.progress(`login-storm by ${by}: ${steps.count} of ${stormCount} in ${Math.round(tookMs)} ms`);
    return {
      scenario: "login-storm",
      target: target.name,
      parameters: { storm: stormCount, by, ...(by === "password" && { bcryptCost: stormBcryptCost }) },
      figures: {
        loginsPerSec,
        failed,
        allReadyMs: tookMs,
        ...(by === "password" && bcryptFigures(context, loginsPerSec)),
        ...histogramFigures("login", steps),
        ...histogramFigures("chatNormal", normal.latency),
        ...histogramFigures("chatMeanwhile", meanwhile.latency),
        chatP99Ratio: p99Of(meanwhile.latency) / p99Of(normal.latency),
        chatWrong: normal.wrong + meanwhile.wrong,
      },
      serverCpuByThread: {},
      remarks: failed > 0 ? [`first failure: ${firstFailure}`] : [],
    };
  } finally {
    await storm.close();
    await chat.close();
    await started.close();
  }
}

function stormClients({ program, cores, options }: ScenarioContext, running: RunningMessenger, by: string): Swarm {
  const swarm = new Swarm(running, { program, engineCount: 1, engineCore: cores.engine });
  swarm.add(
    Array.from({ length: options.stormCount }, (_, offset) => {
      const index = CHAT_CLIENTS + offset;
      return { role: "walk", group: 1, steps: by === "token" ? running.steps(index) : running.passwordSteps(index) };
    }),
  );
  return swarm;
}

/** How many of the storm have a session, as the server says. */
async function loggedIn({ dataDir }: RunningMessenger): Promise<number> {
  const admin = await AdminClient.open(dataDir);
  try {
    return (await admin.request("status", {})).sessions - CHAT_CLIENTS;
  } finally {
    admin.close();
  }
}

function bcryptFigures({ cores, options }: ScenarioContext, loginsPerSec: number): Record<string, number> {
  const alonePerSec = bcryptPerSec(options.stormBcryptCost, cores.server);
  return { bcryptAlonePerSec: alonePerSec, ratio: loginsPerSec / alonePerSec };
}

function p99Of(histogram: Histogram): number {
  return histogram.quantileUs(0.99);
}
