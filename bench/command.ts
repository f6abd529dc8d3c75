// `messenger bench`: chooses scenarios, targets and the load engine by the options, runs them, prints the tables.
import { runBench } from "./bench.ts";
import { JS_ENGINE, type EngineProgram } from "./engine/engine-process.ts";
import { nativeEngine } from "./engine/native-engine.ts";
import { benchOptions, BenchUsageError, ENGINES, OptionReader, type BenchWords } from "./options.ts";
import { markdownTables } from "./report/markdown.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { BASELINES, PEERS } from "./targets/all.ts";
import { MessengerTarget, OWN_SERVER } from "./targets/messenger.ts";
import { remoteMessenger } from "./targets/messenger-remote.ts";
import type { Target } from "./targets/target.ts";

/** Tables go to standard output, progress to standard error. @throws BenchUsageError */
export async function benchMain(words: BenchWords): Promise<void> {
  const read = new OptionReader(words);
  const result = await runBench({
    options: benchOptions(read),
    scenarios: chooseScenarios(read),
    targets: chooseTargets(read),
    runCount: read.number("runs"),
    program: chooseEngine(read),
    pin: read.flag("pin"),
    outFolder: read.text("out"),
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(markdownTables(result));
}

function chooseScenarios(read: OptionReader): readonly Scenario[] {
  const names = read.names("scenario");
  return names.includes("all") ? SCENARIOS : names.map((name) => oneNamed(SCENARIOS, name, "scenario"));
}

function chooseTargets(read: OptionReader): readonly Target[] {
  const known = [messenger(read), ...BASELINES, ...PEERS];
  const names = read.names("targets").filter((name) => name !== "none");
  const named = names.map((name) => oneNamed(known, name, "targets"));
  const groups = [...(read.flag("baselines") ? BASELINES : []), ...(read.flag("peers") ? PEERS : [])];
  return [...new Set([...named, ...groups])];
}

function messenger(read: OptionReader): Target {
  const target = read.optional("target");
  if (target === undefined) return new MessengerTarget(read.optional("server-command")?.split(" ") ?? OWN_SERVER);
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
  const native = engine === "js" ? undefined : nativeEngine();
  if (engine === "native" && !native) throw new BenchUsageError("--engine: native needs Linux and g++");
  return native ?? JS_ENGINE;
}
