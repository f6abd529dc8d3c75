// The settings of src/config as options of a command.
import type { Option } from "../config/option.ts";
import type { CommandOption } from "./command.ts";

/** By long name, in the order given. */
export function commandOptions(options: readonly Option<unknown>[]): Readonly<Record<string, CommandOption>> {
  return Object.fromEntries(options.map((option) => [option.name, commandOption(option)]));
}

function commandOption({ alias, isFlag, group, help, placeholder, defaultText }: Option<unknown>): CommandOption {
  const type = isFlag ? "boolean" : "string";
  return { type, ...(alias === undefined ? {} : { alias }), group, help, placeholder, defaultText };
}
