// Creation of a store file: complete under another name first, so that a power cut on the way leaves a store or none.
import { renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { syncFile, syncFolder } from "../../util/durable.ts";
import { SqliteDatabase } from "../../util/sqlite-driver.ts";
import { APPLICATION_ID, migrate } from "./schema.ts";
import { makeEmpty } from "./store-lock.ts";

/** Files that SQLite keeps beside a database. */
const BESIDE = ["-wal", "-shm", "-journal"];

/** Makes an empty store in place of nothing, or of an empty file. The caller holds the store's lock. */
export function makeStore(file: string): void {
  const part = `${file}-new`;
  removeStore(part);
  try {
    makeEmpty(part);
    const database = new SqliteDatabase(part);
    try {
      // The mark and the log come before the first commit: the file never has a journal that would have to be rolled back.
      database.pragma("synchronous = OFF");
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma("journal_mode = WAL");
      migrate(database);
    } finally {
      database.close();
    }
    syncFile(part);
    // Files of a store that somebody has removed would be taken for this one's.
    for (const suffix of BESIDE) rmSync(file + suffix, { force: true });
    syncFolder(dirname(file));
    renameSync(part, file);
    syncFolder(dirname(file));
  } catch (error) {
    removeStore(part);
    throw error;
  }
}

/** Removes a database and what is beside it. */
export function removeStore(file: string): void {
  for (const suffix of ["", ...BESIDE]) rmSync(file + suffix, { force: true });
}
