// Bill of materials (`npm run sbom`): a CycloneDX file for each lock file, and docs/licences.md. Fails where a
// licence is unknown or not on the list. usage: sbom.mjs [--check] [--page FILE] OUT_FOLDER [PROJECT_FOLDER…]
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fail, root } from "./setup.mjs";

/** Licences that ask for no more than to be named: what may come with an MIT program, and with the tools that make it. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Unlicense",
  "WTFPL",
]);
const NPM_DEADLINE_MS = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false }, page: { type: "string" } },
});
const [out = join(root, "build", "sbom"), ...given] = positionals.map((folder) => resolve(folder));
const projects = (given.length > 0 ? given : [root, join(root, "gui")]).map(readProject);
const refused = projects.flatMap(({ components }) => components.filter(({ allowed }) => !allowed));
for (const { name, version, licence } of refused) console.error(`${name} ${version}: licence ${licence ?? "unknown"}`);
if (refused.length > 0)
  fail(`${refused.length} packages whose licence is not allowed; see the list in scripts/sbom.mjs`);

mkdirSync(out, { recursive: true });
for (const { name, bom } of projects) writeFileSync(join(out, `${name}.cdx.json`), `${JSON.stringify(bom, null, 2)}\n`);
const page = resolve(values.page ?? join(root, "docs", "licences.md"));
if (!values.check) writeFileSync(page, licencePage());
else if (readFileSync(page, "utf8") !== licencePage()) fail(`${page} is not up to date: npm run sbom`);
for (const { name, components } of projects)
  console.log(`${join(out, `${name}.cdx.json`)}: ${components.length} packages`);

/** The bill of one lock file, made by npm without installing or asking anybody, with what npm leaves out put in. */
function readProject(folder) {
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--offline"];
  const options = { cwd: folder, encoding: "utf8", timeout: NPM_DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 };
  const { status, stdout, stderr, error } = spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (status !== 0) fail(`npm sbom failed in ${folder}: ${error?.message ?? stderr}`);
  const bom = JSON.parse(stdout);
  // npm takes the name of the folder.
  bom.metadata.component.name = name;
  const parents = platformParents(lock);
  const components = bom.components.map((component) => {
    // npm gives the name that the package has here, which may be another one's; its own is in the reference.
    const packageName = component["bom-ref"].slice(0, component["bom-ref"].lastIndexOf(`@${component.version}`));
    component.name = packageName;
    const licence = licenceOf(component) ?? parents.get(packageName);
    if (component.licenses === undefined && licence !== undefined) component.licenses = [{ expression: licence }];
    const forUse = !component.properties?.some(({ name: key }) => key === "cdx:npm:package:development");
    return { name: packageName, version: component.version, licence, forUse, allowed: isAllowed(licence) };
  });
  return { name, bom, components };
}

/**
 * The lock file has no licence for packages of platforms on which it was not made. They are parts of the package that
 * lists them as optional, made from the same sources: its licence is theirs.
 */
function platformParents(lock) {
  const licences = new Map();
  for (const { license, optionalDependencies } of Object.values(lock.packages)) {
    if (license === undefined) continue;
    for (const name of Object.keys(optionalDependencies ?? {})) licences.set(name, license);
  }
  return licences;
}

function licenceOf({ licenses }) {
  const [first] = licenses ?? [];
  return first?.expression ?? first?.license?.id ?? first?.license?.name;
}

/** SPDX expressions as packages use them: names with OR, or with AND, in one pair of parentheses at most. */
function isAllowed(licence) {
  if (licence === undefined) return false;
  const parts = licence.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return parts.some((part) => part.split(" AND ").every((name) => ALLOWED.has(name)));
}

function licencePage() {
  const sections = projects.flatMap(({ name, components }) => [
    `## ${name}: in use\n\n${licenceList(components.filter(({ forUse }) => forUse))}`,
    `## ${name}: for building and testing only\n\n${licenceList(components.filter(({ forUse }) => !forUse))}`,
  ]);
  const introduction = `# Licences of what Messenger is made of

Written by \`npm run sbom\` from the lock files, beside a bill of materials (CycloneDX) for each in \`build/sbom\`. A package
whose licence is unknown or not on the list in \`scripts/sbom.mjs\` makes it fail, and with it a test.

Not from npm: Node itself (MIT), SQLite (public domain, within better-sqlite3), and for the desktop client Qt 6 (LGPL 3) and
GLib (LGPL 2.1), which are the system's packages and linked at run time.
`;
  return `${[introduction.trimEnd(), ...sections].join("\n\n")}\n`;
}

/** A line for each licence; a package once, with all its versions. */
function licenceList(components) {
  const byLicence = new Map();
  for (const one of components) byLicence.set(one.licence, [...(byLicence.get(one.licence) ?? []), one]);
  const lines = [...byLicence]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([licence, list]) => {
      const names = new Set(list.map(({ name, version }) => `${name} ${version}`));
      return `- **${licence}** (${names.size}): ${[...names].sort((one, other) => (one < other ? -1 : 1)).join(", ")}`;
    });
  return lines.length > 0 ? lines.join("\n") : "None.";
}
