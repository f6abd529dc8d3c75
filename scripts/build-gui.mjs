// Build of the desktop client's native parts, once per version of Qt and NodeGui: `node scripts/build-gui.mjs`.
//
// NodeGui's addon and our event loop come to lie in a cache outside the checkout (XDG_CACHE_HOME or ~/.cache), so that
// another checkout, or this one after `git clean`, has them at once. With --test the addon of the tests is built too.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { availableParallelism, freemem, homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findNodeHeaders } from "./native/node-headers.mjs";
import { trimmedSource, unusedClasses } from "./native/nodegui-source.mjs";
import { ensureToolchain, packageFlags, qtVersion } from "./native/toolchain.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const gui = join(root, "gui");
const nodegui = join(gui, "node_modules", "@nodegui", "nodegui");
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "messenger");
/** Changes when the way of building does. */
const RECIPE = "unity 40, -O1, 1";
const NODEGUI_RECIPE = "without unused classes, 1";
/** A compiler process of the unity build takes about this much. */
const BYTES_PER_JOB = 1.2e9;

const EVENT_LOOP = { sources: ["gui/native/event-loop.cc"], packages: ["glib-2.0", "Qt6Widgets"], level: "-O1" };
const TEXT_CURSOR = { sources: ["gui/native/text-cursor.cc"], packages: ["Qt6Widgets"], level: "-O1" };
const TEST_INPUT = {
  sources: ["test/gui/native/input.cc", "test/gui/native/sight.cc"],
  headers: ["test/gui/native/call.h", "test/gui/native/sight.h"],
  packages: ["Qt6Widgets", "Qt6Test"],
  level: "-O0",
};
/** Included by each of them. */
const ADDON_HEADER = "gui/native/functions.h";

/** What cannot go on, told to the caller without a stack. */
export class BuildError extends Error {}

const say = (text) => process.stderr.write(`native parts: ${text}\n`);

/** Makes sure that the native parts are in place; throws BuildError with a text for people. */
export async function buildGui({ withTests = false } = {}) {
  if (process.platform !== "linux") {
    throw new BuildError(
      "they are built on Linux only; on macOS and Windows run the client with qode, see docs/desktop.md",
    );
  }
  installPackages();
  const problem = ensureToolchain(say);
  if (problem) throw new BuildError(problem);
  await provide(EVENT_LOOP, join(gui, "build", "event-loop.node"), buildAddon);
  await provide(TEXT_CURSOR, join(gui, "build", "text-cursor.node"), buildAddon);
  await provide(nodeGuiPart(), join(nodegui, "build", "Release", "nodegui_core.node"), buildNodeGui);
  if (withTests) await provide(TEST_INPUT, join(gui, "build", "test-input.node"), buildAddon);
}

/** Installs gui/node_modules from the lock file, without install scripts: those would download binaries. */
function installPackages() {
  const wanted = JSON.parse(readFileSync(join(gui, "package.json"), "utf8")).dependencies;
  if (Object.entries(wanted).every(([name, version]) => installedVersion(name) === version)) return;
  say("installing the npm packages of gui/");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", args, { cwd: gui, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new BuildError("`npm ci --ignore-scripts` failed in gui/");
}

function installedVersion(name) {
  const file = join(gui, "node_modules", name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

function nodeGuiPart() {
  const name = `nodegui-${installedVersion("@nodegui/nodegui")}`;
  return { name, content: [name, NODEGUI_RECIPE, ...unusedClasses(gui)].join(" ") };
}

/** Puts `part` at `place`, built into the cache first if it is not there yet. */
async function provide(part, place, build) {
  const content = part.content ?? contentOf(part);
  const versions = [RECIPE, qtVersion(), process.arch].join("\n");
  const key = createHash("sha256").update(versions).update(content).digest("hex").slice(0, 16);
  const label = nameOf(part).replaceAll("/", "-").replace(".cc", "");
  const cached = join(cache, "native", `${label}-${key}.node`);
  if (!existsSync(cached)) await buildInto(cached, part, build);
  rmSync(place, { force: true });
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(cached, place);
}

/** Of an addon: its first source. */
function nameOf({ name, sources }) {
  return name ?? sources[0];
}

function contentOf({ sources, headers = [] }) {
  return [...sources, ADDON_HEADER, ...headers].map((file) => readFileSync(join(root, file), "utf8")).join("");
}

/** Builds in a folder of its own and renames the result into the cache: a build broken off leaves nothing behind. */
async function buildInto(cached, part, build) {
  mkdirSync(dirname(cached), { recursive: true });
  const headers = findNodeHeaders(cache, say);
  if (!headers) throw new BuildError("no header files of Node (node_api.h); set npm_config_nodedir to Node's folder");
  const folder = mkdtempSync(join(cache, "native", ".build-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const startMs = performance.now();
  try {
    renameSync(await build(part, folder, headers), cached);
    say(`built ${nameOf(part)} in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

async function buildAddon(part, folder, headers) {
  const output = join(folder, "addon.node");
  const sources = part.sources.map((file) => join(root, file));
  const flags = [part.level, "-fPIC", "-shared", "-std=c++17", `-I${headers}`, ...sources, "-o", output];
  await run("g++", [...flags, ...packageFlags(...part.packages)]);
  return output;
}

async function buildNodeGui(part, folder, headers) {
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)));
  say(`building ${part.name} with ${jobs} jobs; once only, about a minute on 2 cores`);
  const settings = {
    CMAKE_BUILD_TYPE: "Release",
    CMAKE_JS_INC: headers,
    napi_build_version: "8",
    CMAKE_UNITY_BUILD: "ON",
    CMAKE_UNITY_BUILD_BATCH_SIZE: "40",
    CMAKE_CXX_FLAGS_RELEASE: "-O1 -DNDEBUG",
  };
  const defines = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const source = trimmedSource(folder, nodegui, gui);
  await run("cmake", ["-S", source, "-B", folder, "-G", "Ninja", "-Wno-dev", ...defines], { QT_INSTALL_DIR: "/usr" });
  await run("ninja", ["-C", folder, `-j${jobs}`], {}, showProgress);
  return join(folder, "nodegui_core.node");
}

/** Shows ninja's "[3/7] …" as one line that changes, or as a line each where no terminal is. */
function showProgress(line) {
  const [, done, all] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
  if (!all) return;
  if (process.stderr.isTTY) process.stderr.write(`\rnative parts: step ${done} of ${all}${done === all ? "\n" : " "}`);
  else say(`step ${done} of ${all}`);
}

/** Runs a program to its end; its output is shown only if it fails. */
function run(command, args, extraEnvironment = {}, onLine = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...extraEnvironment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    const collect = (text) => {
      output.push(text);
      for (const line of text.split("\n")) onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", (cause) => reject(new BuildError(`cannot run ${command}: ${cause.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new BuildError(`${command} failed (${signal ?? code}):\n${output.join("").slice(-4000)}`));
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  buildGui({ withTests: process.argv.includes("--test") }).catch((/** @type {unknown} */ error) => {
    if (!(error instanceof BuildError)) throw error;
    say(error.message);
    process.exitCode = 1;
  });
}
