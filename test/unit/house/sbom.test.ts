// The bill of materials and the page of licences: made from the lock files, and refused where a licence is not allowed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SCRIPT = join(ROOT, "scripts", "sbom.mjs");

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly licenses?: unknown }[];
}

describe("npm run sbom", function () {
  this.timeout(60_000);
  const folder = tempDirPerTest();

  const run = (...args: readonly string[]) => spawnSync(process.execPath, [SCRIPT, ...args], { encoding: "utf8" });
  const bill = (name: string): Bill => JSON.parse(readFileSync(join(folder(), `${name}.cdx.json`), "utf8"));

  /** A project with packages of these licences; undefined for one that names none. */
  const project = (licences: Record<string, string | undefined>, optional: Record<string, string> = {}): string => {
    const path = join(folder(), "project");
    mkdirSync(path, { recursive: true });
    const dependencies = Object.fromEntries(Object.keys(licences).map((name) => [name, "1.0.0"]));
    const about = { name: "tried", version: "1.0.0", dependencies };
    const packages: Record<string, object> = { "": about };
    for (const [name, license] of Object.entries(licences)) {
      packages[`node_modules/${name}`] = { version: "1.0.0", license, optionalDependencies: optional };
    }
    for (const name of Object.keys(optional)) {
      packages[`node_modules/${name}`] = { version: "1.0.0", optional: true, os: ["none"] };
    }
    writeFileSync(join(path, "package.json"), JSON.stringify(about));
    writeFileSync(join(path, "package-lock.json"), JSON.stringify({ ...about, lockfileVersion: 3, packages }));
    return path;
  };

  it("lists every package of the lock files with its licence, and the page of licences is up to date", () => {
    const { status, stderr } = run("--check", folder());
    assert.equal(status, 0, stderr);
    for (const [name, path] of [["messenger", ROOT] as const, ["messenger-gui", join(ROOT, "gui")] as const]) {
      const { bomFormat, specVersion, metadata, components } = bill(name);
      assert.deepEqual([bomFormat, metadata.component.name], ["CycloneDX", name]);
      assert.match(specVersion, /^1\.[5-9]$/);
      const listed = new Set(components.map(({ name: one, version }) => `${one} ${version}`));
      const lock = JSON.parse(readFileSync(join(path, "package-lock.json"), "utf8"));
      const entries = Object.entries<{ version: string; name?: string }>(lock.packages).filter(([key]) => key !== "");
      assert.ok(entries.length > 100);
      for (const [key, { version, name: alias }] of entries) {
        const own = alias ?? key.slice(key.lastIndexOf("node_modules/") + "node_modules/".length);
        assert.ok(listed.has(`${own} ${version}`), `${own} ${version} is not listed`);
      }
      assert.deepEqual(
        components.filter(({ licenses }) => licenses === undefined),
        [],
      );
    }
  });

  it("fails for a licence that is not on the list, and for one that is not known", () => {
    for (const licence of ["GPL-3.0-only", "(MIT AND GPL-3.0-only)", "SEE LICENSE IN LICENSE", undefined]) {
      const page = join(folder(), "page.md");
      const { status, stderr } = run("--page", page, folder(), project({ good: "MIT", bad: licence }));
      assert.equal(status, 1, String(licence));
      assert.match(stderr, /bad 1\.0\.0: licence /);
      assert.doesNotMatch(stderr, /good/);
    }
  });

  it("takes a choice with one that is on the list, and for parts of a package the package's own", () => {
    const page = join(folder(), "page.md");
    const path = project({ one: "(MIT OR GPL-3.0-only)", whole: "ISC" }, { "part-of-it": "1.0.0" });
    const { status, stderr } = run("--page", page, folder(), path);
    assert.equal(status, 0, stderr);
    const part = bill("tried").components.find(({ name }) => name === "part-of-it");
    assert.ok(part);
    assert.match(readFileSync(page, "utf8"), /part-of-it 1\.0\.0/);
  });

  it("says so when the page of licences is not what the lock files say", () => {
    const page = join(folder(), "page.md");
    writeFileSync(page, "old");
    const { status, stderr } = run("--check", "--page", page, folder(), project({ one: "MIT" }));
    assert.equal(status, 1);
    assert.match(stderr, /not up to date: npm run sbom/);
  });
});
