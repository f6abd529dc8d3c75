// What the desktop windows need before they can open: the native parts and the compiled sources of gui/.
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError, buildGui } from "./build-gui.mjs";
import { newestMs, root, run, say } from "./setup.mjs";

const stamp = join(root, "gui", "dist", ".messenger-build");
const SOURCES = [
  "gui/boot.ts",
  "gui/chat",
  "gui/kit",
  "gui/panel",
  "gui/tsconfig.json",
  "src",
  "test/gui",
  "test/support",
];

/** Makes everything ready; throws BuildError with a text for people. Quick when it is ready. */
export async function setUpGui({ withTests = false } = {}) {
  await buildGui({ withTests });
  const builtMs = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (SOURCES.every((name) => newestMs(join(root, name)) <= builtMs)) return;
  say("compiling the windows (a few seconds) …");
  rmSync(stamp, { force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!run(process.execPath, [compiler, "-p", join(root, "gui", "tsconfig.json")]))
    throw new BuildError("compiling failed, see above");
  writeFileSync(stamp, "");
}

/** The same for a program: what is in the way is said, and the program ends. */
export async function setUpGuiOrExit() {
  try {
    await setUpGui();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(error.message);
    process.exit(1);
  }
}
