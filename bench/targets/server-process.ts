// A server as a child process: started on its core, ready when it says so or takes connections, ended for good.
import type { ChildProcess } from "node:child_process";
import { createServer, connect } from "node:net";
import { spawnChild } from "../measure/children.ts";
import { pinned } from "../measure/pinning.ts";

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 12_000;
const RETRY_MS = 50;
/** How much of what the server printed is kept for the message of a start that failed. */
const KEPT_OUTPUT_CHARS = 4000;

export interface ServerCommand {
  readonly command: readonly string[];
  readonly core: number | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A started server process. */
export class ServerProcess {
  readonly #child: ChildProcess;
  #output = "";
  #exited = false;

  constructor({ command, core, env, cwd }: ServerCommand) {
    this.#child = spawnChild(pinned(core, command), {
      stdio: ["ignore", "pipe", "pipe"],
      ...(env && { env }),
      ...(cwd && { cwd }),
    });
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString()).slice(-KEPT_OUTPUT_CHARS);
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#child.on("exit", () => (this.#exited = true));
    this.#child.on("error", (error) => {
      this.#exited = true;
      this.#output += error.message;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the match of `line` in what the process prints. */
  async printed(line: RegExp): Promise<RegExpExecArray> {
    const match = await this.#until(() => Promise.resolve(line.exec(this.#output) ?? undefined));
    return match;
  }

  /** Resolves when the port takes connections. */
  async listening(port: number): Promise<void> {
    await this.#until(async () => ((await takesConnections(port)) ? true : undefined));
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async close(): Promise<void> {
    if (this.#exited) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await gone;
    clearTimeout(timer);
  }

  async #until<T>(probe: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + START_DEADLINE_MS;
    while (performance.now() < deadline && !this.#exited) {
      const value = await probe();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    throw new Error(`the server did not start (${this.#child.spawnargs.join(" ")}): ${this.#output}`);
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A port of the loopback address that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
