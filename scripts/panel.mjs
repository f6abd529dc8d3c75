// Start of the control panel: makes it ready, then becomes it. `messenger panel` and `messenger server -g` end here.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setUpGuiOrExit } from "./gui.mjs";
import { root } from "./setup.mjs";

// The server that started it may be gone, and nobody reads this any more: no reason for the window to end.
process.stderr.on("error", () => {});

const { DISPLAY, WAYLAND_DISPLAY, QT_QPA_PLATFORM } = process.env;
// Before anything is built: a machine without a display has no use for it.
if (process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY && !QT_QPA_PLATFORM) {
  process.stderr.write("messenger: no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)\n");
  process.exit(1);
}
await setUpGuiOrExit();
await import(pathToFileURL(join(root, "gui", "dist", "gui", "panel", "main.js")).href);
