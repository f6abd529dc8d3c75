// Table of the server's options as docs/options.md has it, made from the options themselves.
import { CONFIG_FILE_OPTION, OPTIONS } from "../../src/config/options.ts";
import type { Option } from "../../src/config/option.ts";

/** Markdown, one row for each option, in the order of --help. */
export function optionsTable(): string {
  const options: readonly Option<unknown>[] = [CONFIG_FILE_OPTION, ...Object.values(OPTIONS)];
  const rows = options.map((option) => [nameOf(option), option.defaultText, escaped(option.help)]);
  const table = [["option", "default", "what it is"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = table;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function nameOf({ name, alias, placeholder }: Option<unknown>): string {
  const words = [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])].map((word) => `\`${word}\``).join(", ");
  return placeholder === "" ? words : `${words} ${placeholder}`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
