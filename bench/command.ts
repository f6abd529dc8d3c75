// `messenger bench`: reads the options, runs the bench, prints the table.
import type { CommandModule } from "yargs";
import { runBench } from "./bench.ts";
import { JS_ENGINE, type EngineProgram } from "./engine/engine-process.ts";
import { nativeEngine } from "./engine/native-engine.ts";
import { benchOptions, withBenchOptions, type BenchArguments } from "./options.ts";
import { markdownTables } from "./report/markdown.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { BASELINES, PEERS } from "./targets/all.ts";
import { MessengerTarget, OWN_SERVER } from "./targets/messenger.ts";
import { remoteMessenger } from "./targets/messenger-remote.ts";
import type { Target } from "./targets/target.ts";

export const benchCommand: CommandModule<object, BenchArguments> = {
  command: "bench",
  describe: "measure a server: fan-out, logins, reconnects, history and more",
  builder: (yargs) => withBenchOptions(yargs),
  handler: run,
};

async function run(args: BenchArguments): Promise<void> {
  const result = await runBench({
    options: benchOptions(args),
    scenarios: chooseScenarios(args.scenario),
    targets: chooseTargets(args),
    runCount: args.runs,
    program: chooseEngine(args.engine),
    pin: args.pin,
    outFolder: args.out,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(markdownTables(result));
}

function chooseScenarios(names: readonly string[]): readonly Scenario[] {
  if (names.includes("all")) return SCENARIOS;
  return names.map((name) => oneNamed(SCENARIOS, name, "scenario"));
}

function chooseTargets(args: BenchArguments): readonly Target[] {
  const known = [messenger(args), ...BASELINES, ...PEERS];
  const named = args.targets.map((name) => oneNamed(known, name, "target"));
  return [...new Set([...named, ...(args.baselines ? BASELINES : []), ...(args.peers ? PEERS : [])])];
}

function messenger(args: BenchArguments): Target {
  if (args.target === undefined) return new MessengerTarget(args["server-command"]?.split(" ") ?? OWN_SERVER);
  const colon = args.target.lastIndexOf(":");
  const port = Number(args.target.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) throw new Error(`--target ${args.target}: must be HOST:PORT`);
  return remoteMessenger(args.target.slice(0, colon), port);
}

function oneNamed<T extends { readonly name: string }>(all: readonly T[], name: string, kind: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no ${kind} "${name}"; there are: ${all.map((one) => one.name).join(", ")}`);
  return found;
}

function chooseEngine(engine: BenchArguments["engine"]): EngineProgram {
  if (engine === "js") return JS_ENGINE;
  const native = nativeEngine();
  if (engine === "native" && !native) throw new Error("the native load engine needs Linux and g++");
  return native ?? JS_ENGINE;
}
