// A server as a process of its own, as users start it; it can be killed and started again on the same port and data.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { portOf } from "./server.ts";

export const CLI = fileURLToPath(new URL("../../src/cli.js", import.meta.url));

const READY_TIMEOUT_MS = 20_000;

export class ServerProcess {
  readonly #data: string;
  #child: ChildProcess | undefined;
  #port = 0;

  /** Starts a server whose data is in the folder `data`; resolves when it is ready. */
  static async start(data: string): Promise<ServerProcess> {
    const server = new ServerProcess(data);
    await server.start();
    return server;
  }

  private constructor(data: string) {
    this.#data = data;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts it (again), on the port that it had. */
  async start(): Promise<void> {
    const where = ["-a", "127.0.0.1", "-p", String(this.#port), "--data", this.#data];
    const child = spawn(process.execPath, [CLI, "server", ...where, "--no-ftp", "--bcrypt-cost", "4"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#child = child;
    const lines = createInterface(child.stdout);
    const [line]: unknown[] = await once(lines, "line", { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    this.#port = portOf(String(line));
  }

  /** Kills it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
}
