// Opens the desktop client: makes it ready, then becomes it. `messenger client` and `npm run client` end here.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildError } from "./build-gui.mjs";
import { setUpGui } from "./gui.mjs";
import { root, say, setUp } from "./setup.mjs";

setUp();
try {
  await setUpGui();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  say(error.message);
  process.exit(1);
}
await import(pathToFileURL(join(root, "gui", "dist", "gui", "chat", "main.js")).href);
