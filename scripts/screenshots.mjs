// `npm run screenshots`: makes the pictures of the README from a real server with a scripted conversation.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setUpGui } from "./gui.mjs";
import { root, setUp } from "./setup.mjs";

/** Those that the documents show; others can be named on the command line. */
const SHOWN = [
  "talk",
  "welcome",
  "common-light",
  "main-dark",
  "search",
  "details",
  "hard-emoji",
  "narrow",
  "profile",
  "settings",
  "offline",
  "trust",
];

const named = process.argv.slice(2);
setUp();
await setUpGui({ withTests: true });
const program = join(root, "gui", "dist", "test", "gui", "screenshots", "main.js");
const { status } = spawnSync(
  process.execPath,
  [program, join(root, "docs", "images"), ...(named.length > 0 ? named : SHOWN)],
  {
    cwd: root,
    stdio: "inherit",
  },
);
process.exitCode = status ?? 1;
