// The table of faults in docs/reliability.md: every test that it names is there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const ROW = /\| `(test\/[^`]+)`: (.+?) +\|$/;

describe("the table of faults", () => {
  it("names tests that are there, for at least 20 faults", () => {
    const lines = readFileSync(join(ROOT, "docs/reliability.md"), "utf8").split("\n");
    const faults = lines.slice(lines.indexOf("## Faults")).filter((line) => /^\| (?!-|fault)/.test(line));
    assert.ok(faults.length >= 20, `${faults.length} rows`);
    for (const fault of faults) {
      const [, file = "", title = ""] = ROW.exec(fault) ?? [];
      assert.notEqual(title, "", `no test is named: ${fault}`);
      // A title may stand on a line of its own, and fuzzed tests are made by a function of that name.
      const text = readFileSync(join(ROOT, file), "utf8").replaceAll(/\b(?:it|fuzzes)\(\s*/g, "it(");
      const isThere = text.includes(`it("${title}"`) || text.includes(`it(\`${title} `);
      assert.ok(isThere, `${file} has no "${title}"`);
    }
  });
});
