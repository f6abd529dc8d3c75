// Default folder of a user's data.
import { isAbsolute, join } from "node:path";
import { homeFolder } from "./home-folder.ts";
import type { Environment } from "./option.ts";

export const DEFAULT_DATA_DIR_TEXT =
  process.platform === "win32"
    ? "%LOCALAPPDATA%\\Messenger"
    : process.platform === "darwin"
      ? "~/Library/Application Support/Messenger"
      : "$XDG_DATA_HOME/messenger, else ~/.local/share/messenger";

/** The data folder of this user by the customs of the platform; absolute. */
export function defaultDataDir(env: Environment): string {
  if (process.platform === "win32") {
    return join(absolute(env["LOCALAPPDATA"]) ?? absolute(env["APPDATA"]) ?? homeFolder(), "Messenger");
  }
  if (process.platform === "darwin") return join(homeFolder(), "Library", "Application Support", "Messenger");
  return join(absolute(env["XDG_DATA_HOME"]) ?? join(homeFolder(), ".local", "share"), "messenger");
}

/** The XDG specification says that a relative path is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
