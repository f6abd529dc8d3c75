// The documentation names tests as its proofs: each of them must exist.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return name.endsWith(".test.ts") || name.endsWith("-contract.ts") ? [readFileSync(path, "utf8")] : [];
  });
}

describe("docs/security.md", () => {
  it("names tests that exist", () => {
    const page = readFileSync(join(ROOT, "docs", "security.md"), "utf8");
    const table = page.slice(page.indexOf("## Attacks tried"), page.indexOf("How to report"));
    const named = [...table.matchAll(/"([^"]+)"\s*\|$/gm)].map(([, title]) => title ?? "");
    assert.ok(named.length >= 24, `only ${named.length} tests are named`);
    const texts = sources(join(ROOT, "test")).join("\n");
    assert.deepEqual(
      named.filter((title) => !texts.includes(title)),
      [],
    );
  });
});

describe("docs/panel.md", () => {
  it("names tests that exist", () => {
    const page = readFileSync(join(ROOT, "docs", "panel.md"), "utf8");
    const named = [...page.matchAll(/\| `([^`|]+\.test\.ts)`: (.+?)\s*\|$/gm)];
    assert.ok(named.length >= 9, `only ${named.length} tests are named`);
    for (const [, file = "", title = ""] of named) {
      const path = file.includes("/") ? file : `test/gui/panel/${file}`;
      assert.ok(readFileSync(join(ROOT, path), "utf8").includes(`"${title}"`), `${path}: ${title}`);
    }
  });
});
