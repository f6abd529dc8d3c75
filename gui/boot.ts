// Start of Qt in this process; to be called before anything imports NodeGui. Reads and sets Qt's environment.
import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { constants } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The event-loop addon (gui/native/event-loop.cc). */
export interface EventLoopStats {
  readonly turnCount: number;
  readonly iterationCount: number;
  readonly watchCount: number;
  /** Since the last call. */
  readonly longestTurnMs: number;
}

interface EventLoopAddon {
  start(): void;
  letGoOfCode(): void;
  hasTray(): boolean;
  stats(): EventLoopStats;
}

/** The window cannot be opened; `message` is one line for people. */
class BootError extends Error {
  override readonly name = "BootError";
}

/** By then the window stands, and what only the start needed is not needed any more. */
const LET_GO_MS = 3000;

let addon: EventLoopAddon | undefined;

/**
 * Joins Qt's event loop with Node's and prepares the environment. Throws BootError without a display (Qt itself would
 * abort the process) and without the native parts. Under qode, which joins the loops itself, there is nothing to do.
 */
export function bootQt(): void {
  if (addon) return;
  skipStyleProcessor();
  skipUnusedClasses();
  // Node must not leave by itself: objects of Qt that are destroyed after JavaScript's end call into it and abort.
  process.on("beforeExit", (code) => process.exit(code));
  if (isQode()) return;
  if (process.platform === "linux") prepareEnvironment(process.env);
  addon = loadAddon();
  addon.start();
  setTimeout(() => addon?.letGoOfCode(), LET_GO_MS).unref();
}

/** The same for a program: where no window can be opened, one line says why, and the program ends. */
export function bootQtOrExit(): void {
  try {
    bootQt();
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Whether the desktop shows tray icons at present. Under qode, on macOS and Windows, it does. */
export function hasTray(): boolean {
  return addon?.hasTray() ?? true;
}

/** Figures of the joined loop; undefined under qode. */
export function eventLoopStats(): EventLoopStats | undefined {
  return addon?.stats();
}

/**
 * NodeGui's module for styles loads a CSS processor with 150 files, to rewrite CSS as Qt knows it. Our style sheets are
 * written for Qt: with these two functions in its place the client starts 0.3 s earlier and is 7 MB smaller.
 */
function skipStyleProcessor(): void {
  standIn(join("core", "Style", "StyleSheet"), {
    StyleSheet: { create: (css: string) => css },
    prepareInlineStyleSheet: (_: unknown, css: string) => css,
  });
}

/** The addon is built without these classes (scripts/native/nodegui-source.mjs); their JavaScript is of no use either. */
function skipUnusedClasses(): void {
  const file = fileURLToPath(new URL("../../native/unused-classes.json", import.meta.url));
  const folders = JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>; // a file of this checkout
  for (const [folder, names] of Object.entries(folders)) for (const name of names) standIn(join(folder, name), {});
}

/** Gives NodeGui other exports in place of those of one of its files. */
function standIn(name: string, exports: object): void {
  const require = createRequire(import.meta.url);
  const file = join(dirname(require.resolve("@nodegui/nodegui")), "lib", `${name}.js`);
  const stand = new Module(file);
  stand.exports = exports;
  stand.loaded = true;
  require.cache[file] = stand;
}

function isQode(): boolean {
  return "activateUvLoop" in process || basename(process.execPath).startsWith("qode");
}

function prepareEnvironment(environment: NodeJS.ProcessEnv): void {
  if (environment["QT_QPA_PLATFORM"] === undefined) choosePlatform(environment);
  // Qt's other dispatcher is not driven by our loop: the window would be dead.
  delete environment["QT_NO_GLIB"];
  // Nothing here is drawn with OpenGL; without its libraries the process is 57 MB smaller.
  environment["QT_XCB_GL_INTEGRATION"] ??= "none";
  // Says on each start that the line above is obeyed; otherwise of no interest.
  // So are its other warnings (a runtime folder that is not set, a theme that is not there): errors are still told.
  environment["QT_LOGGING_RULES"] ??= "*.debug=false;*.info=false;*.warning=false";
}

function choosePlatform(environment: NodeJS.ProcessEnv): void {
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland } = environment;
  if (x11 && isX11Reachable(x11)) return;
  if (!wayland) {
    const reason = x11 ? `the display ${x11} cannot be reached` : "neither DISPLAY nor WAYLAND_DISPLAY is set";
    throw new BootError(`messenger: no display to open a window on (${reason})`);
  }
  environment["QT_QPA_PLATFORM"] = "wayland";
}

/** False when it is certain that no X server listens; displays of other machines are taken on trust. */
function isX11Reachable(display: string): boolean {
  const number = /^(?:unix)?:(\d+)/.exec(display)?.[1];
  if (number === undefined) return true;
  const socket = `/tmp/.X11-unix/X${number}`;
  return existsSync(socket) || readFileSync("/proc/net/unix", "utf8").includes(`@${socket}`);
}

function loadAddon(): EventLoopAddon {
  const file = fileURLToPath(new URL("../../build/event-loop.node", import.meta.url));
  if (!existsSync(file)) throw new BootError("messenger: the native parts are not built; run `npm run build:gui`");
  const container: { exports: unknown } = { exports: {} };
  // Globally, since NodeGui's addon finds the symbols of qode in this one.
  process.dlopen(container, file, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
  return container.exports as EventLoopAddon; // built from this checkout by scripts/build-gui.mjs
}
