// The tests on another version of Node: `node scripts/test-on-node.mjs 24`. That Node comes from npm (with its
// headers, for what is compiled) into the user's cache folder, and so does a copy of this checkout with its own packages.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fail, root, run, say } from "./setup.mjs";

/** What a copy keeps from one run to the next, since making it takes minutes; setup.mjs looks whether it still fits. */
const KEPT = "node_modules";

const version = process.argv[2] ?? "";
if (!/^\d+(?:\.\d+){0,2}$/.test(version)) fail("say which version: node scripts/test-on-node.mjs 24");
const platform = process.platform === "win32" ? "win" : process.platform;
const name = `node-${platform}-${process.arch}`;
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "messenger", `node-${version}`);
const copy = join(folder, "checkout");

const node = installNode();
const shown = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
say(`testing on Node ${shown} in ${copy}`);
copyCheckout();
const path = [dirname(node), process.env.PATH].join(delimiter);
const { status } = spawnSync(node, [join(copy, "scripts", "test.mjs")], {
  cwd: copy,
  stdio: "inherit",
  env: { ...process.env, PATH: path },
});
say(`Node ${shown}: ${status === 0 ? "all tests passed" : "FAILED"}`);
process.exit(status ?? 1);

/** The binary, the newest one of that version. */
function installNode() {
  mkdirSync(folder, { recursive: true });
  const options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  const isInstalled = run("npm", ["install", ...options, "--prefix", folder, `${name}@${version}`], {
    shell: process.platform === "win32",
  });
  const binary = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) fail(`${name}@${version} cannot be installed`);
  if (!isInstalled) say("npm cannot be reached; taking the version that is in the cache");
  return binary;
}

/** All files that git knows of or would add, as they are now. */
function copyCheckout() {
  mkdirSync(copy, { recursive: true });
  for (const entry of readdirSync(copy)) {
    if (entry !== KEPT) rmSync(join(copy, entry), { recursive: true });
  }
  const { stdout } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of stdout.split("\0")) {
    if (file === "" || file === "node_modules" || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
}
