// The server as people run it: a process of its own, started by the command line, told to stop by signals.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Readable } from "node:stream";
import { portOf } from "./server.ts";

const BESIDE = fileURLToPath(new URL("../../src/cli.js", import.meta.url));
/** The program as people run it, also for those tests that are compiled into gui/dist. */
export const CLI = BESIDE.replace(/([\\/])gui[\\/]dist([\\/]src)/, "$1dist$2");
/** How long a start or an exit may take, in milliseconds: the contract's 10 s, and more for a machine under load. */
const PATIENCE_MS = 60_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ServerProcess {
  readonly data: string;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #stdout = "";
  #stderr = "";
  #port = 0;

  private constructor(
    data: string,
    words: readonly string[],
    env: NodeJS.ProcessEnv = {},
    wrap: readonly string[] = [],
  ) {
    this.data = data;
    const free = ["-a", "127.0.0.1", "-p", "0", "--no-ftp", "--bcrypt-cost", "4", "--data", data];
    const [command = process.execPath, ...rest] = [...wrap, process.execPath, CLI, "server", ...free, ...words];
    this.#child = spawn(command, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.#child.stdout.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.exited = new Promise((resolve) => this.#child.once("close", (code, signal) => resolve({ code, signal })));
  }

  /**
   * Starts a server and waits until it is ready; `words` are further options, `env` goes into its environment, `wrap` is a command
   * that is given that of the server. Without `data` it gets a new folder.
   */
  static async start(
    words: readonly string[] = [],
    data = newDataFolder(),
    env: NodeJS.ProcessEnv = {},
    wrap: readonly string[] = [],
  ): Promise<ServerProcess> {
    const server = new ServerProcess(data, words, env, wrap);
    await server.#ready();
    return server;
  }

  /** Starts a server without waiting for anything. */
  static begin(words: readonly string[], data = newDataFolder(), env: NodeJS.ProcessEnv = {}): ServerProcess {
    return new ServerProcess(data, words, env);
  }

  /** Starts a server that is expected to fail; resolves when it has ended. */
  static async fail(words: readonly string[], data = newDataFolder()): Promise<ServerProcess> {
    const server = new ServerProcess(data, words);
    await server.exit();
    return server;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the process has not started");
    return this.#child.pid;
  }

  get port(): number {
    return this.#port;
  }

  /** Everything on standard output and standard error so far. */
  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Reads no more of its standard output, as a reader of a pipe that has ended. */
  closeStdout(): void {
    this.#child.stdout.destroy();
  }

  /** Sends a signal without waiting for what comes of it. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Kills it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<Exit> {
    this.signal("SIGKILL");
    return this.exit();
  }

  /** Asks it to stop, and waits until it has. */
  stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.exit();
  }

  /** Resolves when the process has ended. */
  exit(): Promise<Exit> {
    return inTime(this.exited, () => `the server has not ended: ${this.#stderr}`);
  }

  /** Starts a new process on the same data and port. */
  again(words: readonly string[] = []): Promise<ServerProcess> {
    return ServerProcess.start(["-p", String(this.#port), ...words], this.data);
  }

  /** Ends the process if it still runs, and removes its data. */
  async remove(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
    rmSync(this.data, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const line = new Promise<void>((resolve, reject) => {
      this.#child.stdout.on("data", () => this.#stdout.includes("\n") && resolve());
      void this.exited.then(() => reject(new Error(`the server has not started: ${this.#stderr}`)));
    });
    await inTime(line, () => `the server is not ready: ${this.#stderr}`);
    this.#port = portOf(this.#stdout.trimEnd());
  }
}

/** An empty folder for a server's data. */
function newDataFolder(): string {
  return mkdtempSync(join(tmpdir(), "messenger-process-"));
}

async function inTime<T>(promise: Promise<T>, describe: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(describe())), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
