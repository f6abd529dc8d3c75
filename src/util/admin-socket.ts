// Path of a server's admin channel: a socket in its data folder, a named pipe on Windows.
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";

/** Longest path of a Unix socket, in bytes, on every system that we know (macOS: sun_path of 104 with its end). */
export const MAX_SOCKET_PATH_BYTES = 103;

/** The path to listen on or connect to for the server that works in `dataDir`. */
export function adminSocketPath(dataDir: string): string {
  const folder = resolve(dataDir);
  if (process.platform !== "win32") return join(folder, "admin.sock");
  return `\\\\.\\pipe\\messenger-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`;
}
