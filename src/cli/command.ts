// Type of a command, from which src/cli.ts makes the command line.

export interface CommandOption {
  readonly type: "string" | "boolean" | "number";
  readonly alias?: string;
  readonly help: string;
  /** Heading under which --help shows it. */
  readonly group?: string;
  /** Placeholder of the value in --help: PORT. */
  readonly placeholder?: string;
  /** The default as --help shows it; applying it is the command's own task. */
  readonly defaultText?: string;
  readonly isRequired?: boolean;
}

/** Values by long name; what was not given is undefined. */
export type CommandArgs = Readonly<Record<string, unknown>>;

export interface Command {
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Pairs of a command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Further text at the end of --help. */
  readonly notes?: string;
  /** Resolves with the exit code of the process. A UserError becomes one line on standard error and exit code 1. */
  run(args: CommandArgs): Promise<number>;
}
