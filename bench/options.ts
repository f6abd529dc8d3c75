// The options of the bench on the command line, with their units and defaults.
import type { Argv, InferredOptionTypes, Options } from "yargs";
import type { BenchOptions } from "./scenarios/scenario.ts";

const DEFAULT_CLIENTS = [100, 500, 1000, 5000];

const OPTIONS = {
  scenario: { type: "array", string: true, default: ["fan-out"], describe: "what is measured; `all` for everything" },
  targets: {
    type: "array",
    string: true,
    default: ["messenger"],
    describe:
      "what is loaded: messenger, plain-node-shared-event, plain-node-shared, plain-node-each-event, plain-node-each",
  },
  baselines: { type: "boolean", default: false, describe: "the bare Node servers too" },
  peers: { type: "boolean", default: false, describe: "chat and message servers of others too, as far as installed" },
  target: { type: "string", describe: "HOST:PORT of a messenger server that runs already" },
  "server-command": {
    type: "string",
    describe: "starts the messenger server of another checkout, without options: `node OTHER/dist/src/cli.js server`",
  },
  clients: { type: "array", number: true, default: DEFAULT_CLIENTS, describe: "clients; each number is a measurement" },
  senders: { type: "number", default: 10, describe: "how many of them send" },
  "text-bytes": { type: "number", default: 100, describe: "length of a text in bytes" },
  rate: { type: "number", describe: "messages a second of all senders together" },
  "find-max": { type: "boolean", describe: "search for the highest rate that holds; so without --rate" },
  "start-rate": {
    type: "number",
    default: 1000,
    describe: "where the search begins, in messages a second at 1,000 clients",
  },
  "max-rate": { type: "number", default: 2_000_000, describe: "where the search ends, in messages a second" },
  precision: { type: "number", default: 0.05, describe: "gap at which the search ends, as a share of the rate" },
  p99: { type: "number", default: 100, describe: "highest p99 with which a rate holds, in milliseconds" },
  warmup: { type: "number", default: 1, describe: "seconds of load before the measured ones" },
  seconds: { type: "number", default: 3, describe: "measured seconds" },
  settle: { type: "number", default: 5, describe: "seconds that missing messages are waited for" },
  runs: { type: "number", default: 1, describe: "repeats everything so often; tables show medians and ranges" },
  generators: { type: "number", default: 1, describe: "load engine processes" },
  engine: {
    choices: ["auto", "native", "js"] as const,
    default: "auto",
    describe: "load engine: C++ where it compiles",
  },
  verify: {
    choices: ["full", "walk", "bytes"] as const,
    default: "walk",
    describe: "receivers that are not sampled: every message read, frames counted, or bytes counted",
  },
  samples: { type: "number", default: 32, describe: "receivers whose every message is checked and timed" },
  pipelined: { type: "number", default: 2000, describe: "unacknowledged messages of a pipelining sender" },
  storm: { type: "number", default: 500, describe: "logins at once in the login storm" },
  "storm-bcrypt-cost": { type: "number", default: 12, describe: "bcrypt cost of the login storm (elsewhere 4)" },
  parallel: {
    type: "number",
    default: 2000,
    describe: "sessions that connect at the same time in the reconnect storm",
  },
  stored: { type: "number", default: 1_000_000, describe: "messages stored before the history scenario" },
  pin: { type: "boolean", default: true, describe: "server on one core, generator on another, where taskset is" },
  out: { type: "string", default: "build/bench", describe: "folder for the result files" },
} as const satisfies Record<string, Options>;

export type BenchArguments = InferredOptionTypes<typeof OPTIONS>;

export function withBenchOptions(yargs: Argv): Argv<BenchArguments> {
  return yargs.options(OPTIONS).conflicts("rate", "find-max");
}

/** Arguments in the units that the scenarios use. Without --rate and --find-max the search is meant. */
export function benchOptions(args: BenchArguments): BenchOptions {
  return {
    clients: args.clients,
    senders: args.senders,
    textBytes: args["text-bytes"],
    ratePerSec: args.rate,
    startRatePerSec: args["start-rate"],
    maxRatePerSec: args["max-rate"],
    precision: args.precision,
    p99LimitMs: args.p99,
    warmupMs: args.warmup * 1000,
    measureMs: args.seconds * 1000,
    settleMs: args.settle * 1000,
    engineCount: args.generators,
    verify: args.verify,
    sampledReceivers: args.samples,
    pipelined: args.pipelined,
    stormCount: args.storm,
    stormBcryptCost: args["storm-bcrypt-cost"],
    parallel: args.parallel,
    storedMessages: args.stored,
  };
}
