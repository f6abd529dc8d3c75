// The options of the bench on the command line: units and defaults, and how their words are read.
import type { BenchOptions } from "./scenarios/scenario.ts";
import { BenchUsageError } from "./usage-error.ts";

/** Defaults are words too: what is shown is what is read. */
export interface BenchOption {
  readonly help: string;
  readonly placeholder?: string;
  readonly default?: string;
}

/** Values by name, as words; a flag is "true" or "false". Absent ones are undefined. */
export type BenchWords = Readonly<Record<string, string | undefined>>;

export const FLAGS = {
  baselines: { help: "Load the bare Node servers too", default: "false" },
  peers: { help: "Load chat and message servers of others too, as far as they are installed", default: "false" },
  "find-max": { help: "Search for the highest rate that holds, which is also done without --rate", default: "false" },
  tls: {
    help: "Connect over TLS; the server under test is given a certificate of its own (load engine: js)",
    default: "false",
  },
  limits: { help: "Leave the server's limits of what one peer may ask as they are by default", default: "false" },
  pin: { help: "Server on one core, generator on another, where taskset is", default: "true" },
} as const satisfies Readonly<Record<string, BenchOption>>;

export const OPTIONS = {
  scenario: { placeholder: "NAMES", default: "fan-out", help: "What is measured, separated by commas; or `all`" },
  targets: { placeholder: "NAMES", default: "messenger", help: "What is loaded, separated by commas; or `none`" },
  target: { placeholder: "HOST:PORT", help: "A messenger server that runs already" },
  checkout: {
    placeholder: "FOLDER",
    help: "Measures the server of another checkout, which `npm run bench` has compiled",
  },
  store: {
    placeholder: "URL",
    help: "mongodb://… or sqlite:FILE; the server gets a new store of that kind beside it (default: SQLite)",
  },
  clients: { placeholder: "N,N", default: "100,500,1000,5000", help: "Clients; each number is a measurement" },
  senders: { placeholder: "N", default: "10", help: "How many of them send" },
  "text-bytes": { placeholder: "BYTES", default: "100", help: "Length of a text" },
  rate: { placeholder: "N", help: "Messages a second of all senders together" },
  "start-rate": { placeholder: "N", default: "1000", help: "First rate of the search, at 1,000 clients" },
  "max-rate": { placeholder: "N", default: "2000000", help: "Highest rate of the search" },
  precision: { placeholder: "SHARE", default: "0.05", help: "Gap at which the search ends, as a share of the rate" },
  p99: { placeholder: "MS", default: "100", help: "Highest p99 with which a rate holds" },
  warmup: { placeholder: "SECONDS", default: "1", help: "Load before the measured seconds" },
  seconds: { placeholder: "SECONDS", default: "3", help: "Measured seconds" },
  settle: { placeholder: "SECONDS", default: "5", help: "How long missing messages are waited for" },
  runs: { placeholder: "N", default: "1", help: "Measures everything so often; tables show medians and ranges" },
  generators: { placeholder: "N", default: "1", help: "Load engine processes" },
  engine: { placeholder: "auto|native|js", default: "auto", help: "Load engine: C++ where g++ compiles it" },
  verify: {
    placeholder: "full|walk|bytes",
    default: "walk",
    help: "Receivers that are no samples: every message read, frames counted, or only bytes counted",
  },
  samples: { placeholder: "N", default: "32", help: "Receivers whose every message is checked and timed" },
  pipelined: { placeholder: "N", default: "2000", help: "Unacknowledged messages of a pipelining sender" },
  pipelining: { placeholder: "N", default: "1", help: "How many senders the pipelined scenario has" },
  storm: { placeholder: "N", default: "500", help: "Logins at once in the login storm" },
  "storm-bcrypt-cost": { placeholder: "N", default: "12", help: "bcrypt cost of the login storm; elsewhere 4" },
  parallel: {
    placeholder: "N",
    default: "2000",
    help: "Sessions that connect at the same time in the reconnect storm",
  },
  stored: { placeholder: "N", default: "1000000", help: "Messages stored before the history scenario" },
  out: { placeholder: "FOLDER", default: "build/bench", help: "Where the result files go" },
} as const satisfies Readonly<Record<string, BenchOption>>;

export const ENGINES = ["auto", "native", "js"] as const;
const VERIFY = ["full", "walk", "bytes"] as const;

/** Reads options by name, defaults included. */
export class OptionReader {
  readonly #words: BenchWords;

  constructor(words: BenchWords) {
    this.#words = words;
  }

  optional(name: keyof typeof OPTIONS): string | undefined {
    const option: BenchOption = OPTIONS[name];
    return this.#words[name] ?? option.default;
  }

  text(name: keyof typeof OPTIONS): string {
    const word = this.optional(name);
    if (word === undefined) throw new BenchUsageError(`--${name}: missing`);
    return word;
  }

  names(name: keyof typeof OPTIONS): string[] {
    return this.text(name).split(",");
  }

  number(name: keyof typeof OPTIONS): number {
    return positiveNumber(name, this.text(name));
  }

  numbers(name: keyof typeof OPTIONS): number[] {
    return this.names(name).map((word) => positiveNumber(name, word));
  }

  optionalNumber(name: keyof typeof OPTIONS): number | undefined {
    const word = this.optional(name);
    return word === undefined ? undefined : positiveNumber(name, word);
  }

  choice<Choice extends string>(name: keyof typeof OPTIONS, choices: readonly Choice[]): Choice {
    const word = this.text(name);
    const chosen = choices.find((choice) => choice === word);
    if (chosen === undefined) throw new BenchUsageError(`--${name}: ${word}: must be one of ${choices.join(", ")}`);
    return chosen;
  }

  flag(name: keyof typeof FLAGS): boolean {
    return (this.#words[name] ?? FLAGS[name].default) === "true";
  }
}

function positiveNumber(name: string, word: string): number {
  const value = Number(word);
  if (word.trim() === "" || !(value >= 0) || value === Infinity)
    throw new BenchUsageError(`--${name}: ${word}: not a number`);
  return value;
}

/** Settings of the scenarios, in their units. @throws BenchUsageError */
export function benchOptions(read: OptionReader): BenchOptions {
  if (read.flag("find-max") && read.optional("rate") !== undefined) {
    throw new BenchUsageError("--find-max and --rate exclude each other");
  }
  return {
    clients: read.numbers("clients"),
    senders: read.number("senders"),
    textBytes: read.number("text-bytes"),
    ratePerSec: read.optionalNumber("rate"),
    startRatePerSec: read.number("start-rate"),
    maxRatePerSec: read.number("max-rate"),
    precision: read.number("precision"),
    p99LimitMs: read.number("p99"),
    warmupMs: read.number("warmup") * 1000,
    measureMs: read.number("seconds") * 1000,
    settleMs: read.number("settle") * 1000,
    engineCount: read.number("generators"),
    verify: read.choice("verify", VERIFY),
    sampledReceivers: read.number("samples"),
    pipelined: read.number("pipelined"),
    pipeliningSenders: read.number("pipelining"),
    stormCount: read.number("storm"),
    stormBcryptCost: read.number("storm-bcrypt-cost"),
    parallel: read.number("parallel"),
    storedMessages: read.number("stored"),
  };
}
