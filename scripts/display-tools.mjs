// Tools for tests of windows on a display: a display of their own, a window manager, a keyboard and a mouse.
import { spawnSync } from "node:child_process";
import { debianLine, installDebian, say } from "./setup.mjs";

/** By the program, Debian's package of it. */
const TOOLS = { Xvfb: "xvfb", xdotool: "xdotool", openbox: "openbox" };

/** Installs what is missing where this user may; says the line to run where not, and then the tests name themselves as skipped. */
export function installDisplayTools() {
  if (process.platform !== "linux") return;
  const packages = Object.entries(TOOLS).flatMap(([program, name]) => (isThere(program) ? [] : [name]));
  if (packages.length === 0) return;
  say(`installing ${packages.join(", ")} for the tests of windows (a few seconds, once) …`);
  if (installDebian(packages)) return;
  say(`could not install them; run this once: ${debianLine(packages)}`);
}

/** Xvfb knows no --version. */
function isThere(program) {
  return spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;
}
