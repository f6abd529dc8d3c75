// The home folder of the user who runs the process.
import { homedir, userInfo } from "node:os";
import { isAbsolute } from "node:path";
import { ConfigError } from "./config.ts";

/**
 * The value of HOME, else the system's entry of the user; absolute.
 * @throws ConfigError when there is none: a container's user without a name, an empty HOME.
 */
export function homeFolder(finders: readonly (() => string)[] = [homedir, () => userInfo().homedir]): string {
  for (const find of finders) {
    const folder = found(find);
    if (folder !== undefined && isAbsolute(folder)) return folder;
  }
  throw new ConfigError("this user has no home folder: name a folder with --data, or set HOME");
}

function found(find: () => string): string | undefined {
  try {
    return find();
  } catch {
    return undefined; // neither HOME nor the list of users has it
  }
}
