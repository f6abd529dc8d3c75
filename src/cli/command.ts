// What a part of the program says about its command; src/cli.ts makes the command line of it.
import type { Argv } from "yargs";

/**
 * `build` tells the parser the command's words and options (values arrive as typed unless an option has a type; names
 * in kebab case). `run` gets them and resolves with the exit code of the process; a UserError that it throws becomes
 * one line on standard error and exit code 1.
 */
export interface Command<Args = unknown> {
  build(parser: Argv): Argv<Args>;
  run(args: Args): Promise<number>;
}

/** Values by long name; what was not given is undefined. */
export type CommandArgs = Readonly<Record<string, unknown>>;
