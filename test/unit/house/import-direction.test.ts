// The lint's table of layers works: an import against the arrows is found, one along them is not. CONTRIBUTING.md shows it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

interface Policy {
  readonly from?: { readonly element: { readonly type: string | readonly string[] } };
  readonly allow: unknown;
}

/** What a layer may import by the lint's table: layers and npm packages; of the stores together what each may. */
function allowedBy(policies: readonly Policy[], layer: string): { layers: string[]; packages: string[] } {
  const own = layer === "store" ? ["store", "sqlite", "mongo"] : [layer];
  const rules = policies.filter(({ from }) => own.some((name) => from?.element.type === name));
  const named = (key: string): string[] =>
    rules
      .flatMap(({ allow }) => [...JSON.stringify(allow).matchAll(new RegExp(`"${key}":(\\[[^\\]]*\\])`, "g"))])
      .flatMap(([, list = "[]"]) => JSON.parse(list) as string[]);
  return {
    layers: [...new Set(named("type").map((name) => (own.includes(name) ? name : name.replace(/^sqlite$/, "store"))))]
      .filter((name) => !own.includes(name))
      .sort(),
    packages: [...new Set(named("source"))].sort(),
  };
}

describe("the direction of imports", function () {
  this.timeout(60_000);
  const dir = tempDirPerTest();

  /** What the lint says of files by these names, each with one import. */
  function lint(files: Readonly<Record<string, string>>): Promise<string> {
    const sources = Object.entries(files).map(([name, from]) => {
      return [name, `import { x } from "${from}";\nexport const ${name.replace(/\W/g, "_")} = x;\n`];
    });
    return lintSources(Object.fromEntries(sources));
  }

  /** What the lint says of files by these names and with these texts. */
  function lintSources(files: Readonly<Record<string, string>>): Promise<string> {
    copyFileSync(join(ROOT, ".oxlintrc.json"), join(dir(), ".oxlintrc.json"));
    symlinkSync(join(ROOT, "node_modules"), join(dir(), "node_modules"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir(), name)), { recursive: true });
      writeFileSync(join(dir(), name), text);
    }
    const oxlint = join(ROOT, "node_modules", "oxlint", "bin", "oxlint");
    return new Promise((resolve) => {
      execFile(process.execPath, [oxlint, "-f", "unix", "."], { cwd: dir() }, (_error, stdout) => resolve(stdout));
    });
  }

  it("has a row for every folder of src, since one without is not looked at", () => {
    const table = readFileSync(join(ROOT, ".oxlintrc.json"), "utf8");
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) assert.ok(table.includes(`"pattern": "src/${name}/**"`), `src/${name}`);
  });

  it("is shown in CONTRIBUTING.md as the lint has it", () => {
    const { rules } = JSON.parse(readFileSync(join(ROOT, ".oxlintrc.json"), "utf8")) as {
      rules: { "boundaries/dependencies": [string, { policies: Policy[] }] };
    };
    const page = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
    const table = [...page.matchAll(/^\| `(?:src\/)?(\w+)` +\| (.+?) +\| (.*?) *\|$/gm)];
    const restricted = table.filter(([, , imports = ""]) => !imports.startsWith("everything"));
    assert.ok(restricted.length >= 11, `${restricted.length} rows`);
    for (const [, layer = "", imports = "", packages = ""] of restricted) {
      const words = (cell: string): string[] =>
        cell === "" ? [] : cell.split(", ").map((part) => part.replace(/'s? .*| \(.*/, ""));
      const shown = { layers: imports === "nothing" ? [] : words(imports).sort(), packages: words(packages).sort() };
      assert.deepEqual(shown, allowedBy(rules["boundaries/dependencies"][1].policies, layer), layer);
    }
  });

  it("is held in every layer, and so is which packages it may use", async () => {
    const wrong = {
      "src/protocol/a.ts": "../server/x.ts",
      "src/util/a.ts": "winston",
      "src/store/sqlite/a.ts": "../mongo/x.ts",
      "src/domain/writes/a.ts": "../../store/x.ts",
      "src/actions/controllers/a.ts": "../../threads/pools.ts",
      "src/threads/a.ts": "../server/x.ts",
      "src/server/a.ts": "mongodb",
      "src/client/models/a.ts": "../../store/x.ts",
      "src/client/b.ts": "../avatars/ftp-server.ts",
      "gui/chat/a.ts": "../../src/server/x.ts",
      "src/cli.ts": "../bench/x.ts",
      "src/cli/a.ts": "../../bench/x.ts",
      "bench/a.ts": "../src/cli/x.ts",
    };
    const right = {
      "src/server/b.ts": "../threads/pools.ts",
      "src/server/c.ts": "node:net",
      "src/store/sqlite/b.ts": "../../domain/x.ts",
      "src/client/c.ts": "../avatars/ftp-client.ts",
      "test/unit/a.ts": "../../src/server/x.ts",
    };
    const targets = [
      "src/server/x.ts",
      "src/store/x.ts",
      "src/domain/x.ts",
      "src/store/mongo/x.ts",
      "src/threads/pools.ts",
      "bench/x.ts",
      "src/cli/x.ts",
    ];
    const leaves = ["src/avatars/ftp-client.ts", "src/avatars/ftp-server.ts"];
    const existing = Object.fromEntries([...targets, ...leaves].map((name) => [name, "node:net"]));
    const output = await lint({ ...wrong, ...right, ...existing });
    const isFound = (name: string): boolean =>
      new RegExp(`${name}:.*(?:boundaries\\(dependencies\\)|no-restricted-imports)`).test(output);
    for (const name of Object.keys(wrong)) assert.ok(isFound(name), `${name} is not found in:\n${output}`);
    for (const name of Object.keys(right)) assert.ok(!isFound(name), `${name} is found in:\n${output}`);
  });

  it("is never a circle, not even of types", async () => {
    const output = await lintSources({
      "src/util/one.ts": `import type { B } from "./other.ts";\nexport interface A {\n  readonly b: B | undefined;\n}\n`,
      "src/util/other.ts": `import type { A } from "./one.ts";\nexport interface B {\n  readonly a: A | undefined;\n}\n`,
    });
    assert.match(output, /one\.ts:.*no-cycle/);
  });
});
