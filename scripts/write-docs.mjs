// Generated parts of the documentation (`npm run docs`): the table of options.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fail, root, setUp } from "./setup.mjs";

const BEGIN = "<!-- options -->";
const END = "<!-- end of options -->";

setUp("test");
const { optionsTable } = await import(pathToFileURL(join(root, "dist/test/support/options-table.js")).href);
const file = join(root, "docs", "options.md");
const page = readFileSync(file, "utf8");
const begin = page.indexOf(BEGIN);
const end = page.indexOf(END);
if (begin < 0 || end < begin) fail(`docs/options.md: ${BEGIN} and ${END} are missing`);
writeFileSync(file, `${page.slice(0, begin)}${BEGIN}\n\n${optionsTable()}\n\n${page.slice(end)}`);
