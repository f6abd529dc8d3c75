// History and search in a large chat: how long pages take while messages come in.
import { Histogram } from "../engine/histogram.ts";
import type { HistogramReport } from "../engine/commands.ts";
import type { ResultRow } from "../report/result.ts";
import { SessionPool } from "../sessions/session-pool.ts";
import type { Target } from "../targets/target.ts";
import { ChatWatch, type Noticed } from "./chat-watch.ts";
import { histogramFigures } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const CHAT_CLIENTS = 10;
const DEFAULT_RATE_PER_SEC = 1000;
const WORDS = ["coffee", "meeting", "tomorrow", "please", "review", "server", "lunch", "thanks", "window", "release"];
/** One message of this many holds the rare word. */
const RARE_EVERY = 10_000;
const RARE_WORD = "xylophone";

interface Probe {
  readonly name: string;
  readonly action: string;
  readonly data: Record<string, unknown>;
  readonly count: number;
}

const PROBES: readonly Probe[] = [
  { name: "first page", action: "common_chat", data: { limit: 50 }, count: 300 },
  { name: "page in the middle", action: "common_chat", data: { before: 500_000, limit: 50 }, count: 300 },
  { name: "search, frequent word", action: "search_in_chat", data: { chat_id: "common", word: "coffee" }, count: 100 },
  { name: "search, rare word", action: "search_in_chat", data: { chat_id: "common", word: RARE_WORD }, count: 100 },
  { name: "search, no hit", action: "search_in_chat", data: { chat_id: "common", word: "zzyzx" }, count: 100 },
  { name: "search, two characters", action: "search_in_chat", data: { chat_id: "common", word: "zq" }, count: 10 },
];

export const history: Scenario = {
  name: "history",
  summary: "pages of history and search in a chat of --stored messages, while --rate (1,000/s) come in",
  forPeers: false,
  run: (context, target) => measure(context, target),
};

async function* measure(context: ScenarioContext, target: Target): AsyncGenerator<ResultRow> {
  const { storedMessages, textBytes, ratePerSec = DEFAULT_RATE_PER_SEC } = context.options;
  const messenger = messengerOf(target).with({ storedMessages, textOf: storedText });
  context.progress(`history: storing ${storedMessages} messages`);
  const started = await context.start(messenger, CHAT_CLIENTS + 1);
  const { running } = started;
  const chatPlan = { clientCount: CHAT_CLIENTS, senderCount: CHAT_CLIENTS, ratePerSec, textBytes };
  const chat = await ChatWatch.open(context, running, chatPlan);
  const reader = new SessionPool(context.cores.engine);
  try {
    await reader.open(running, [running.users.at(-1)?.token ?? ""], 1);
    for (const probe of PROBES) {
      const asking = reader.probe(probe.action, probe.data, probe.count);
      context.progress(`history: asking for ${probe.name}, ${probe.count} times`);
      const meanwhile = await chat.during(asking, 0);
      const { eachUs, refused, messageCount } = await asking;
      context.progress(`history: ${probe.name}: p99 ${(eachUs.maxUs / 1000).toFixed(1)} ms at most`);
      yield rowOf(target, { storedMessages, ratePerSec }, probe, { eachUs, refused, messageCount, meanwhile });
    }
  } finally {
    await reader.close();
    await chat.close();
    await started.close();
  }
}

interface ProbeOutcome {
  readonly eachUs: HistogramReport;
  readonly refused: number;
  readonly messageCount: number;
  readonly meanwhile: Noticed;
}

function rowOf(
  target: Target,
  parameters: Readonly<Record<string, number>>,
  { name, count }: Probe,
  { eachUs, refused, messageCount, meanwhile }: ProbeOutcome,
): ResultRow {
  const each = new Histogram();
  each.merge(eachUs.buckets, eachUs.maxUs);
  return {
    scenario: "history",
    target: target.name,
    parameters: { what: name, asked: count, ...parameters },
    figures: {
      ...histogramFigures("", each),
      found: messageCount,
      refused,
      acknowledgedPerSec: meanwhile.acknowledgedPerSec,
      ...histogramFigures("chatMeanwhile", meanwhile.latency),
      chatWrong: meanwhile.wrong,
    },
    serverCpuByThread: {},
    remarks: [],
  };
}

/** About 100 characters of everyday words, the same for the same number. */
function storedText(index: number): string {
  const words = Array.from({ length: 14 }, (_, place) => WORDS[(index * 7 + place * (3 + (index % 5))) % WORDS.length]);
  return `${index} ${words.join(" ")}${index % RARE_EVERY === 0 ? ` ${RARE_WORD}` : ""}`;
}
