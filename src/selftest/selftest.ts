// A selftest from its beginning to its report: a scratch server under load, faults, and the comparison.
import { Connection } from "../client/connection.ts";
import type { ChatId } from "../protocol/ids.ts";
import { openReader } from "../store/open.ts";
import { PASSWORD, type Cast, type Member } from "./cast.ts";
import { fetchFresh, type ChatState } from "./chat-states.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { Faults, pause, type FaultCounts } from "./faults.ts";
import { Listener } from "./listener.ts";
import { SeededRandom } from "./random.ts";
import { ScratchServer } from "./scratch-server.ts";
import type { EventFaults } from "./session-order.ts";
import { Talker } from "./talker.ts";
import { compare, type Findings } from "./comparison.ts";

const TALKER_COUNT = 6;
const LISTENER_COUNT = 3;
/** How long everything may take to be acknowledged and heard after the last fault. */
const SETTLE_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const PROGRESS_MS = 1_000;

export interface SelftestSettings {
  readonly durationMs: number;
  readonly seed: number;
  /** Messages of all talkers together, while nothing is broken. */
  readonly ratePerSec: number;
  /** An empty folder for the server's data. */
  readonly folder: string;
  /** The server's store, empty; a relative file is in the folder. */
  readonly storeUrl: string;
  readonly onProgress: (progress: Progress) => void;
  /** Ends it early; what has been done until then is compared. */
  readonly signal: AbortSignal;
}

export interface Progress extends FaultCounts {
  readonly elapsedMs: number;
  readonly acknowledged: number;
}

export interface SelftestReport extends Progress {
  readonly seed: number;
  readonly sent: number;
  readonly resent: number;
  readonly stored: number;
  /** Edits, deletions and reactions. */
  readonly changesSent: number;
  readonly changesAcknowledged: number;
  readonly changesResent: number;
  /** Messages of the fresh fetch in the end. */
  readonly fetched: number;
  readonly sessions: number;
  readonly longestOutageMs: number;
  readonly events: EventFaults;
  readonly findings: Findings & { readonly contradicted: number; readonly internalErrors: number };
  /** How often each code other than 200 was answered; the message was then sent again. */
  readonly refusals: ReadonlyMap<number, number>;
  /** Reason why the run stopped, if it did, with the server's last log lines. */
  readonly failure: string | undefined;
  readonly passed: boolean;
}

/** Runs it. Rejects when it cannot even begin; whatever goes wrong later is in the report. */
export async function runSelftest(settings: SelftestSettings): Promise<SelftestReport> {
  const server = new ScratchServer(settings.folder, settings.storeUrl);
  try {
    await server.start();
    const proxy = await CuttingProxy.start(() => server.port);
    try {
      return await new Selftest(settings, server, proxy, await register(server.port)).run();
    } finally {
      await proxy.close();
    }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${server.log}`, { cause: error });
  } finally {
    await server.close();
  }
}

class Selftest {
  readonly #settings: SelftestSettings;
  readonly #server: ScratchServer;
  readonly #cast: Cast;
  readonly #events: EventFaults = { events: 0, doubled: 0, outOfOrder: 0, missed: 0 };
  readonly #talkers: readonly Talker[];
  readonly #listeners: readonly Listener[];
  readonly #faults: Faults;
  readonly #startMs = performance.now();
  #acknowledged = 0;

  constructor(settings: SelftestSettings, server: ScratchServer, proxy: CuttingProxy, cast: Cast) {
    this.#settings = settings;
    this.#server = server;
    this.#cast = cast;
    const { port } = proxy;
    const ratePerSec = settings.ratePerSec / cast.talkers.length;
    const onAcknowledged = (): void => void (this.#acknowledged += 1);
    this.#listeners = cast.listeners.map((member) => new Listener(port, cast, member, this.#events));
    this.#talkers = cast.talkers.map(
      (_, index) => new Talker({ port, cast, index, ratePerSec, faults: this.#events, onAcknowledged }),
    );
    const random = new SeededRandom(settings.seed);
    this.#faults = new Faults({ server, proxy, random, acknowledgedCount: () => this.#acknowledged });
  }

  async run(): Promise<SelftestReport> {
    const { onProgress, durationMs, signal } = this.#settings;
    const timer = setInterval(() => onProgress(this.#progress()), PROGRESS_MS);
    const over = new AbortController();
    const end = (): void => over.abort();
    const deadline = setTimeout(end, durationMs);
    signal.addEventListener("abort", end);
    let failure: string | undefined;
    let fresh = new Map<ChatId, ChatState>();
    try {
      if (signal.aborted) end();
      await this.#faults.run(over.signal);
      await this.#settle();
      fresh = await fetchFresh(this.#server.port, this.#cast);
    } catch (error) {
      failure = `${error instanceof Error ? error.message : String(error)}\n${this.#server.log}`.trim();
    } finally {
      clearInterval(timer);
      clearTimeout(deadline);
      signal.removeEventListener("abort", end);
      await Promise.all([...this.#talkers, ...this.#listeners].map((one) => one.end()));
    }
    if (failure === undefined) await this.#server.stop();
    else await this.#server.kill();
    return this.#report(fresh, failure);
  }

  /** Waits until everything sent is acknowledged, and everything stored heard. */
  async #settle(): Promise<void> {
    const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS;
    const isDone = async (): Promise<boolean> => {
      // All of them are told to finish, also when the first has not.
      if (this.#talkers.filter((talker) => !talker.finish()).length > 0) return false;
      const heard = await Promise.all(this.#listeners.map((listener) => listener.hasAll()));
      return heard.every(Boolean);
    };
    while (!(await isDone())) {
      if (performance.now() > deadlineMs) throw new Error("not everything sent was acknowledged and heard in time");
      await pause(POLL_MS);
    }
  }

  #progress(): Progress {
    return {
      elapsedMs: performance.now() - this.#startMs,
      acknowledged: this.#talkers.reduce((sum, talker) => sum + talker.acknowledgedCount, 0),
      ...this.#faults.counts,
    };
  }

  async #report(fresh: ReadonlyMap<ChatId, ChatState>, failure: string | undefined): Promise<SelftestReport> {
    const progress = this.#progress();
    const reader = await openReader(this.#settings.storeUrl, { dataDir: this.#settings.folder });
    const played = { cast: this.#cast, talkers: this.#talkers, listeners: this.#listeners, fresh };
    const { stored, ...compared } = await compare(reader, played).finally(() => reader.close());
    const refusals = new Map<number, number>();
    for (const talker of this.#talkers) {
      for (const [code, count] of talker.refusals) refusals.set(code, (refusals.get(code) ?? 0) + count);
    }
    const people = [...this.#talkers, ...this.#listeners];
    const contradicted = people.reduce((sum, { contradictedCount }) => sum + contradictedCount, 0);
    const findings = { ...compared, contradicted, internalErrors: refusals.get(500) ?? 0 };
    const { doubled, outOfOrder, missed } = this.#events;
    const wrong = [...Object.values(findings), doubled, outOfOrder, missed];
    return {
      ...progress,
      seed: this.#settings.seed,
      sent: this.#talkers.reduce((sum, { sentCount }) => sum + sentCount, 0),
      resent: this.#talkers.reduce((sum, { resentCount }) => sum + resentCount, 0),
      stored,
      changesSent: this.#talkers.reduce((sum, { changesSent }) => sum + changesSent.size, 0),
      changesResent: this.#talkers.reduce((sum, { changesResentCount }) => sum + changesResentCount, 0),
      changesAcknowledged: this.#talkers.reduce((sum, { changed }) => sum + changed.size, 0),
      fetched: [...fresh.values()].reduce((sum, { codes }) => sum + codes.length - 1, 0),
      sessions: people.reduce((sum, { sessionCount }) => sum + sessionCount, 0),
      longestOutageMs: this.#faults.longestOutageMs,
      events: this.#events,
      findings,
      refusals,
      failure,
      passed: failure === undefined && progress.acknowledged > 0 && wrong.every((count) => count === 0),
    };
  }
}

async function register(port: number): Promise<Cast> {
  const connection = await Connection.open({ host: "127.0.0.1", port });
  const member = async (username: string): Promise<Member> => {
    const { user_id: userId } = await connection.request("register", { username, password: PASSWORD });
    return { username, userId };
  };
  const members = async (name: string, count: number): Promise<Member[]> => {
    const all: Member[] = [];
    for (let number = 1; number <= count; number++) all.push(await member(`${name}${number}`));
    return all;
  };
  try {
    return { talkers: await members("talker", TALKER_COUNT), listeners: await members("listener", LISTENER_COUNT) };
  } finally {
    connection.close("everybody is registered");
  }
}
