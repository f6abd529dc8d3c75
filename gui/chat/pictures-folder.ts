// Folder of a person's pictures on this machine.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** As the desktop has noted it (xdg-user-dirs), or else the folder that most have; the home folder where there is neither. */
export function picturesFolder(home = homedir()): string {
  return (
    [notedFolder(home), join(home, "Pictures")].find((folder) => folder !== undefined && existsSync(folder)) ?? home
  );
}

function notedFolder(home: string): string | undefined {
  const file = join(home, ".config", "user-dirs.dirs");
  if (!existsSync(file)) return undefined;
  const noted = /^XDG_PICTURES_DIR="(.+)"$/m.exec(readFileSync(file, "utf8"))?.[1];
  return noted?.replace(/^\$HOME(?=\/|$)/, home);
}
