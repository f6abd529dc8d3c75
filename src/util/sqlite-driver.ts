// better-sqlite3 in the version that works on this Node; of the package itself only types may be imported.
import { createRequire } from "node:module";
import type Database from "better-sqlite3";

/**
 * Version 13 needs Node-API 10, which Node has from 22.14 on; on an older one it crashes at the first database. Version 12
 * is compiled when it is installed; compiled for Node 24.19 or later it ends the process when statements are collected as
 * garbage (WiseLibs/better-sqlite3 #1515).
 */
const NODE_API_OF_13 = 10;

const require = createRequire(import.meta.url);
const packageName = Number(process.versions.napi) >= NODE_API_OF_13 ? "better-sqlite3-13" : "better-sqlite3";

/** The constructor of databases, with `SqliteError`. */
export const SqliteDatabase = require(packageName) as typeof Database;
