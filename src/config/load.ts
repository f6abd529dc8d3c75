// Loading of the Config: the command line wins over the environment, that over the config file, that over the defaults.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError, type Config } from "./config.ts";
import { InvalidValue, type Environment, type Option, type RawValue } from "./option.ts";
import { CONFIG_FILE_OPTION, OPTIONS, variableOf } from "./options.ts";
import { secretOf } from "./secret-file.ts";

/** Options by their long names, as the command line has them; what is undefined was not given. */
export type CommandLine = Readonly<Record<string, unknown>>;

/** One place where options can be set. */
interface Source {
  /** The value of that name, if it is set here. */
  find(name: string): RawValue | undefined;
  /** How an error names the place: "option --port". */
  describe(name: string): string;
}

/**
 * Reads and checks every setting. `env` are the environment variables, those of the process if not given.
 * @throws ConfigError naming the option, variable or key that is wrong.
 */
export function loadConfig(commandLine: CommandLine = {}, env: Environment = process.env): Config {
  const outer = [commandLineSource(commandLine), environmentSource(env)];
  const file = valueOf(CONFIG_FILE_OPTION, outer, env);
  const sources = file === undefined ? outer : [...outer, fileSource(file)];
  const config: Partial<Config> = Object.fromEntries(
    Object.entries(OPTIONS).map(([key, option]) => [key, valueOf<unknown>(option, sources, env)]),
  );
  if (!isComplete(config)) throw new ConfigError("an option is missing");
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    throw new ConfigError("options --tls-cert and --tls-key: one without the other is of no use");
  }
  const invitationCode = secretIn(config, "invitationCode", "invitationCodeFile");
  const metricsToken = secretIn(config, "metricsToken", "metricsTokenFile");
  return Object.freeze({ ...config, invitationCode, metricsToken });
}

/** A secret, whether it was given itself or in a file. */
function secretIn(
  config: Config,
  key: "invitationCode" | "metricsToken",
  fileKey: "invitationCodeFile" | "metricsTokenFile",
): string | undefined {
  const file = config[fileKey];
  if (file === undefined) return config[key];
  if (config[key] !== undefined) {
    throw new ConfigError(
      `options --${OPTIONS[key].name} and --${OPTIONS[fileKey].name}: only one of them may be given`,
    );
  }
  try {
    return secretOf(file);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new ConfigError(`option --${OPTIONS[fileKey].name}: ${error.message}`, { cause: error });
  }
}

function isComplete(config: Partial<Config>): config is Config {
  return Object.keys(OPTIONS).every((key) => key in config);
}

/** The value in the first source that has one; the others are not even looked at. */
function valueOf<T>(option: Option<T>, sources: readonly Source[], env: Environment): T {
  for (const source of sources) {
    for (const name of option.isFlag ? [`no-${option.name}`, option.name] : [option.name]) {
      const raw = source.find(name);
      if (raw === undefined) continue;
      try {
        return option.read(name === option.name ? raw : opposite(raw));
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        throw new ConfigError(`${source.describe(name)}: ${error.message}${shown(option, raw, error)}`, {
          cause: error,
        });
      }
    }
  }
  return option.defaultFor(env);
}

/** The value of NAME that `no-NAME` stands for; what is no flag's value stays, to be refused. */
function opposite(raw: RawValue): RawValue {
  if (raw.from === "json") return typeof raw.value === "boolean" ? { ...raw, value: !raw.value } : raw;
  if (/^(?:1|true|yes|on)$/i.test(raw.text.trim())) return { ...raw, text: "false" };
  return /^(?:0|false|no|off)$/i.test(raw.text.trim()) ? { ...raw, text: "true" } : raw;
}

/** Their values are secrets, or may hold one. */
const SECRET_OPTIONS: ReadonlySet<string> = new Set([
  OPTIONS.store.name,
  OPTIONS.invitationCode.name,
  OPTIONS.metricsToken.name,
]);

/** The wrong value, where the error does not name it yet and it is no secret. */
function shown<T>(option: Option<T>, raw: RawValue, error: InvalidValue): string {
  if (SECRET_OPTIONS.has(option.name) || !error.message.startsWith("must")) return "";
  const text = JSON.stringify(raw.from === "text" ? raw.text : raw.value);
  return `, not ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`;
}

function commandLineSource(commandLine: CommandLine): Source {
  return {
    find(name) {
      const value = commandLine[name];
      if (value === undefined || value === null) return undefined;
      // An option given twice arrives as a list: the last one counts, as in other commands.
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      return { from: "text", text: String(last), base: process.cwd() };
    },
    describe: (name) => `option --${name}`,
  };
}

/** An empty variable counts as not set: container files can hardly leave one out. */
function environmentSource(env: Environment): Source {
  return {
    find(name) {
      const text = env[variableOf(name)];
      return text === undefined || text === "" ? undefined : { from: "text", text, base: process.cwd() };
    },
    describe: (name) => `environment variable ${variableOf(name)}`,
  };
}

function fileSource(file: string): Source {
  const values = readConfigFile(file);
  const base = dirname(file);
  return {
    find: (name) => (Object.hasOwn(values, name) ? { from: "json", value: values[name], base } : undefined),
    describe: (name) => `config file ${file}: "${name}"`,
  };
}

function readConfigFile(file: string): Readonly<Record<string, unknown>> {
  const text = contentOf(file).replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the file, which may hold the store's password.
    throw new ConfigError(`config file ${file}: not valid JSON${placeOf(error, text)}`);
  }
  if (!isRecord(value)) throw new ConfigError(`config file ${file}: must hold one JSON object`);
  const known = new Set(Object.values(OPTIONS).flatMap(({ name, isFlag }) => (isFlag ? [name, `no-${name}`] : [name])));
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) {
    throw new ConfigError(
      `config file ${file}: unknown option ${JSON.stringify(unknown)}, see messenger server --help`,
    );
  }
  return value;
}

/** It was there a moment ago; meanwhile it may have been replaced. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`config file ${file}: cannot be read`, { cause: error });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The line that the JSON parser complains of, if it says so. */
function placeOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  return position === undefined ? "" : ` (line ${text.slice(0, Number(position)).split("\n").length})`;
}
