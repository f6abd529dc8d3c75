// `messenger server`: its options, and the way from them to a running server.
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { commandOptions } from "./config-options.ts";
import type { Command, CommandArgs } from "./command.ts";
import { ConfigError } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { CONFIG_FILE_OPTION, OPTIONS } from "../config/options.ts";
import { createLogger } from "../log/winston-logger.ts";
import { runServer } from "../server/main.ts";
import { makeFolder } from "../util/durable.ts";

export const command: Command = {
  options: commandOptions([CONFIG_FILE_OPTION, ...Object.values(OPTIONS)], { hasHeadings: true }),
  examples: [
    ["messenger server", "for this machine only, with the embedded store"],
    ["messenger server -a 0.0.0.0 -p 40000", "for everybody who can reach port 40000"],
    ["messenger server --store mongodb://127.0.0.1/messenger", "with the messages in MongoDB"],
    ["messenger server -p 0 --no-ftp --data ./scratch", "for a test: a free port, no avatars, a folder of its own"],
  ],
  notes: [
    "Each option can also be set by an environment variable (--ftp-port is MESSENGER_FTP_PORT) or in the",
    'config file ({"ftp-port": 2121}); the command line wins over the environment, the environment over the file.',
    "Standard output carries one line, when the server is ready; the log goes to standard error and, as JSON lines,",
    "to the folder logs in the data folder. SIGTERM, SIGINT (Ctrl+C) and SIGQUIT stop the server in order; SIGHUP makes",
    "it read its certificate again.",
  ].join("\n"),
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const config = loadConfig(args);
  makeDataFolder(config.data);
  const log = createLogger({ level: config.logLevel, folder: join(config.data, "logs"), keepDays: config.logKeepDays });
  try {
    return await runServer(config, log);
  } finally {
    await log.close();
  }
}

function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ConfigError(`data folder ${folder}: cannot be made or written (${code}); choose another with --data`);
  }
}
