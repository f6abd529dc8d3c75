// Start of the desktop client: makes it ready, then becomes it. `messenger client` and `npm run client` end here.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setUpGuiOrExit } from "./gui.mjs";
import { root, setUp } from "./setup.mjs";

setUp();
await setUpGuiOrExit();
await import(pathToFileURL(join(root, "gui", "dist", "gui", "chat", "main.js")).href);
