// A `messenger chat` process of a person: lines go in, lines come out.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { eventually } from "./eventually.ts";
import { CLI } from "./server-process.ts";

const PASSWORD = "a long password";

export class Terminal {
  /** What it has printed, line by line. */
  readonly lines: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<unknown[]>;

  /** Starts it for the server at `port`; the password and `env` are in its environment. `folder` is where it keeps things. */
  constructor(port: number, folder: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const command = [CLI, "chat", "-p", String(port), "--data", folder, ...args];
    this.#child = spawn(process.execPath, command, { env: { ...process.env, MESSENGER_PASSWORD: PASSWORD, ...env } });
    this.#exited = once(this.#child, "exit");
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      createInterface(output).on("line", (line) => this.lines.push(line));
    }
    this.#child.stdin.on("error", () => {}); // it may have left before it has read everything
  }

  type(...lines: readonly string[]): void {
    for (const line of lines) this.#child.stdin.write(`${line}\n`);
  }

  /** Nobody reads any more what it prints. */
  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  /** Waits for a line that has been printed or will be. */
  async sees(text: string): Promise<void> {
    try {
      await eventually(text, () => this.lines.some((line) => line.includes(text)), 20_000);
    } catch (error) {
      throw new Error(`never printed: ${text}\nbut:\n${this.lines.join("\n")}`, { cause: error });
    }
  }

  /** Ends its input, and resolves with its exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    return this.left();
  }

  /** Sends a signal without waiting for what comes of it. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves with its exit code when it has ended; null when a signal ended it. */
  async left(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  /** Ends it without a chance to do anything. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** The texts of the messages printed of a chat, in order, with their authors. */
  said(chat: string): string[] {
    const pattern = /^\[[^\]]*\] \[([^\]]*)\] (.*)$/;
    return this.lines.flatMap((line) => {
      const [, where, what] = pattern.exec(line) ?? [];
      return where === chat && what !== undefined ? [what] : [];
    });
  }
}
