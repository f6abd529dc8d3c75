// `npm start` and its like: makes everything ready, then becomes the program, in the same process, so that signals and
// exit codes are the program's own.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, setUp } from "./setup.mjs";

setUp("src");
await import(pathToFileURL(join(root, "dist", "src", "cli.js")).href);
