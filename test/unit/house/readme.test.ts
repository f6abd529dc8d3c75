// The README: its table of options is that of the program. After a change of options: `npm run docs`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { optionsTable } from "../../support/options-table.ts";

describe("README.md", () => {
  it("has the table of all options as they are", () => {
    if (process.platform !== "linux") return; // the default of the data folder is shown for Linux
    const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");
    assert.ok(
      readme.includes(optionsTable()),
      `the table is outdated, "npm run docs" writes it anew:\n${optionsTable()}`,
    );
  });
});
