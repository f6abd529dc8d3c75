// Writes the parts of the documentation that are made from the program (`npm run docs`): the README's table of options.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fail, root, setUp } from "./setup.mjs";

const BEGIN = "<!-- options -->";
const END = "<!-- end of options -->";

setUp("test");
const { optionsTable } = await import(pathToFileURL(join(root, "dist/test/support/options-table.js")).href);
const file = join(root, "README.md");
const readme = readFileSync(file, "utf8");
const begin = readme.indexOf(BEGIN);
const end = readme.indexOf(END);
if (begin < 0 || end < begin) fail(`README.md: ${BEGIN} and ${END} are missing`);
writeFileSync(file, `${readme.slice(0, begin)}${BEGIN}\n\n${optionsTable()}\n\n${readme.slice(end)}`);
