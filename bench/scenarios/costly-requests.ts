// Costly requests: what a small chat notices of those who search, pull pages, read nothing, flap or greet without end.
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { processUsage } from "../measure/process-usage.ts";
import type { ResultRow } from "../report/result.ts";
import { Press } from "../sessions/press.ts";
import type { RunningMessenger } from "../targets/messenger.ts";
import { BENCH_PASSWORD } from "../targets/prefilled-users.ts";
import type { Target } from "../targets/target.ts";
import { ChatWatch, type Noticed } from "./chat-watch.ts";
import { histogramFigures } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const CHAT_CLIENTS = 20;
const CHAT_RATE_PER_SEC = 50;
const WATCHERS = 5_000;
const WARMUP_MS = 2_000;
const NORMAL_MS = 6_000;
const PRESSED_MS = 14_000;
/** A word whose trigrams are in every message, and that is in none. */
const ABSENT = "abcabcabcabcabc!";

/** Something costly that one account does, without the limits on what one peer may ask. */
interface Pressure {
  readonly name: string;
  readonly overTls?: boolean;
  /** Of how many that are to be stored. */
  messageCount(stored: number): number;
  textOf(index: number): string;
  /** Opens the sessions, before the chat alone is measured. */
  prepare(press: Press, watchers: Press, running: RunningMessenger): Promise<void>;
  begin(press: Press): void | Promise<void>;
}

const few = { messageCount: () => 200, textOf: () => "x".repeat(4_000) };

const PRESSURES: readonly Pressure[] = [
  {
    name: "50 sessions search",
    messageCount: (stored) => Math.min(stored, 500_000),
    textOf: (index) => `abcabc! ${index} !abcab bcabc some more text that a person might write`,
    prepare: (press) => press.open(50),
    begin: (press) => press.askOn("search_in_chat", { chat_id: COMMON_CHAT, word: ABSENT }),
  },
  {
    name: "300 silent page readers",
    messageCount: few.messageCount,
    textOf: () => "\u0001".repeat(8_192),
    prepare: (press) => press.open(300),
    begin: (press) => press.askUnread("common_chat", { limit: 200 }, 100),
  },
  {
    name: "5,000 watchers, one flaps",
    ...few,
    async prepare(press, watchers, running) {
      await watchers.open(1);
      await watchers.ask("add_contact", { contact: running.users[CHAT_CLIENTS]?.username });
      await watchers.open(WATCHERS);
      watchers.listen();
      await press.open(1);
    },
    begin: (press) => press.relogin(),
  },
  {
    name: "20 sessions pull pages",
    ...few,
    prepare: (press) => press.open(20),
    begin: (press) => press.askOn("common_chat", { limit: 200 }),
  },
  {
    name: "TLS handshakes, 50 at a time",
    overTls: true,
    ...few,
    prepare: () => Promise.resolve(),
    begin: (press) => press.reconnect(50),
  },
];

export const costlyRequests: Scenario = {
  name: "costly-requests",
  summary: "searches, pages, presence to thousands beside a small chat: its p99 without and with them",
  forPeers: false,
  async *run(context, target) {
    const { tls } = messengerOf(target).parameters;
    for (const pressure of PRESSURES) {
      if (pressure.overTls !== true || tls !== undefined) yield await measure(context, target, pressure);
    }
  },
};

async function measure(context: ScenarioContext, target: Target, pressure: Pressure): Promise<ResultRow> {
  const storedMessages = pressure.messageCount(context.options.storedMessages);
  context.progress(`costly-requests, ${pressure.name}: storing ${storedMessages} messages`);
  const messenger = messengerOf(target).with({ storedMessages, textOf: pressure.textOf });
  const started = await context.start(messenger, CHAT_CLIENTS + 2);
  const { running } = started;
  const press = pressOf(running, CHAT_CLIENTS);
  const watchers = pressOf(running, CHAT_CLIENTS + 1);
  const { textBytes } = context.options;
  const plan = { clientCount: CHAT_CLIENTS, senderCount: 10, ratePerSec: CHAT_RATE_PER_SEC, textBytes };
  const chat = await ChatWatch.open(context, running, plan);
  try {
    await pressure.prepare(press, watchers, running);
    await chat.alone(WARMUP_MS);
    const normal = await chat.alone(NORMAL_MS);
    const rssBefore = processUsage(running.pid)?.rssBytes ?? 0;
    await pressure.begin(press);
    const beside = await chat.alone(PRESSED_MS);
    const rssGrowthBytes = (processUsage(running.pid)?.rssBytes ?? 0) - rssBefore;
    context.progress(`costly-requests, ${pressure.name}: p99 ${ms(normal)} ms, then ${ms(beside)} ms`);
    return rowOf(target, pressure.name, storedMessages, { normal, beside, rssGrowthBytes, asked: press.askedCount });
  } finally {
    press.close();
    watchers.close();
    await chat.close();
    await started.close();
  }
}

interface Measured {
  readonly normal: Noticed;
  readonly beside: Noticed;
  readonly rssGrowthBytes: number;
  readonly asked: number;
}

function rowOf(target: Target, what: string, storedMessages: number, measured: Measured): ResultRow {
  const { normal, beside, rssGrowthBytes, asked } = measured;
  return {
    scenario: "costly-requests",
    target: target.name,
    parameters: { what, storedMessages },
    figures: {
      ...histogramFigures("chatNormal", normal.latency),
      ...histogramFigures("chatMeanwhile", beside.latency),
      chatP99Ratio: beside.latency.quantileUs(0.99) / normal.latency.quantileUs(0.99),
      chatWrong: normal.wrong + beside.wrong,
      costlyAnswered: asked,
      rssGrowthBytes,
    },
    serverCpuByThread: {},
    remarks: [],
  };
}

function pressOf(running: RunningMessenger, index: number): Press {
  return new Press(running, { username: running.users[index]?.username ?? "", password: BENCH_PASSWORD });
}

function ms({ latency }: Noticed): string {
  return (latency.quantileUs(0.99) / 1000).toFixed(1);
}
