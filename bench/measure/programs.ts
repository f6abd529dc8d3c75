// Programs that may be installed: peers, taskset, a compiler.
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** Where Debian puts daemons; not on everybody's PATH. */
const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The path of an executable file of this name; undefined when there is none. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
