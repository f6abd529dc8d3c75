// The documentation: the tests that it names as its proofs exist, links lead somewhere, and every picture is shown.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "bench/README.md",
  ...list("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function list(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
}

/** The rows of the first table below a heading, without its head. */
function rowsBelow(page: string, heading: string): string[] {
  const lines = read(page).split("\n");
  const start = lines.indexOf(heading);
  assert.ok(start >= 0, `${page} has no "${heading}"`);
  const table = lines.slice(lines.findIndex((line, index) => index > start && line.startsWith("|")));
  const end = table.findIndex((line) => !line.startsWith("|"));
  return table.slice(2, end < 0 ? undefined : end);
}

/** Whether a source has a test of this title; it may stand on a line of its own, or be made by `fuzzes`. */
function hasTest(source: string, title: string): boolean {
  const text = source.replaceAll(/\b(?:it|fuzzes)\(\s*/g, "it(");
  return text.includes(`it("${title}"`) || text.includes(`it(\`${title}`);
}

/** The anchor of a heading, as it is made where the pages are shown. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

describe("the documentation", () => {
  it("names tests that are there, for at least 20 faults", () => {
    const faults = rowsBelow("docs/reliability.md", "## Faults");
    assert.ok(faults.length >= 20, `${faults.length} rows`);
    for (const fault of faults) {
      const [, file = "", title = ""] = /\| `(test\/[^`]+)`: (.+?) +\|$/.exec(fault) ?? [];
      assert.notEqual(title, "", `no test is named: ${fault}`);
      assert.ok(hasTest(read(file), title), `${file} has no "${title}"`);
    }
  });

  it("names tests that are there, for at least 24 attacks, and for each rule of both ports", () => {
    const rules = rowsBelow("docs/security.md", "## Both ports");
    const attacks = [...rules, ...rowsBelow("docs/security.md", "## Attacks tried")];
    assert.ok(attacks.length >= 24 + rules.length, `${attacks.length} rows`);
    const tests = list("test")
      .filter((name) => /\.test\.ts$|-contract\.ts$/.test(name))
      .map((name) => read(join("test", name)));
    for (const attack of attacks) {
      const [, title = ""] = /\| "([^"]+)" +\|$/.exec(attack) ?? [];
      assert.notEqual(title, "", `no test is named: ${attack}`);
      assert.ok(
        tests.some((source) => hasTest(source, title)),
        `no test is called "${title}"`,
      );
    }
  });

  it("names tests that are there, for all that the administrator sees when things go wrong", () => {
    const faults = rowsBelow("docs/panel.md", "## When things go wrong");
    assert.ok(faults.length >= 9, `${faults.length} rows`);
    for (const fault of faults) {
      const [, file, title = ""] = /\| `([^`]+\.test\.ts)`: (.+?) +\|$/.exec(fault) ?? [];
      if (file === undefined) assert.match(fault, /\| the same +\|$/);
      else assert.ok(hasTest(read(file.includes("/") ? file : `test/gui/panel/${file}`), title), fault);
    }
  });

  it("has links that lead somewhere, and shows every picture there is", () => {
    const shown = new Set<string>();
    for (const page of PAGES) {
      for (const [, link = ""] of read(page).matchAll(/\]\(([^)]+)\)/g)) {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? page : join(dirname(page), file);
        assert.ok(existsSync(join(ROOT, target)), `${page}: ${link}`);
        shown.add(target);
        if (anchor === undefined) continue;
        const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
        assert.ok(headings.includes(anchor), `${page}: ${link}`);
      }
    }
    const pictures = list("docs/images").map((name) => `docs/images/${name}`);
    assert.deepEqual(
      pictures.filter((picture) => !shown.has(picture)),
      [],
    );
  });

  it("names files and npm scripts that are there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const page of PAGES) {
      for (const [, code = ""] of read(page).matchAll(/`([^`\n]+)`/g)) {
        const [, path] = /^(?:node )?((?:src|test|gui|scripts|bench|docs)\/[\w./-]+)(?!.*\*)/.exec(code) ?? [];
        if (path !== undefined && !path.includes("/dist/")) assert.ok(existsSync(join(ROOT, path)), `${page}: ${code}`);
        const [, script] = /^npm run ([\w:]+)/.exec(code) ?? [];
        if (script !== undefined) assert.ok(script in scripts, `${page}: ${code}`);
      }
    }
  });
});
