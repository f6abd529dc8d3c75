// `npm run screenshots`: makes the pictures of the README from a real server with a scripted conversation.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setUpGui } from "./gui.mjs";
import { root, setUp } from "./setup.mjs";

setUp();
await setUpGui({ withTests: true });
const program = join(root, "gui", "dist", "test", "gui", "screenshots", "main.js");
const { status } = spawnSync(process.execPath, [program, join(root, "docs", "images"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
