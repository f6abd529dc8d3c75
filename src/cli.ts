#!/usr/bin/env node
// The command line: `messenger COMMAND …`. yargs, nothing else; what a command does is in the part that it belongs to.
import yargs, { type ArgumentsCamelCase, type Argv, type Options } from "yargs";
import type { Command, CommandArgs, CommandOption } from "./cli/command.ts";
import { asTyped, withShortNames } from "./cli/typed-words.ts";
import { packageVersion } from "./util/package-version.ts";
import { ignoreUserSignals } from "./util/stop-signals.ts";
import { UserError } from "./util/user-error.ts";
import { visibleLines } from "./util/visible-text.ts";

/**
 * By name, with the words after it in yargs' form ("backup <file>"); their values are in the args by that name. Loaded
 * only when called, so that no command pays for another's libraries. A new command is one line here.
 */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<{ command: Command }> }>> = {
  server: { summary: "Run the server", load: () => import("./cli/server-command.ts") },
  client: { summary: "Open the desktop client", load: () => import("./cli/client-command.ts") },
  panel: { summary: "Open the control panel of a running server", load: () => import("./cli/panel-command.ts") },
  "admin <what> [words..]": {
    summary: "Administer a running server: sessions, users, bans, log and more",
    load: () => import("./cli/admin-command.ts"),
  },
  "backup <file>": {
    summary: "Copy the embedded store, also while a server uses it",
    load: () => import("./cli/backup-command.ts"),
  },
  selftest: {
    summary: "Prove on this machine that nothing acknowledged is lost",
    load: () => import("./cli/selftest-command.ts"),
  },
  migrate: { summary: "Move everything from one store to another", load: () => import("./cli/migrate-command.ts") },
  chat: { summary: "Talk in a terminal or from a script", load: () => import("./cli/chat-command.ts") },
};

/** Of the command's options, by the long ones. */
const shortNames = new Map<string, string>();

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const MAX_HELP_WIDTH = 110;

/** Mistake on the command line. */
class UsageError extends UserError {
  override readonly name = "UsageError";
}

async function main(words: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = commonSettings(yargs([...words]));
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    parser.command({
      command: name,
      describe: summary,
      builder: async (argv) => describe(argv, name, (await load()).command),
      handler: async (args) => {
        exitCode = await (await load()).command.run(plainArgs(args, name));
      },
    });
  }
  await parser.parseAsync();
  return exitCode;
}

function commonSettings(parser: Argv): Argv {
  return parser
    .scriptName("messenger")
    .usage("$0 COMMAND [options]\n\nA messenger on your own machine: server, client and tools.")
    .locale("en")
    .parserConfiguration({
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
    })
    .version(packageVersion())
    .alias("help", "h")
    .strict()
    .demandCommand(1, "name a command")
    .exitProcess(false)
    .wrap(Math.min(MAX_HELP_WIDTH, process.stdout.columns ?? MAX_HELP_WIDTH))
    .fail((message, error) => {
      throw error ?? usageError(message);
    });
}

function describe(parser: Argv, name: string, command: Command): Argv {
  parser.usage(`$0 ${name} [options]`);
  for (const [option, text] of Object.entries(command.options)) {
    parser.option(option, yargsOption(text));
    if (text.alias !== undefined) shortNames.set(option, text.alias);
  }
  for (const [line, meaning] of command.examples) parser.example(line, meaning);
  return command.notes === undefined ? parser : parser.epilogue(command.notes);
}

function yargsOption({ type, alias, help, group, placeholder, defaultText, isRequired }: CommandOption): Options {
  return {
    // Without a type yargs takes every value as the text it is, and --help is easier to read.
    ...(type === "string" ? { nargs: 1 } : { type }),
    describe: placeholder ? `${placeholder}: ${help}` : help,
    requiresArg: type !== "boolean",
    ...(alias === undefined ? {} : { alias }),
    ...(group === undefined ? {} : { group }),
    ...(defaultText === undefined ? {} : { defaultDescription: defaultText }),
    ...(isRequired === undefined ? {} : { demandOption: isRequired }),
  };
}

/** Without what yargs adds for itself. Of an option given more than once the last counts. */
function plainArgs({ _: _words, $0: _name, ...args }: ArgumentsCamelCase, commandLine: string): CommandArgs {
  const lastOf = ([name, value]: [string, unknown]): [string, unknown] => {
    const isList = commandLine.includes(`[${name}..]`);
    return [name, Array.isArray(value) && !isList ? value.at(-1) : value];
  };
  return Object.fromEntries(Object.entries(args).map(lastOf));
}

function usageError(message: string): UsageError {
  const typed = asTyped(message, process.argv.slice(2));
  // An option's letter case is its own.
  const begun = typed.startsWith("-") ? typed : `${typed.slice(0, 1).toLowerCase()}${typed.slice(1)}`;
  return new UsageError(`${begun}; --help says what there is`);
}

/** Says what went wrong: one line if the person at the command line can mend it, all there is to know if not. */
function explain(error: unknown): number {
  // yargs has an error of its own for an option without its value.
  if (error instanceof Error && error.name === "YError") return explain(usageError(error.message));
  if (error instanceof UserError) {
    const message = withShortNames(error.message, process.argv.slice(2), shortNames);
    process.stderr.write(`messenger: ${visibleLines(message)}\n`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`messenger: this is a bug, please report it: ${visibleLines(detail)}\n`);
  return EXIT_FAILURE;
}

/** Ends the process even if something still holds it open, once standard output has taken everything. */
function exit(code: number): void {
  process.stdout.write("", () => process.exit(code));
}

ignoreUserSignals();
exit(await main(process.argv.slice(2)).catch(explain));
