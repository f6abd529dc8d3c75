// Difference between settings that were read at two times.
import type { Config } from "./config.ts";
import { OPTIONS } from "./options.ts";

/** The options, as "--name", whose values differ; never the values, which may be secrets. */
export function changedOptions(before: Config, now: Config): string[] {
  const rows = Object.entries(OPTIONS) as [keyof Config, { readonly name: string }][]; // its keys are those of Config
  const changed = rows.filter(([key]) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
  return changed.map(([, { name }]) => `--${name}`);
}
