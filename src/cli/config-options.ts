// The settings of src/config as options of a command.
import type { Option } from "../config/option.ts";
import type { CommandOption } from "./command.ts";

/** By long name, in the order given; in a command that has many of them below their headings. */
export function commandOptions(
  options: readonly Option<unknown>[],
  { hasHeadings = false } = {},
): Readonly<Record<string, CommandOption>> {
  return Object.fromEntries(
    options.map(({ name, alias, isFlag, group, help, placeholder, defaultText }) => {
      const heading = hasHeadings ? { group } : {};
      const short = alias === undefined ? {} : { alias };
      return [name, { type: isFlag ? "boolean" : "string", ...short, ...heading, help, placeholder, defaultText }];
    }),
  );
}
