// `messenger server`: its options, and the way from them to a running server.
import { join } from "node:path";
import { commandOptions } from "./config-options.ts";
import type { Command, CommandArgs, CommandOption } from "./command.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { Group } from "../config/option-groups.ts";
import { CONFIG_FILE_OPTION, OPTIONS } from "../config/options.ts";
import { createLogger } from "../log/winston-logger.ts";
import { runServer } from "../server/main.ts";
import { checkFolder, checkStart, folderFault } from "../server/start-check.ts";
import { hidePassword } from "../store/open.ts";
import { makeFolder } from "../util/durable.ts";
import { printedConfig } from "./printed-config.ts";

/** Instead of running the server; on the command line alone. */
const QUESTIONS: Readonly<Record<string, CommandOption>> = {
  "check-config": {
    type: "boolean",
    group: Group.Start,
    help: "Only look whether a server would start with these settings; nothing is made or opened",
  },
  "print-config": {
    type: "boolean",
    group: Group.Start,
    help: "Only print all settings as they came to be, in the form of a config file and without secrets",
  },
};

export const command: Command = {
  options: { ...commandOptions([CONFIG_FILE_OPTION, ...Object.values(OPTIONS)], { hasHeadings: true }), ...QUESTIONS },
  examples: [
    ["messenger server", "for this machine only, with the embedded store"],
    ["messenger server -a 0.0.0.0 -p 40000", "for everybody who can reach port 40000"],
    ["messenger server --store mongodb://127.0.0.1/messenger", "with the messages in MongoDB"],
    ["messenger server -p 0 --no-ftp --data ./scratch", "for a test: a free port, no avatars, a folder of its own"],
    ["messenger server --config /etc/messenger.json --check-config", "before a restart: would it start?"],
  ],
  notes: [
    "Each option can also be set by an environment variable (--ftp-port is MESSENGER_FTP_PORT) or in the",
    'config file ({"ftp-port": 2121}); the command line wins over the environment, the environment over the file.',
    "Standard output carries one line, when the server is ready; the log goes to standard error and, as JSON lines,",
    "to the folder logs in the data folder. SIGTERM, SIGINT (Ctrl+C) and SIGQUIT stop the server in order; SIGHUP makes",
    "it read its certificate and the level of its log again.",
  ].join("\n"),
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const config = loadConfig(args);
  if (args["print-config"] === true) process.stdout.write(printedConfig(config));
  if (args["check-config"] === true) check(config);
  if (args["print-config"] === true || args["check-config"] === true) return 0;
  makeDataFolder(config.data);
  const { logLevel: level, logFormat: format, logKeepDays: keepDays } = config;
  const log = createLogger({ level, format, folder: join(config.data, "logs"), keepDays });
  try {
    return await runServer({ config, log, readConfig: () => loadConfig(args) });
  } finally {
    await log.close();
  }
}

function check(config: Config): void {
  for (const remark of checkStart(config)) process.stderr.write(`messenger: ${remark}\n`);
  process.stderr.write(
    `messenger: the settings can be used (store ${hidePassword(config.store)}, data ${config.data})\n`,
  );
}

function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw folderFault(folder, error);
  }
  checkFolder(folder);
}
