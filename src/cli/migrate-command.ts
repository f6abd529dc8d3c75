// `messenger migrate`: moves everything from one store to another.
import { loadConfig } from "../config/load.ts";
import { OPTIONS } from "../config/options.ts";
import { migrateStore, MigrationStopped } from "../store/migrate.ts";
import type { MigrationProgress, MigrationSummary } from "../store/migrate.ts";
import { openTransfer } from "../store/open.ts";
import { StoreOpenError, StoreUnavailableError } from "../store/store.ts";
import type { StoreTransfer } from "../store/transfer.ts";
import { StopSignals, TERMINAL_SIGNALS } from "../util/stop-signals.ts";
import { UserError } from "../util/user-error.ts";
import type { Command, CommandArgs } from "./command.ts";

/** How often the progress is shown: on a terminal in place, otherwise as lines. */
const TERMINAL_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 5_000;
const BAR_WIDTH = 24;

const EXIT_STOPPED = 130;

export const command: Command = {
  options: {
    from: {
      type: "string",
      placeholder: "URL",
      isRequired: true,
      help: "The store to copy: sqlite:FILE or mongodb://…",
    },
    to: { type: "string", placeholder: "URL", isRequired: true, help: "The store to copy to: a new or an empty one" },
    data: {
      type: "string",
      placeholder: "DIR",
      help: "The data folder, for sqlite:FILE with a relative FILE",
      defaultText: OPTIONS.data.defaultText,
    },
  },
  examples: [
    ["messenger migrate --from sqlite:messenger.db --to mongodb://127.0.0.1/messenger", "to MongoDB"],
    ["messenger migrate --from mongodb://127.0.0.1/messenger --to sqlite:/srv/new.db", "to the embedded store"],
  ],
  notes: [
    "Stop the server first. Nothing is changed in the store that is copied. A run that was broken off (Ctrl+C,",
    "a lost connection) goes on with the same command; until it has ended no server opens the new store. In the",
    "end counts and hashes of both are compared. Avatars are files in the data folder, and stay there.",
  ].join("\n"),
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const { data: dataDir } = loadConfig({ data: args["data"] });
  const stop = new AbortController();
  void new StopSignals(TERMINAL_SIGNALS).asked.then(() => stop.abort());
  const progress = new ProgressLine(process.stderr);
  const opened: StoreTransfer[] = [];
  const open = async (url: unknown, isSource: boolean): Promise<StoreTransfer> => {
    const store = await openTransfer(String(url), { dataDir }, isSource);
    opened.push(store);
    return store;
  };
  try {
    const source = await open(args["from"], true);
    const target = await open(args["to"], false);
    const startMs = performance.now();
    const summary = await migrateStore(source, target, (state) => progress.show(state), stop.signal);
    progress.end();
    process.stdout.write(`${report(source, target, summary, performance.now() - startMs)}\n`);
    return 0;
  } catch (error) {
    progress.end();
    return explain(error);
  } finally {
    for (const store of opened) await store.close();
  }
}

function explain(error: unknown): number {
  if (error instanceof MigrationStopped) {
    process.stderr.write("messenger: broken off; the same command goes on with it\n");
    return EXIT_STOPPED;
  }
  if (error instanceof StoreUnavailableError) {
    throw new UserError(`${error.message}; the same command goes on`, { cause: error });
  }
  if (error instanceof StoreOpenError) throw new UserError(error.message, { cause: error });
  throw error;
}

function report(source: StoreTransfer, target: StoreTransfer, summary: MigrationSummary, tookMs: number): string {
  const { userCount, chatCount, messageCount, continuedFrom, digest } = summary;
  const seconds = tookMs / 1000;
  const copiedPerSec = Math.round((messageCount - continuedFrom) / seconds);
  const continued = continuedFrom === 0 ? "" : ` (${continuedFrom} of them by an earlier run)`;
  return [
    `${source.label} copied to ${target.label} in ${seconds.toFixed(1)} s, ${copiedPerSec} messages/s with the comparison`,
    `both hold ${userCount} users, ${chatCount} chats, ${messageCount} messages${continued}`,
    `both have the hash ${digest}`,
  ].join("\n");
}

class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  /** Where the phase was when it was first shown: what the rate is counted from. */
  #from: { readonly phase: string; readonly atMs: number; readonly doneCount: number } | undefined;
  #shownMs = -Infinity;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(progress: MigrationProgress): void {
    const nowMs = performance.now();
    if (progress.phase !== this.#from?.phase) {
      this.#from = { phase: progress.phase, atMs: nowMs, doneCount: progress.doneCount };
    }
    const intervalMs = this.#stream.isTTY ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS;
    if (nowMs - this.#shownMs < intervalMs && progress.doneCount < progress.totalCount) return;
    this.#shownMs = nowMs;
    const seconds = (nowMs - this.#from.atMs) / 1000;
    const line = describe(progress, seconds > 0 ? (progress.doneCount - this.#from.doneCount) / seconds : 0);
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#stream.isTTY && this.#shownMs > -Infinity) this.#stream.write("\r\x1b[K");
  }
}

function describe({ phase, doneCount, totalCount }: MigrationProgress, perSec: number): string {
  const share = totalCount === 0 ? 1 : doneCount / totalCount;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
  const rate = perSec > 0 ? `, ${Math.round(perSec)}/s, ${Math.ceil((totalCount - doneCount) / perSec)} s left` : "";
  return `${phase} [${bar}] ${Math.floor(share * 100)} %, ${doneCount} of ${totalCount} messages${rate}`;
}
