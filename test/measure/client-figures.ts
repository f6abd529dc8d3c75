// Figures of the headless client: what it costs to catch up with changes, and how long a search in a full cache takes.
//
//   node dist/test/measure/client-figures.js changes|search
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHistoryCache } from "../../src/client/history-cache.ts";
import type { Change } from "../../src/client/outgoing-entry.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import { SqliteDatabase } from "../../src/util/sqlite-driver.ts";
import { ClientPerson } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { range } from "../support/lists.ts";
import { TestServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const MISSED_CHANGES = 1000;
const ROUNDS = 10;
const CACHED_MESSAGES = 200_000;
const SEARCHES = 200;
const PAGE = 50;
/** Messages that the cache writes without waiting for more. */
const PUT_AT_ONCE = 250;
const CHATS = 50;

const folder = mkdtempSync(join(tmpdir(), "messenger-figures-"));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The value below which that part of the values is. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** How long a piece of work takes: on the clock, and of the processor, which other processes do not slow down. */
function timed(count: number, work: () => unknown): string {
  const clock: number[] = [];
  const processor: number[] = [];
  for (const _ of range(1, count)) {
    const before = process.cpuUsage();
    const startMs = performance.now();
    work();
    clock.push(performance.now() - startMs);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
  }
  const [p50, p99, cpu50, cpu99] = [clock, processor].flatMap((times) =>
    [0.5, 0.99].map((part) => quantile(times, part).toFixed(1)),
  );
  return `p50 ${p50} ms, p99 ${p99} ms; of the processor ${cpu50} and ${cpu99} ms`;
}

/** A client comes back after an absence with no change, and with many; the whole server is in this process. */
async function measureChanges(): Promise<void> {
  const server = await TestServer.start({ requestRatePerSec: 0, byteRatePerSec: 0, answerRatePerSec: 0 });
  const proxy = await TcpProxy.start(server.port);
  try {
    const author = await ClientPerson.register(server.port, "author");
    const reader = await ClientPerson.register(proxy.port, "reader", folder);
    for (const number of range(1, MISSED_CHANGES)) author.messenger.send(COMMON_CHAT, textOf(number));
    await eventually("all came", () => reader.messenger.liveSeq(COMMON_CHAT) === MISSED_CHANGES, 60_000);
    await reader.close();
    for (const changes of [0, MISSED_CHANGES]) {
      const times: number[] = [];
      const processor: number[] = [];
      const bytes: number[] = [];
      for (const round of range(1, ROUNDS)) {
        await changeAll(author, changes, round);
        const before = proxy.receivedBytes;
        const startMs = performance.now();
        const usedBefore = process.cpuUsage();
        const again = await ClientPerson.start(proxy.port, "reader", folder);
        await again.messenger.resume();
        const rev = author.messenger.cache.rev(COMMON_CHAT);
        const isThere = (): boolean => again.messenger.isCaughtUp && again.messenger.cache.rev(COMMON_CHAT) === rev;
        while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 1));
        times.push(performance.now() - startMs);
        const { user, system } = process.cpuUsage(usedBefore);
        processor.push((user + system) / 1000);
        bytes.push(proxy.receivedBytes - before);
        await again.close();
      }
      say(
        `${changes} changes missed: from the start to all known ${quantile(times, 0.5).toFixed(0)} ms ` +
          `(${quantile(times, 0).toFixed(0)} to ${quantile(times, 1).toFixed(0)}), of the processor ` +
          `${quantile(processor, 0.5).toFixed(0)} ms with the server's part, ` +
          `${(quantile(bytes, 0.5) / 1024).toFixed(1)} KiB from the server`,
      );
    }
    await author.close();
  } finally {
    await proxy.close();
    await server.remove();
  }
}

/** Edits and reactions by turns, of as many messages. */
async function changeAll({ messenger }: ClientPerson, count: number, round: number): Promise<void> {
  for (const seq of range(1, count)) {
    const edit: Change = { kind: "edit", text: `${textOf(seq)} ${round}` };
    const react: Change = { kind: "react", reaction: "👍", on: round % 2 === 0 };
    messenger.change(COMMON_CHAT, seq, seq % 2 === 0 ? edit : react);
  }
  await eventually("all are made", () => messenger.outgoing.changes(COMMON_CHAT).length === 0, 120_000);
}

async function measureSearch(): Promise<void> {
  const file = join(folder, "history.sqlite");
  const cache = openHistoryCache(file);
  for (let start = 0; start < CACHED_MESSAGES; start += 250) {
    cache.put(range(start + 1, Math.min(start + 250, CACHED_MESSAGES)).map(cachedMessage));
  }
  const startMs = performance.now();
  // Each takes messages into the index before it looks.
  for (const _ of range(1, CACHED_MESSAGES / 1000)) cache.search({ word: "absent everywhere", limit: 1 });
  say(`${CACHED_MESSAGES} messages indexed in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  for (const [what, word] of WORDS) {
    const { messages } = cache.search({ word, limit: PAGE });
    const figures = timed(SEARCHES, () => cache.search({ word, limit: PAGE }));
    say(`${what} (${JSON.stringify(word)}), ${messages.length} on the page: ${figures}`);
  }
  let last = CACHED_MESSAGES;
  const fill = (): void => {
    cache.put(range(last + 1, (last += PUT_AT_ONCE)).map(cachedMessage)); // written at once, since they are so many
  };
  say(`${PUT_AT_ONCE} more messages for the full cache, which drops as many: ${timed(20, fill)}`);
  cache.close();
  const database = new SqliteDatabase(file, { readonly: true });
  const [size = 0, left] = [
    "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'message_index%' OR name = 'message_place'",
    "SELECT count(*) FROM message WHERE place IS NULL",
  ].map((sql) => Number(database.prepare(sql).pluck().get()));
  database.close();
  const whole = statSync(file).size;
  say(
    `the file ${mib(whole)}, of that the index ${mib(size)} (${((100 * size) / (whole - size)).toFixed(0)} % of the rest); not indexed: ${left}`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

const WORDS = [
  ["a frequent word", "meeting"],
  ["a rare word", "xylophone"],
  ["an absent word", "zeppelin"],
  ["an absent word of frequent parts", "meetingserver"],
  ["two frequent characters", "ee"],
  ["two rare characters", "xy"],
  ["two absent characters", "qq"],
  ["one character", "m"],
] as const;

const VOCABULARY = [
  ..."the a to of and in is it you that for on we are with at be this have from or not by but what all were when".split(
    " ",
  ),
  ..."meeting server please tomorrow coffee review window release thanks lunch morning question answer problem".split(
    " ",
  ),
  ..."project garden holiday weather message people number office letter picture station kitchen bicycle river".split(
    " ",
  ),
];
/** One message of this many holds the rare word. */
const RARE_EVERY = 20_000;

/** 5 to 24 words, frequent ones more often, the same for the same number. */
function textOf(number: number): string {
  let state = Math.imul(number, 2_654_435_761) >>> 0;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const words = range(1, 5 + Math.floor(next() * 20)).map(
    () => VOCABULARY[Math.floor(next() ** 2 * VOCABULARY.length)],
  );
  return `${words.join(" ")}${number % RARE_EVERY === 0 ? " xylophone" : ""} ${number}`;
}

function cachedMessage(number: number): Message {
  const own = "a".repeat(24);
  const other = (number % CHATS).toString(16).padStart(24, "b");
  return {
    chat_id: number % 3 === 0 ? COMMON_CHAT : directChatId(own, other),
    seq: number,
    message_id: `m${number.toString(36).padStart(12, "0")}`,
    user_id: other,
    username: `user ${number % CHATS}`,
    message: textOf(number),
    time: 1_700_000_000 + number,
  };
}

try {
  const [what] = process.argv.slice(2);
  if (what === "changes") await measureChanges();
  else if (what === "search") await measureSearch();
  else {
    process.stderr.write("usage: node dist/test/measure/client-figures.js changes|search\n");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
