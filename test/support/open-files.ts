// Open files of this process, on Linux.
import { readdirSync, readlinkSync } from "node:fs";

const DESCRIPTORS = "/proc/self/fd";

/** False where the system does not tell. */
export const tellsOpenFiles = process.platform === "linux";

/** Names of open files below a folder, as often as each is open. */
export function openFilesIn(folder: string): string[] {
  return readdirSync(DESCRIPTORS)
    .map((descriptor) => {
      try {
        return readlinkSync(`${DESCRIPTORS}/${descriptor}`);
      } catch {
        return ""; // the one that lists them is closed again
      }
    })
    .filter((file) => file.startsWith(`${folder}/`));
}
