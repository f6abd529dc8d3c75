// One window per data folder: a second start asks the first one to come to the front, by a socket in the folder.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a socket's path, as the system bounds it. */
const MAX_PATH_BYTES = 100;
const ANSWER_TIMEOUT_MS = 3000;
const MAX_TRIES = 3;
const RAISE = "raise\n";

/**
 * Claims the folder for this process; `onRaise` runs at each later start. False: another process has it, and was asked
 * to show its window. Rejects when the socket cannot be made.
 */
export async function claimFolder(folder: string, onRaise: () => void): Promise<boolean> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = socketPath(folder);
  for (let tries = 0; ; tries += 1) {
    try {
      await listen(path, onRaise);
      return true;
    } catch (error) {
      if (!isTaken(error) || tries === MAX_TRIES) throw error;
    }
    if (await raiseOther(path)) return false;
    // Nobody answers: the socket that lies there is of a process that was killed.
    if (process.platform !== "win32") rmSync(path, { force: true });
  }
}

function socketPath(folder: string): string {
  const id = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\messenger-${id}`;
  const path = join(folder, "window.sock");
  return Buffer.byteLength(path) <= MAX_PATH_BYTES
    ? path
    : join(tmpdir(), `messenger-${process.getuid?.()}-${id}.sock`);
}

/** True when a process listens there and says that it has understood. */
function raiseOther(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => end(false));
    socket.once("connect", () => socket.write(RAISE));
    socket.once("data", () => end(true));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

async function listen(path: string, onRaise: () => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.once("data", () => {
      onRaise();
      socket.end("ok\n");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return server;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
