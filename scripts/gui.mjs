// Requirements of the desktop windows: the native parts and the compiled sources of gui/.
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError, buildGui } from "./build-gui.mjs";
import { newestMs, root, run, say } from "./setup.mjs";

const WINDOWS = [
  "gui/boot.ts",
  "gui/chat",
  "gui/kit",
  "gui/panel",
  "gui/tsconfig.json",
  "gui/tsconfig.windows.json",
  "src",
];
/** What can be compiled: its sources, its settings of the compiler, and the file whose time is that of its last build. */
const BUILDS = {
  windows: { sources: WINDOWS, config: "tsconfig.windows.json", stamp: ".messenger-build-windows" },
  tests: {
    sources: [...WINDOWS, "test/gui", "test/support"],
    config: "tsconfig.json",
    stamp: ".messenger-build-tests",
  },
};

/** Makes the windows ready, and their tests on demand; throws BuildError with a text for people. Quick when they are. */
export async function setUpGui({ withTests = false } = {}) {
  await buildGui({ withTests });
  const { sources, config, stamp } = withTests ? BUILDS.tests : BUILDS.windows;
  const stampFile = join(root, "gui", "dist", stamp);
  const builtMs = existsSync(stampFile) ? statSync(stampFile).mtimeMs : 0;
  if (sources.every((name) => newestMs(join(root, name)) <= builtMs)) return;
  say("compiling the windows (a few seconds) …");
  rmSync(stampFile, { force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!run(process.execPath, [compiler, "-p", join(root, "gui", config)]))
    throw new BuildError("compiling failed, see above");
  writeFileSync(stampFile, "");
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
