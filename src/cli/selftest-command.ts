// `messenger selftest`: proves on this machine that nothing acknowledged is lost, whatever happens to a server.
import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { CONFIG_FILE_OPTION, OPTIONS } from "../config/options.ts";
import { runSelftest, type Progress, type SelftestReport } from "../selftest/selftest.ts";
import { hidePassword } from "../store/open.ts";
import { scratchStore } from "../store/scratch.ts";
import { StoreOpenError } from "../store/store.ts";
import { StopSignals, TERMINAL_SIGNALS } from "../util/stop-signals.ts";
import { UserError } from "../util/user-error.ts";
import type { Command, CommandArgs } from "./command.ts";
import { commandOptions } from "./config-options.ts";

const DEFAULT_SECONDS = 30;
const MAX_SECONDS = 7 * 24 * 3600;
const DEFAULT_RATE = 500;
const MAX_RATE = 100_000;
const MAX_SEED = 2 ** 32 - 1;
/** How often the progress is shown where it is not a terminal, in milliseconds. */
const LINE_INTERVAL_MS = 60_000;

export const command: Command = {
  options: {
    seconds: { type: "string", placeholder: "N", help: "how long", defaultText: String(DEFAULT_SECONDS) },
    seed: { type: "string", placeholder: "N", help: "repeats the faults of another run", defaultText: "a random one" },
    rate: {
      type: "string",
      placeholder: "N",
      help: "messages a second while nothing is broken",
      defaultText: String(DEFAULT_RATE),
    },
    ...commandOptions([CONFIG_FILE_OPTION, OPTIONS.store, OPTIONS.data]),
  },
  examples: [
    ["messenger selftest", "half a minute on the disk of the default data folder"],
    ["messenger selftest --seconds 1800 --data /srv/messenger", "half an hour on the disk of /srv"],
    ["messenger selftest --store mongodb://127.0.0.1/messenger", "with a database of its own on that MongoDB"],
  ],
  notes: [
    "Starts a server of its own in a new folder beside the data folder (with MongoDB: in a new database beside the",
    "named one); your data is not touched, and the folder and the database are removed in the end. While people",
    "talk, the server is killed, stopped, frozen and started again, and connections are cut, also within a frame. Then",
    "what was acknowledged is compared with what is stored and with what listeners heard. Exit code 0: all is right.",
    "Ctrl+C ends it early, with the comparison of what was done so far.",
  ].join("\n"),
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const seconds = wholeNumber(args, "seconds", DEFAULT_SECONDS, 1, MAX_SECONDS);
  const seed = wholeNumber(args, "seed", randomInt(MAX_SEED), 0, MAX_SEED);
  const ratePerSec = wholeNumber(args, "rate", DEFAULT_RATE, 1, MAX_RATE);
  const { store, data } = loadConfig({ config: args["config"], store: args["store"], data: args["data"] });
  const scratch = await scratchStore(store, data).catch((error: unknown) => {
    throw error instanceof StoreOpenError ? new UserError(error.message, { cause: error }) : error;
  });
  const folder = makeFolder(data);
  process.stdout.write(`selftest of ${seconds} s, seed ${seed}, in ${folder}, store ${hidePassword(scratch.url)}\n`);
  const abort = new AbortController();
  const signals = new StopSignals(TERMINAL_SIGNALS);
  void signals.asked.then(() => abort.abort());
  const line = new ProgressLine(process.stderr, seconds);
  let isProven = false;
  try {
    const report = await runSelftest({
      durationMs: seconds * 1000,
      seed,
      ratePerSec,
      folder,
      storeUrl: scratch.url,
      onProgress: (progress) => line.show(progress),
      signal: abort.signal,
    });
    line.end();
    isProven = report.passed;
    process.stdout.write(`${describe(report)}\n`);
    if (!isProven) process.stdout.write(`kept for a closer look: ${folder}, ${hidePassword(scratch.url)}\n`);
    return isProven ? 0 : 1;
  } finally {
    line.end();
    signals.close();
    if (isProven) {
      rmSync(folder, { recursive: true, force: true });
      await scratch.remove();
    }
  }
}

/** The proof, as lines. */
function describe(report: SelftestReport): string {
  const { findings, events } = report;
  const { lost, doubled, holes, outOfOrder, altered, contradicted, unheard, phantom, internalErrors } = findings;
  const { changesLost, changesDoubled, changesOutOfOrder, stale, otherwise } = findings;
  const refusals = [...report.refusals].map(([code, count]) => `, ${count} answers with code ${code}`).join("");
  return [
    ...(report.failure === undefined ? [] : [`stopped: ${report.failure}`]),
    `sent ${report.sent}, acknowledged ${report.acknowledged}, stored ${report.stored}, resent ${report.resent}${refusals}`,
    `lost ${lost}, doubled ${doubled}, holes ${holes}, out of order ${outOfOrder}, altered ${altered}, contradicted ${contradicted}`,
    `changes (edits, deletions, reactions): sent ${report.changesSent}, acknowledged ${report.changesAcknowledged}, ` +
      `resent ${report.changesResent}: lost ${changesLost}, doubled ${changesDoubled}, ` +
      `out of order ${changesOutOfOrder}, heard in another state ${stale}`,
    `fresh fetch of every chat: ${report.fetched} messages, ${otherwise} in another state than the stored ones`,
    `heard by the listeners: unheard ${unheard}, phantom ${phantom}; ${events.events} events in ${report.sessions} sessions: ` +
      `doubled ${events.doubled}, out of order ${events.outOfOrder}, missed ${events.missed}`,
    `kills ${report.kills}, restarts ${report.restarts}, freezes ${report.freezes}, connections cut ${report.cuts}, ` +
      `torn within a frame ${report.tears}; longest outage ${Math.round(report.longestOutageMs)} ms; code 500: ${internalErrors}`,
    `${report.passed ? "PASSED" : "FAILED"}: ${Math.round(report.elapsedMs / 1000)} s, seed ${report.seed}: ` +
      `${report.acknowledged} messages and ${report.changesAcknowledged} changes acknowledged, ` +
      `lost ${lost + changesLost}, doubled ${doubled + changesDoubled}, out of order ${outOfOrder + changesOutOfOrder}`,
  ].join("\n");
}

/** A new folder beside the data folder, so on the same disk in most cases. */
function makeFolder(data: string): string {
  try {
    mkdirSync(dirname(data), { recursive: true });
    return mkdtempSync(join(dirname(data), "messenger-selftest-"));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(`cannot make a folder beside ${data} (${code}); name another place with --data`);
  }
}

function wholeNumber(args: CommandArgs, name: string, byDefault: number, min: number, max: number): number {
  const text = args[name];
  if (text === undefined) return byDefault;
  const value = typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UserError(`option --${name}: must be a whole number, ${min} to ${max}, not ${JSON.stringify(text)}`);
}

/** On a terminal one line that is written over and over, otherwise a line a minute. */
class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #seconds: number;
  #shownMs = 0;
  #isShown = false;

  constructor(stream: NodeJS.WriteStream, seconds: number) {
    this.#stream = stream;
    this.#seconds = seconds;
  }

  show(progress: Progress): void {
    const { elapsedMs, acknowledged, kills, restarts, freezes, cuts, tears } = progress;
    const text =
      `${Math.round(elapsedMs / 1000)} of ${this.#seconds} s: ${acknowledged} acknowledged, ${kills} kills, ` +
      `${restarts} restarts, ${freezes} freezes, ${cuts + tears} connections cut`;
    if (this.#stream.isTTY) {
      this.#isShown = true;
      this.#stream.write(`\r${text}\x1b[K`);
    } else if (elapsedMs - this.#shownMs >= LINE_INTERVAL_MS) {
      this.#shownMs = elapsedMs;
      this.#stream.write(`${text}\n`);
    }
  }

  end(): void {
    if (this.#isShown) this.#stream.write("\r\x1b[K");
    this.#isShown = false;
  }
}
