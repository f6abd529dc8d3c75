// A server of the selftest's own: a child process on a free port that may be killed, frozen and started again.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { scratchEnvironment } from "../config/scratch-environment.ts";

const CLI = fileURLToPath(new URL("../cli.js", import.meta.url));
const READY_LINE = /^messenger server listening on \S+:(\d+) /m;
/** How long a start may take: recovery after a kill, and a MongoDB that has to be found again. */
const START_TIMEOUT_MS = 60_000;
/** How long an orderly stop may take; the server promises 10 s. */
const STOP_TIMEOUT_MS = 20_000;
/** How much of what the server logged last is kept for the report of a failure. */
const KEPT_LOG_CHARS = 4_000;
const SETTINGS =
  "-a 127.0.0.1 --no-ftp --bcrypt-cost 4 --request-rate 0 --byte-rate 0 --registrations-per-address 0 --wait-for-store 30 --log-level warn";

export class ScratchServer {
  readonly #words: readonly string[];
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve("not started");
  #port = 0;
  #log = "";

  /** `store` is the server's own; nothing outside of `folder` is written. */
  constructor(folder: string, store: string) {
    this.#words = ["server", ...SETTINGS.split(" "), "--data", folder, "--store", store];
    process.once("exit", this.#onExit);
  }

  readonly #onExit = (): void => void this.#child?.kill("SIGKILL");

  /** The same from the first start on. */
  get port(): number {
    return this.#port;
  }

  /** Last log lines of the server: warnings and errors. */
  get log(): string {
    return this.#log;
  }

  /** Starts it; resolves when it is ready. Rejects when it ends instead, or takes too long. */
  async start(): Promise<void> {
    // In a group of its own: Ctrl+C is for the selftest, which then ends the server.
    const child = spawn(process.execPath, [CLI, ...this.#words, "-p", String(this.#port)], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: scratchEnvironment(),
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    child.stderr.on("data", (bytes: Buffer) => (this.#log = (this.#log + bytes.toString()).slice(-KEPT_LOG_CHARS)));
    const ready = new Promise<number>((resolve) => {
      let output = "";
      child.stdout.on("data", (bytes: Buffer) => {
        const port = READY_LINE.exec((output += bytes.toString()))?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    const ended = this.#exited.then((how) => Promise.reject(new Error(`the server did not start: ${how}`)));
    this.#port = await within(Promise.race([ready, ended]), START_TIMEOUT_MS, "the server did not start in time");
  }

  /** Kills it without a chance to do anything; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  /** Stops it in order. Rejects when it does not end with exit code 0. */
  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    const how = await within(this.#exited, STOP_TIMEOUT_MS, "the server did not stop in time");
    if (how !== "exit code 0") throw new Error(`the server did not stop in order: ${how}`);
  }

  /** Lets it stand still until `thaw`, as a machine that sleeps does. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async close(): Promise<void> {
    await this.kill();
    process.off("exit", this.#onExit);
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number, fault: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(fault)), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
