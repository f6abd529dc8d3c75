// Figures of the desktop client, each with a real server in a process of its own. Needs an X server (DISPLAY), xdotool for "flood".
//
//   node gui/dist/test/gui/measure/main.js start|memory|idle|flood|use [SECONDS]
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WINDOW_FLAGS } from "../../../src/cli/open-window.ts";
import { openAccount } from "../../../src/client/account-folder.ts";
import { Messenger } from "../../../src/client/messenger.ts";
import { Preferences } from "../../../gui/chat/preferences.ts";
import { Person } from "../../support/person.ts";
import { WireClient } from "../../support/wire-client.ts";

const PASSWORD = "a password for measuring";
const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));
const LOAD = fileURLToPath(new URL("./load.js", import.meta.url));
const TEXTS = [
  "ok",
  "On my way, five more minutes.",
  "**Important:** the meeting is at four, not at three, and in the *small* room.",
  "😀👍",
  "See https://example.org/a/long/path?with=query for the details, and tell me what you think about it when you have read all of it.",
];

/** A key that took longer to be seen is reported by itself. */
const SLOW_KEY_MS = 200;

interface Told {
  readonly event: string;
  readonly nowMs: number;
  readonly sinceStartMs: number;
  readonly [more: string]: unknown;
}

const folder = mkdtempSync(join(tmpdir(), "messenger-measure-"));
const children: ChildProcess[] = [];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function startServer(): Promise<number> {
  const args = [
    join(ROOT, "dist", "src", "cli.js"),
    "server",
    "-a",
    "127.0.0.1",
    "-p",
    "0",
    "--no-ftp",
    "--data",
    join(folder, "server"),
  ];
  const limits = [
    "--request-rate",
    "0",
    "--byte-rate",
    "0",
    "--registrations-per-address",
    "1000",
    "--bcrypt-cost",
    "4",
  ];
  const server = spawn(process.execPath, [...args, ...limits], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(server);
  const [line] = (await once(createInterface(server.stdout), "line")) as [string];
  return Number(/:(\d+) /.exec(line)?.[1]);
}

async function person(port: number, name: string): Promise<Person> {
  const client = await WireClient.connect(port);
  const registered = await client.request("register", { username: name, password: PASSWORD });
  if (registered.code !== 200 && registered.code !== 409) throw new Error(`register: ${JSON.stringify(registered)}`);
  return Person.login(client, name, PASSWORD);
}

/** Sends texts as fast as the server takes them, at most `perSec` a second. */
async function talk(people: readonly Person[], count: number, perSec = 100_000): Promise<void> {
  const startMs = performance.now();
  let sent = 0;
  while (sent < count) {
    const due = Math.min(count, Math.floor(((performance.now() - startMs) * perSec) / 1000));
    for (; sent < due; sent += 1)
      people[sent % people.length]?.client.send("add_message", {
        chat_id: "common",
        message: `${sent} ${TEXTS[sent % TEXTS.length]}`,
      });
    for (const { client } of people) client.takeAllEvents();
    await pause(10);
    if (sent % 2000 < 100) await Promise.all(people.map(({ client }) => client.barrier()));
  }
  await Promise.all(people.map(({ client }) => client.barrier()));
}

/** A folder of the client with an account that can be resumed, and the newest `cached` messages in its cache. */
async function clientFolder(port: number, cached: number): Promise<string> {
  const path = join(folder, `client-${cached}`);
  const server = { host: "127.0.0.1", port, tls: false };
  const account = await openAccount(join(path, "accounts"), server, "measured");
  const messenger = new Messenger({ account });
  await messenger.login(PASSWORD);
  let before = messenger.liveSeq("common") + 1;
  for (let got = 0; got < cached && before > 1;) {
    const { messages } = await messenger.history("common", { before, limit: 200 });
    messenger.cache.put(messages);
    got += messages.length;
    before = messages[0]?.seq ?? 1;
  }
  await pause(600);
  await messenger.close();
  const preferences = new Preferences(join(path, "settings.json"));
  preferences.set({ account: { ...server, username: "measured" }, theme: "dark", notifies: false });
  return path;
}

class Client {
  readonly process: ChildProcess;
  readonly told: Told[] = [];

  constructor(path: string, flags: readonly string[] = []) {
    const child = spawn(process.execPath, [...flags, CHILD, path], { stdio: ["pipe", "pipe", "inherit"] });
    this.process = child;
    children.push(child);
    createInterface(child.stdout).on("line", (line) => this.told.push(JSON.parse(line) as Told));
  }

  async until(event: string, after = 0, timeoutMs = 60_000): Promise<Told> {
    for (const endMs = Date.now() + timeoutMs; Date.now() < endMs; await pause(5)) {
      const found = this.told.slice(after).find((one) => one.event === event);
      if (found) return found;
      if (this.process.exitCode !== null) throw new Error(`the client has ended with ${this.process.exitCode}`);
    }
    throw new Error(`the client never told ${event}`);
  }

  async command(line: string): Promise<Told> {
    const from = this.told.length;
    this.process.stdin?.write(`${line}\n`);
    return this.until("done", from);
  }

  /** Resident set and proportional share, in MB. */
  memory(): { readonly rssMb: number; readonly pssMb: number } {
    const text = readFileSync(`/proc/${this.process.pid}/smaps_rollup`, "utf8");
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]) / 1024;
    return { rssMb: Math.round(of("Rss") * 10) / 10, pssMb: Math.round(of("Pss") * 10) / 10 };
  }

  /** CPU time used so far, in milliseconds. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.process.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async state(): Promise<Told> {
    const from = this.told.length;
    this.process.kill("SIGUSR2");
    return this.until("state", from);
  }

  async end(): Promise<void> {
    this.process.stdin?.write("quit\n");
    if (this.process.exitCode === null) await once(this.process, "exit");
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const report = (text: string): void => void process.stdout.write(`${text}\n`);
/** MEASURE_FLAGS="--expose-gc" adds to those of `messenger client`. */
const more = (process.env["MEASURE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
const flags = [...WINDOW_FLAGS, ...more];

async function measureStart(port: number): Promise<void> {
  await talk([await person(port, "measured"), await person(port, "writer")], 600);
  const path = await clientFolder(port, 500);
  const times: number[] = [];
  for (let run = 0; run < 11; run += 1) {
    const client = new Client(path, flags);
    const { sinceStartMs } = await client.until("shown");
    if (run > 0) times.push(Math.round(sinceStartMs));
    await pause(300);
    if (run === 10) report(`memory with 50 messages shown: ${JSON.stringify(client.memory())}`);
    await client.end();
  }
  report(`start to painted window, 500 cached messages, ms: ${times.join(" ")}; median ${median(times)}`);
}

async function measureMemory(port: number, count: number): Promise<void> {
  await talk([await person(port, "measured"), await person(port, "writer"), await person(port, "third")], count);
  report(`${count} messages on the server`);
  const small = await clientFolder(port, 500);
  const client = new Client(small, flags);
  await client.until("shown");
  await pause(2000);
  report(`500 cached: ${JSON.stringify(client.memory())}`);
  report(JSON.stringify(await client.command("load 10000")));
  await pause(2000);
  report(`10,000 loaded: ${JSON.stringify(client.memory())} ${JSON.stringify(await client.state())}`);
  if (flags.includes("--expose-gc")) {
    await client.command("gc");
    await pause(1000);
    report(`after a collection: ${JSON.stringify(client.memory())} ${JSON.stringify(await client.state())}`);
  }
  for (let page = 0; page < 40; page += 1) await client.command("scroll -1");
  await pause(2000);
  report(`after scrolling 40 pages: ${JSON.stringify(client.memory())}`);
  await client.end();
  const large = await clientFolder(port, 100_000);
  const other = new Client(large, flags);
  const { sinceStartMs } = await other.until("shown");
  await pause(2000);
  report(`100,000 in the cache: ${JSON.stringify(other.memory())}, shown after ${Math.round(sinceStartMs)} ms`);
  await other.command("load 10000");
  await pause(2000);
  report(`100,000 in the cache, 10,000 loaded: ${JSON.stringify(other.memory())}`);
  await other.end();
}

async function measureIdle(port: number, seconds: number): Promise<void> {
  await talk([await person(port, "measured"), await person(port, "writer")], 600);
  const client = new Client(await clientFolder(port, 500), flags);
  await client.until("shown");
  await pause(3000);
  const before = client.cpuMs();
  await pause(seconds * 1000);
  const used = client.cpuMs() - before;
  report(`idle for ${seconds} s: ${used} ms of CPU, ${((used / seconds / 1000) * 100).toFixed(3)} %`);
  await client.end();
}

async function measureFlood(port: number, seconds: number, perSec: number): Promise<void> {
  const writers = await Promise.all(Array.from({ length: 8 }, (_, index) => person(port, `writer${index}`)));
  await person(port, "measured").then(({ client }) => client.destroy());
  await talk(writers, 600);
  const client = new Client(await clientFolder(port, 500), flags);
  await client.until("shown");
  await pause(1500);
  const window =
    spawnSync("xdotool", ["search", "--onlyvisible", "--class", "messenger"], { encoding: "utf8" })
      .stdout.trim()
      .split("\n")
      .at(-1) ?? "";
  spawnSync("xdotool", ["windowfocus", window]);
  report(`before: ${JSON.stringify(client.memory())}`);
  const cpuBefore = client.cpuMs();
  for (const { client } of writers) client.destroy();
  const names = writers.map(({ username }) => username);
  const load = spawn(process.execPath, [LOAD, `${port}`, PASSWORD, `${perSec}`, `${seconds}`, ...names], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(load);
  const flood = once(load, "exit");
  const latencies: number[] = [];
  // One process for all keys: starting one for each takes longer than many a key on a busy machine.
  const keyboard = spawn("xdotool", ["-"], { stdio: ["pipe", "ignore", "inherit"] });
  children.push(keyboard);
  const firstMs = Date.now();
  const endMs = firstMs + seconds * 1000;
  for (let key = 0; Date.now() < endMs; key += 1) {
    const from = client.told.length;
    const startMs = Date.now();
    keyboard.stdin.write(`key --delay 0 ${"abcdefgh"[key % 8]}\n`);
    const latencyMs = (await client.until("painted", from, 10_000)).nowMs - startMs;
    latencies.push(latencyMs);
    if (latencyMs > SLOW_KEY_MS)
      report(`a slow key after ${((startMs - firstMs) / 1000).toFixed(1)} s: ${latencyMs} ms`);
    await pause(190);
    if (key % 50 === 25) report(`during: ${JSON.stringify(client.memory())}`);
  }
  await flood;
  const cpu = client.cpuMs() - cpuBefore;
  await pause(3000);
  const { items, loop, longestGcMs } = await client.state();
  const state = JSON.stringify({ items, loop, longestGcMs });
  report(`after: ${JSON.stringify(client.memory())}, ${state}`);
  const sorted = latencies.toSorted((one, other) => one - other);
  report(
    `${perSec}/s for ${seconds} s: key to painted letter, ms: median ${median(latencies)}, p99 ${sorted[Math.floor(sorted.length * 0.99)]}, worst ${sorted.at(-1)}, keys ${latencies.length}; CPU ${Math.round(cpu / seconds / 10)} %`,
  );
  await client.end();
}

async function measureUse(port: number, seconds: number): Promise<void> {
  const [measured, writer] = [await person(port, "measured"), await person(port, "writer")];
  await measured.addContact(writer);
  await talk([measured, writer], 3000);
  const direct = measured.chatWith(writer);
  const client = new Client(await clientFolder(port, 500), flags);
  await client.until("shown");
  const startMs = Date.now();
  let minute = 0;
  for (let round = 0; Date.now() - startMs < seconds * 1000; round += 1) {
    await client.command(`open ${round % 2 === 0 ? direct : "common"}`);
    await client.command(`send round ${round} ${TEXTS[round % TEXTS.length]}`);
    await writer.say(`answer ${round}`, round % 3 === 0 ? "common" : direct);
    for (let page = 0; page < 6; page += 1) {
      await client.command("scroll -1");
      await pause(40);
    }
    await client.command("end");
    writer.client.takeAllEvents();
    measured.client.takeAllEvents();
    await pause(100);
    if (Date.now() - startMs >= (minute + 1) * 60_000)
      report(`minute ${(minute += 1)}, round ${round}: ${JSON.stringify(client.memory())}`);
  }
  if (flags.includes("--expose-gc")) {
    report(`at the end: ${JSON.stringify(client.memory())} ${JSON.stringify(await client.state())}`);
    await client.command("gc");
    await pause(500);
    report(`after a collection: ${JSON.stringify(client.memory())} ${JSON.stringify(await client.state())}`);
  }
  await client.end();
}

const [what, amount] = process.argv.slice(2);
try {
  const port = await startServer();
  if (what === "start") await measureStart(port);
  else if (what === "memory") await measureMemory(port, Number(amount ?? 100_500));
  else if (what === "idle") await measureIdle(port, Number(amount ?? 300));
  else if (what === "flood") await measureFlood(port, Number(amount ?? 60), 5000);
  else if (what === "use") await measureUse(port, Number(amount ?? 600));
  else report("start, memory, idle, flood or use?");
} finally {
  for (const child of children) child.kill("SIGKILL");
  await pause(200);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
