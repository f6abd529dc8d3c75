// Measurement of the embedded store alone: node dist/bench/store.js [MESSAGES] [SENDERS]; prints a Markdown table.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { COMMON_CHAT } from "../src/protocol/ids.ts";
import { newMessageId } from "../src/util/message-id.ts";
import { openSqliteReader, openSqliteWriter } from "../src/store/sqlite/open.ts";
import type { Write } from "../src/domain/writes/table.ts";
import type { SearchPlace, SearchResult, StoreReader, StoreWriter } from "../src/store/store.ts";

const BATCH_COUNT = 1000;
const TEXT_CHARS = 100;
const READ_ROUNDS = 20;
const [MESSAGES, SENDERS] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 1000)];

/** Random numbers that are the same in each run. */
let state = 20_260_101;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

/** Words of two to five syllables, the first ones used most (as in a language, by Zipf's law). */
const SYLLABLES =
  "ka to mi re shu an el or in ter pro con de st ra lo vi que the ing er ly un able da ne go wa oo ch".split(" ");
const WORDS = Array.from({ length: 30_000 }, () => {
  const syllables = Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(SYLLABLES));
  return syllables.join("");
});

function pick(list: readonly string[]): string {
  return list[Math.floor(random() * list.length)] ?? "";
}

function text(): string {
  let words = "";
  while (words.length < TEXT_CHARS) words += `${WORDS[Math.floor(WORDS.length ** random()) - 1]} `;
  return words.slice(0, TEXT_CHARS);
}

function userId(index: number): string {
  return index.toString(16).padStart(24, "0");
}

function percentile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

function row(what: string, ...cells: (string | number)[]): void {
  process.stdout.write(`| ${[what, ...cells].join(" | ")} |\n`);
}

async function register(writer: StoreWriter): Promise<void> {
  const users = Array.from({ length: SENDERS }, (_, index): Write => {
    const username = `user${index}`;
    return { kind: "createUser", userId: userId(index), username, usernameKey: username, passwordHash: "" };
  });
  await writer.commit(users, Date.now());
}

/** Cost of a number of messages, whatever else the machine does. */
class Cost {
  readonly #timesMs: number[] = [];
  #cpuMicros = 0;

  async add<T>(work: () => Promise<T>): Promise<T> {
    const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
    const result = await work();
    const { user, system } = process.cpuUsage(startCpu);
    this.#timesMs.push(performance.now() - startMs);
    this.#cpuMicros += user + system;
    return result;
  }

  print(what: string): void {
    const totalMs = this.#timesMs.reduce((sum, timeMs) => sum + timeMs, 0);
    const perSec = Math.round((MESSAGES / totalMs) * 1000);
    const cpu = `${(this.#cpuMicros / MESSAGES).toFixed(1)} µs CPU each`;
    row(what, `${perSec} messages/s, ${cpu}`, ...[0.5, 0.99, 1].map((share) => percentile(this.#timesMs, share)));
  }
}

async function appendAll(writer: StoreWriter): Promise<void> {
  const cost = new Cost();
  for (let start = 0; start < MESSAGES; start += BATCH_COUNT) {
    const batch = Array.from({ length: BATCH_COUNT }, (_, index): Write => {
      const sender = userId((start + index) % SENDERS);
      const messageId = newMessageId();
      const [chatId, username] = [COMMON_CHAT, ""];
      return { kind: "append", chatId, userId: sender, username, messageId, text: text() };
    });
    await cost.add(() => writer.commit(batch, Date.now()));
  }
  cost.print(`append, batches of ${BATCH_COUNT}`);
}

async function indexAll(writer: StoreWriter): Promise<void> {
  const cost = new Cost();
  while (await cost.add(async () => writer.maintain?.(Date.now())));
  cost.print("search index, one step");
}

async function read(what: string, once: () => Promise<{ messages: readonly unknown[] }>): Promise<void> {
  const timesMs: number[] = [];
  let found = 0;
  for (let round = 0; round < READ_ROUNDS; round++) {
    const startMs = performance.now();
    found = (await once()).messages.length;
    timesMs.push(performance.now() - startMs);
  }
  row(what, `${found} messages`, percentile(timesMs, 0.5), percentile(timesMs, 0.99), percentile(timesMs, 1));
}

async function search(reader: StoreReader, word: string): Promise<SearchResult> {
  const query = { chatId: COMMON_CHAT, word, before: undefined, limit: 50 };
  for (let from: SearchPlace | undefined; ;) {
    const slice = await reader.search(query, from);
    if ("result" in slice) return slice.result;
    from = slice.place;
  }
}

async function readAll(reader: StoreReader, words: readonly string[]): Promise<void> {
  const page = (before?: number) => reader.history(COMMON_CHAT, { before, after: undefined, limit: 50 });
  await read("first page of history", () => page());
  await read("page in the middle", () => page(Math.floor(random() * MESSAGES)));
  for (const word of words) {
    await read(`search ${JSON.stringify(word)}`, () => search(reader, word));
  }
}

const folder = await mkdtemp(join(process.cwd(), "bench-store-"));
try {
  const file = join(folder, "m.db");
  const writer = openSqliteWriter(file);
  row(`${MESSAGES} messages, ${SENDERS} senders`, "", "median ms", "p99 ms", "max ms");
  row("---", "---", "---:", "---:", "---:");
  await register(writer);
  await appendAll(writer);
  const reader = openSqliteReader(file);
  await readAll(reader, [WORDS[0] ?? ""]);
  await indexAll(writer);
  // A frequent word, a rare one, frequent trigrams in a word that is nowhere, short ones that are rare or nowhere.
  await readAll(reader, [WORDS[0] ?? "", WORDS[25_000] ?? "", "theingtheing", "zzz", "a", "zz", "日本"]);
  await reader.close();
  await writer.close();
  const startMs = performance.now();
  await openSqliteWriter(file).close();
  row(
    "opening with its check",
    `${Math.round((await stat(file)).size / 2 ** 20)} MiB`,
    (performance.now() - startMs).toFixed(0),
    "",
    "",
  );
} finally {
  await rm(folder, { recursive: true });
}
