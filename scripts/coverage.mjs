// `npm run coverage`: runs the tests and shows, for each part of src/, how many lines they reach; fails below the floors.
// Measured on the compiled output and mapped back to the sources (c8); processes that a test kills do not count.
import { readFileSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { spawnSync } from "node:child_process";
import { root, setUp } from "./setup.mjs";

/** Least share of lines, in percent. */
const FLOORS = {
  protocol: 95,
  util: 95,
  store: 95,
  workers: 95,
  server: 95,
  config: 95,
  log: 95,
  avatars: 90,
  client: 90,
};

setUp("test");
const folder = join(root, "coverage");
rmSync(folder, { recursive: true, force: true });
const c8 = join(root, "node_modules", "c8", "bin", "c8.js");
const report = ["--reporter", "json-summary", "--reporter", "html", "--reports-dir", folder];
const files = ["--all", "--src", join(root, "dist", "src"), "--include", "dist/src/**", "--include", "src/**"];
const tests = [process.execPath, join(root, "scripts", "test.mjs"), ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [c8, ...report, ...files, ...tests], { cwd: root, stdio: "inherit" });

const summary = JSON.parse(readFileSync(join(folder, "coverage-summary.json"), "utf8"));
const parts = new Map();
for (const [file, { lines }] of Object.entries(summary)) {
  const [top, part = ""] = relative(root, file).split(sep);
  if (top !== "src" || part.endsWith(".ts") || !hasCode(file)) continue;
  const sum = parts.get(part) ?? { covered: 0, total: 0 };
  parts.set(part, { covered: sum.covered + lines.covered, total: sum.total + lines.total });
}

let isBelow = false;
for (const [part, { covered, total }] of [...parts].sort(([a], [b]) => a.localeCompare(b))) {
  const percent = (100 * covered) / total;
  const floor = FLOORS[part] ?? 0;
  if (percent < floor) isBelow = true;
  const mark = percent < floor ? `  BELOW ${floor} %` : "";
  console.log(`${part.padEnd(10)} ${percent.toFixed(1).padStart(6)} %  ${covered} of ${total} lines${mark}`);
}
process.exit(status !== 0 || isBelow ? 1 : 0);

/** False for a file of types only: nothing is left of it to run, nor to reach. */
function hasCode(file) {
  const compiled = readFileSync(join(root, "dist", relative(root, file).replace(/\.ts$/, ".js")), "utf8");
  return compiled.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "").trim() !== "export {};";
}
