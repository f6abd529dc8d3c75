// The settings of a server in the form of a config file, to be looked at and compared.
import type { Config } from "../config/config.ts";
import type { Option } from "../config/option.ts";
import { OPTIONS } from "../config/options.ts";
import { hidePassword } from "../store/open.ts";

/** JSON by the long names, in the order of --help, with what is set or has a default; without secrets. */
export function printedConfig(config: Config): string {
  const shown = { ...config, store: hidePassword(config.store), invitationCode: undefined, metricsToken: undefined };
  const rows = Object.entries(OPTIONS) as [keyof Config, Option<unknown>][]; // its keys are those of Config
  const values = rows.map(([key, option]): [string, unknown] => [option.name, valueInFile(option, shown[key])]);
  return `${JSON.stringify(Object.fromEntries(values), undefined, 2)}\n`;
}

function valueInFile(option: Option<unknown>, value: unknown): unknown {
  return value === undefined || option.inFile === undefined ? value : option.inFile(value);
}
