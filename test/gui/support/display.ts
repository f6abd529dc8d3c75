// An X server of this process's own with a window manager on it, and real hands: its keyboard and its mouse.
//
// To be imported before anything else that needs Qt, by tests in test/gui/display; they run in a process of their own,
// since Qt chooses its display once. What is pressed goes through the X server, the window manager and Qt, to whatever
// has the focus there, as with people; nothing is sent to a widget.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QWidget } from "@nodegui/nodegui";
import { eventually } from "../../support/eventually.ts";

const TOOLS = ["Xvfb", "xdotool", "openbox"] as const;
/** Far longer than it takes, also where the processor is busy. */
const START_TIMEOUT_MS = 90_000;
const POLL_MS = 20;

/** False where a tool is missing: the tests are skipped. */
export const hasDisplay = TOOLS.every((tool) => spawnSync("which", [tool], { stdio: "ignore" }).status === 0);

if (hasDisplay) startDisplay();

/** Everything without a turn of the loop: the modules imported after this one start Qt. */
function startDisplay(): void {
  const folder = mkdtempSync(join(tmpdir(), "messenger-display-"));
  const file = join(folder, "number");
  const number = openSync(file, "w");
  const screen = ["-screen", "0", "1280x960x24", "-nolisten", "tcp"];
  const server = spawn("Xvfb", ["-displayfd", "3", ...screen], { stdio: ["ignore", "ignore", "ignore", number] });
  closeSync(number);
  process.on("exit", () => {
    server.kill(); // and with it the window manager
    rmSync(folder, { recursive: true, force: true });
  });
  waitFor("Xvfb tells its number", () => readFileSync(file, "utf8").endsWith("\n"));
  process.env["DISPLAY"] = `:${readFileSync(file, "utf8").trim()}`;
  process.env["QT_QPA_PLATFORM"] = "xcb";
  delete process.env["WAYLAND_DISPLAY"];
  const manager = spawn("openbox", [], { stdio: "ignore" });
  waitFor("openbox manages windows", () => spawnSync("xdotool", ["get_num_desktops"]).status === 0);
  server.unref();
  manager.unref();
}

function waitFor(what: string, condition: () => boolean): void {
  const endMs = performance.now() + START_TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`did not happen in time: ${what}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
}

// Not earlier: it starts Qt.
const { sight } = await import("./qt.ts");
const { QPoint } = await import("@nodegui/nodegui");

/** Runs xdotool; what came of it has reached the widgets when the promise resolves. */
async function xdotool(...args: readonly string[]): Promise<void> {
  await eventually("a window has the keyboard", () => sight.frontTitle !== "");
  const child = spawn("xdotool", args, { stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`xdotool ${args.join(" ")} ended with ${String(code)}`);
  sight.settle();
}

/** A user's hands and eyes. All names are those that a screen reader would tell, or the texts of buttons and menus. */
export const hands = {
  /** Presses keys one after the other, as in "Return", "ctrl+End", "shift+Tab". */
  press: (...keys: readonly string[]): Promise<void> => xdotool("key", "--delay", "0", ...keys),

  type: (text: string): Promise<void> => xdotool("type", "--delay", "0", "--", text),

  /** Moves the mouse to what is called so in the window in front, and clicks it. */
  async click(name: string, button: "left" | "right" = "left"): Promise<void> {
    const [x, y] = await placeOf(name);
    await xdotool("mousemove", x, y, "click", button === "left" ? "1" : "3");
  },

  async point(name: string): Promise<void> {
    await xdotool("mousemove", ...(await placeOf(name)));
  },

  /** Clicks a point of a widget. */
  async clickAt(widget: QWidget, x: number, y: number): Promise<void> {
    await xdotool("mousemove", ...onScreen(widget, [x, y]), "click", "1");
  },

  /** Presses the button at one point of a widget, moves to another, and lets it go there. */
  async drag(widget: QWidget, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const ends = [onScreen(widget, from), onScreen(widget, to)] as const;
    await xdotool("mousemove", ...ends[0], "mousedown", "1", "mousemove", ...ends[1], "mouseup", "1");
  },

  /** Presses the button on the middle of what is called so, and lets it go beside that, or on something else. */
  async dragFrom(name: string, by: readonly [number, number], to = name): Promise<void> {
    const end = (await placeOf(to)).map((place, index) => `${Number(place) + (by[index] ?? 0)}`);
    await xdotool("mousemove", ...(await placeOf(name)), "mousedown", "1", "mousemove", ...end, "mouseup", "1");
  },

  /** Presses Tab once for each stop, from the one that has the focus until it has it again; the names of all. */
  async tabOrder(maxStops = 30): Promise<string[]> {
    const names = [sight.focusName];
    for (;;) {
      await hands.press("Tab");
      if (sight.focusName === names[0]) return names;
      names.push(sight.focusName);
      if (names.length > maxStops) throw new Error(`Tab never comes back: ${names.join(", ")}`);
    }
  },

  /** Presses Tab until what is called so has the focus. */
  async tabTo(name: string, maxStops = 30): Promise<void> {
    for (let stop = 0; sight.focusName !== name; stop += 1) {
      if (stop === maxStops) throw new Error(`Tab does not come to ${name}`);
      await hands.press("Tab");
    }
  },

  /** The title of the window in front; "popup" for a menu and the like. */
  get front(): string {
    return sight.frontTitle;
  },

  /** The name of what has the focus. */
  get focus(): string {
    return sight.focusName;
  },

  /** What the labels in view of the window in front say, a line each. */
  get texts(): string {
    return sight.frontTexts;
  },

  /** Whether something in the window in front is called so. */
  isInView: (name: string): boolean => sight.place(name) !== "",

  inFront: (title: string): Promise<void> =>
    eventually(`“${title}” is in front (not “${sight.frontTitle}”)`, () => sight.frontTitle === title),
};

function onScreen(widget: QWidget, [x, y]: readonly [number, number]): [string, string] {
  const at = widget.mapToGlobal(new QPoint(x, y));
  return [`${at.x()}`, `${at.y()}`];
}

async function placeOf(name: string): Promise<[string, string]> {
  await eventually(`“${name}” is in view`, () => sight.place(name) !== "");
  const [x = "", y = ""] = sight.place(name).split(" ");
  return [x, y];
}
