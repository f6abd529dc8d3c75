// `npm run bench`: makes everything ready, then becomes the bench, in the same process.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, setUp } from "./setup.mjs";

setUp("bench");
await import(pathToFileURL(join(root, "dist", "bench", "main.js")).href);
