// The bench's command line (`npm run bench`): scenarios, targets and load engine by its options; prints the tables.
import yargs from "yargs";
import { UserError } from "../src/util/user-error.ts";
import { runBench, type BenchRun } from "./bench.ts";
import { JS_ENGINE, type EngineProgram } from "./engine/engine-process.ts";
import { nativeEngine } from "./engine/native-engine.ts";
import { benchOptions, ENGINES, FLAGS, OptionReader, OPTIONS, type BenchOption } from "./options.ts";
import { markdownTables } from "./report/markdown.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { baselines, PEERS } from "./targets/all.ts";
import { otherCheckout, OWN_CHECKOUT } from "./targets/checkout.ts";
import { MessengerTarget } from "./targets/messenger.ts";
import { remoteMessenger } from "./targets/messenger-remote.ts";
import type { Target } from "./targets/target.ts";
import { BenchUsageError } from "./usage-error.ts";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const MAX_HELP_WIDTH = 110;
const EXAMPLES: [string, string][] = [
  ["$0 --clients 1000", "Highest rate of the common chat with 1,000 clients"],
  ["$0 --clients 1000 --baselines --peers --runs 5", "The same beside bare Node servers and the peers"],
  ["$0 --clients 1000 --rate 20", "Latency at 20 messages a second"],
  ["$0 --scenario pipelined,idle --clients 10000", "Two other scenarios"],
];

/** The words of the command line by option; undefined when they only asked for help. @throws BenchUsageError */
async function readWords(words: readonly string[]): Promise<OptionReader | undefined> {
  const parser = yargs([...words])
    .scriptName("npm run bench --")
    .usage("$0 [options]\n\nMeasures a messenger server beside others.")
    .locale("en")
    .parserConfiguration({ "camel-case-expansion": false, "parse-numbers": false, "duplicate-arguments-array": false })
    .version(false)
    .alias("help", "h")
    .strict()
    .exitProcess(false)
    .wrap(Math.min(MAX_HELP_WIDTH, process.stdout.columns ?? MAX_HELP_WIDTH))
    .example(EXAMPLES)
    .epilogue(
      `Scenarios:\n${SCENARIOS.map(({ name, summary }) => `  ${name}: ${summary}`).join("\n")}\nSee bench/README.md.`,
    )
    .fail((message, error) => {
      throw new BenchUsageError(`${message ?? error.message}; --help shows all options`);
    });
  const options: Readonly<Record<string, BenchOption>> = { ...OPTIONS, ...FLAGS };
  for (const [name, { help, placeholder, default: defaultText }] of Object.entries(options)) {
    parser.option(name, {
      describe: placeholder ? `${placeholder}: ${help}` : help,
      ...(name in FLAGS ? { type: "boolean" } : { nargs: 1, requiresArg: true }),
      ...(defaultText === undefined ? {} : { defaultDescription: defaultText }),
    });
  }
  const args = await parser.parseAsync();
  if (args["help"] === true) return undefined;
  const given = Object.entries(args).filter(([name, value]) => name in options && value !== undefined);
  return new OptionReader(Object.fromEntries(given.map(([name, value]) => [name, String(value)])));
}

/** Tables go to standard output, progress to standard error. @throws BenchUsageError */
async function run(read: OptionReader): Promise<void> {
  const plan: BenchRun = {
    options: benchOptions(read),
    scenarios: chooseScenarios(read),
    targets: chooseTargets(read),
    runCount: read.number("runs"),
    program: chooseEngine(read),
    pin: read.flag("pin"),
    outFolder: read.text("out"),
    progress: (line) => process.stderr.write(`${line}\n`),
  };
  if (read.flag("tls"))
    plan.progress("over TLS, so with the JavaScript engine: compare with plain text of --engine js");
  const result = await runBench(plan);
  process.stdout.write(markdownTables(result));
}

function chooseScenarios(read: OptionReader): readonly Scenario[] {
  const names = read.names("scenario");
  return names.includes("all") ? SCENARIOS : names.map((name) => oneNamed(SCENARIOS, name, "scenario"));
}

function chooseTargets(read: OptionReader): readonly Target[] {
  const overTls = read.flag("tls");
  const plainNodes = baselines(overTls);
  const known = [messenger(read), ...plainNodes, ...PEERS];
  const names = read.names("targets").filter((name) => name !== "none");
  const named = names.map((name) => oneNamed(known, name, "targets"));
  const groups = [...(read.flag("baselines") ? plainNodes : []), ...(read.flag("peers") ? PEERS : [])];
  const targets = [...new Set([...named, ...groups])];
  const plainOnly = targets.find(({ parameters }) => parameters?.tls === undefined);
  if (overTls && plainOnly) {
    throw new BenchUsageError(`--tls: ${plainOnly.name}: only messenger and the bare Node servers are loaded over TLS`);
  }
  return targets;
}

function messenger(read: OptionReader): Target {
  const target = read.optional("target");
  const checkout = read.optional("checkout");
  if (target === undefined) {
    return new MessengerTarget({
      checkout: checkout === undefined ? OWN_CHECKOUT : otherCheckout(checkout),
      storeUrl: read.optional("store"),
      overTls: read.flag("tls"),
      limited: read.flag("limits"),
    });
  }
  for (const flag of ["tls", "limits"] as const) {
    if (read.flag(flag)) throw new BenchUsageError(`--target and --${flag} exclude each other`);
  }
  for (const option of ["store", "checkout"] as const) {
    if (read.optional(option) !== undefined) throw new BenchUsageError(`--target and --${option} exclude each other`);
  }
  const colon = target.lastIndexOf(":");
  const port = Number(target.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) throw new BenchUsageError(`--target: ${target}: must be HOST:PORT`);
  return remoteMessenger(target.slice(0, colon), port);
}

function oneNamed<T extends { readonly name: string }>(all: readonly T[], name: string, option: string): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new BenchUsageError(`--${option}: ${name}: there are ${all.map((one) => one.name).join(", ")}`);
}

function chooseEngine(read: OptionReader): EngineProgram {
  const engine = read.choice("engine", ENGINES);
  if (read.flag("tls")) {
    if (engine === "native") throw new BenchUsageError("--engine: native speaks no TLS; --tls needs --engine js");
    return JS_ENGINE;
  }
  const native = engine === "js" ? undefined : nativeEngine();
  if (engine === "native" && !native) throw new BenchUsageError("--engine: native needs Linux and g++");
  return native ?? JS_ENGINE;
}

/** Says what went wrong: one line if the person at the command line can mend it, all there is to know if not. */
function explain(error: unknown): number {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`bench: ${error instanceof UserError ? error.message : detail}\n`);
  return error instanceof BenchUsageError ? EXIT_USAGE : EXIT_FAILURE;
}

async function main(words: readonly string[]): Promise<number> {
  const read = await readWords(words);
  if (read) await run(read);
  return 0;
}

const code = await main(process.argv.slice(2)).catch(explain);
// Ends the process even if something still holds it open, once standard output has taken everything.
process.stdout.write("", () => process.exit(code));
