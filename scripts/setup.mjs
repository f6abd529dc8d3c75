// Requirements of `npm start` and `npm test`: the installed packages and the compiled sources.
// Plain JavaScript without dependencies, since on a fresh clone there are none. Everything is said on standard error.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const installStamp = join(modules, ".messenger-install");
const dist = join(root, "dist");
const BUILD_STAMP = ".messenger-build";
/** What can be compiled: the folders that it takes, and its settings of the compiler. Each has a time of its own. */
const BUILDS = {
  src: { folders: ["src"], config: "tsconfig.src.json" },
  bench: { folders: ["src", "bench"], config: "tsconfig.bench.json" },
  test: { folders: ["src", "bench", "test"], config: "tsconfig.json" },
};
/**
 * On a Node with this Node-API nothing is compiled: src/util/sqlite-driver.ts takes better-sqlite3 13 there, which brings
 * its native code along, as bcrypt does.
 */
const NODE_API_OF_READY_MADE = 10;
/** What better-sqlite3 12 is compiled with on older ones; Debian's names. */
const COMPILE_PACKAGES = ["build-essential", "python3"];
const COMPILE_TOOLS = ["c++", "make", "python3"];

export function say(text) {
  process.stderr.write(`messenger: ${text}\n`);
}

/** Ends the process with one line. */
export function fail(text) {
  say(text);
  process.exit(1);
}

/** Runs a command with its output on standard error; returns whether it succeeded. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
  if (error) say(`${command}: ${error.message}`);
  return status === 0;
}

export function has(tool) {
  return spawnSync(tool, ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * Makes ready what a command needs: the packages, and the compiled sources of `part` ("src" for the program alone,
 * "bench" or "test" with them); without a part the packages only. Takes a few milliseconds when all is ready.
 */
export function setUp(part) {
  checkNode();
  install();
  if (part !== undefined) build(BUILDS[part]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: 20.19 or later is needed`);
  }
}

/** Packages are right for one lock file and one binary interface of Node. */
function installKey() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.platform}-${process.arch}-${process.versions.modules}`;
}

function isInstalled() {
  const isLink = existsSync(modules) && lstatSync(modules).isSymbolicLink();
  if (isLink) return true; // shared with another checkout, which looks after it
  return existsSync(installStamp) && readFileSync(installStamp, "utf8") === installKey();
}

function isReadyMade() {
  return Number(process.versions.napi) >= NODE_API_OF_READY_MADE && isCommonPlatform();
}

/** Installs, where it may, what `setUp` will compile packages with: apt-get then does not run beside others' apt-get. */
export function installCompileTools() {
  if (!isInstalled() && !isReadyMade() && !COMPILE_TOOLS.every(has)) installDebian(COMPILE_PACKAGES);
}

function install() {
  if (isInstalled()) return;
  say(`installing packages (${isReadyMade() ? "half a minute" : "2 to 4 minutes, something is compiled"}; once) …`);
  if (!(isReadyMade() && npmCi("--ignore-scripts") && nativeModulesLoad())) installAndCompile();
  writeFileSync(installStamp, installKey()); // last, so that an installation that was broken off is done again
}

function npmCi(...options) {
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...options];
  return run("npm", args, { env: { ...process.env, ...headersHint() }, shell: process.platform === "win32" });
}

/** Where the packages with native code bring it along for (glibc and musl alike). */
function isCommonPlatform() {
  return ["linux", "darwin", "win32"].includes(process.platform) && ["x64", "arm64"].includes(process.arch);
}

/** In a process of its own: what does not fit can end the process that tries it. */
function nativeModulesLoad() {
  const attempt = "require('bcrypt'); const D = require('better-sqlite3-13'); new D(':memory:').close();";
  return spawnSync(process.execPath, ["-e", attempt], { cwd: root, stdio: "ignore" }).status === 0;
}

function installAndCompile() {
  const missing = COMPILE_TOOLS.filter((tool) => !has(tool));
  const isMissingStill = missing.length > 0 && !installDebian(COMPILE_PACKAGES);
  if (npmCi()) return;
  if (!isMissingStill) fail("installing failed, see above; the next try starts over");
  fail(`installing failed; ${missing.join(", ")} are missing, get them with: ${debianLine(COMPILE_PACKAGES)}`);
}

/** node-gyp would download Node's headers; where they lie beside node, it need not. */
function headersHint() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? { npm_config_nodedir: prefix } : {};
}

/** Installs packages of Debian where that is possible without asking; returns whether they are there now. */
export function installDebian(packages) {
  const isRoot = process.getuid?.() === 0;
  if (!has("apt-get") || !(isRoot || run("sudo", ["-n", "true"], { stdio: "ignore" }))) return false;
  say(`installing Debian packages: ${packages.join(" ")}`);
  const prefix = isRoot ? [] : ["sudo", "-n"];
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...args];
    return run(command, rest);
  };
  return apt("update") && apt("install", "-y", ...packages);
}

/** The line with which an administrator installs them. */
export function debianLine(packages) {
  return `sudo apt-get install ${packages.join(" ")}`;
}

function build({ folders, config }) {
  const sources = [...folders, "tsconfig.json", config, "package-lock.json"].map((name) => join(root, name));
  const changedMs = Math.max(...sources.map((path) => newestMs(path)));
  if (folders.every((name) => builtMs(name) >= changedMs)) return;
  say("compiling (a few seconds) …");
  const started = new Date();
  // Beside the old one, which a running server may still load files from.
  const unfinished = join(root, `dist.${process.pid}`);
  const compiler = [join(modules, "typescript", "bin", "tsc"), "-p", join(root, config)];
  if (!run(process.execPath, [...compiler, "--outDir", unfinished])) {
    rmSync(unfinished, { recursive: true, force: true });
    fail("compiling failed, see above");
  }
  mkdirSync(dist, { recursive: true });
  for (const name of folders) {
    const stamp = join(unfinished, name, BUILD_STAMP);
    writeFileSync(stamp, "");
    utimesSync(stamp, started, started); // what was changed meanwhile is newer
    rmSync(join(dist, name), { recursive: true, force: true });
    renameSync(join(unfinished, name), join(dist, name));
  }
  rmSync(unfinished, { recursive: true });
}

/** When a folder of dist was compiled; 0 when it was not. */
function builtMs(name) {
  const stamp = join(dist, name, BUILD_STAMP);
  return existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
}

/** Time of the latest change below a path; a folder's own time tells of files that were removed. */
export function newestMs(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
