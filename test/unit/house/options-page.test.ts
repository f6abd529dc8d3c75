// The pages about options: docs/options.md has those of the program, and the README names none that is not there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CONFIG_FILE_OPTION, OPTIONS } from "../../../src/config/options.ts";
import { optionsTable } from "../../support/options-table.ts";

function page(name: string): string {
  return readFileSync(new URL(`../../../../${name}`, import.meta.url), "utf8");
}

describe("the pages about options", () => {
  it("have the table of all options as they are", () => {
    if (process.platform !== "linux") return; // the default of the data folder is shown for Linux
    const table = optionsTable();
    assert.ok(page("docs/options.md").includes(table), `outdated, "npm run docs" writes it again:\n${table}`);
  });

  it("name in the README's table of settings only what there is", () => {
    const [, section = ""] = page("README.md").split("## Settings");
    const [table = ""] = section.split("\n## ");
    const named = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = ""]) => [
      ...cell.matchAll(/`--(?:no-)?([a-z-]+)`/g),
    ]);
    const known = new Set([CONFIG_FILE_OPTION, ...Object.values(OPTIONS)].map(({ name }) => name));
    assert.ok(named.length >= 8);
    for (const [, name = ""] of named) assert.ok(known.has(name), `--${name}`);
  });
});
