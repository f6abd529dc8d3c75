// The bench's side of a load engine: starts its process, speaks the command language, sums several up as one.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { spawnChild } from "../measure/children.ts";
import { pinned } from "../measure/pinning.ts";
import {
  COMMANDS,
  type ConnectReport,
  type LoadReport,
  type PlannedConnection,
  type SendReport,
  type SentCount,
} from "./commands.ts";
import type { ServerAddress } from "./dial.ts";
import type { FrameFormat } from "./frames.ts";

/** How much longer than its own deadline a command may take until the engine counts as dead. */
const ANSWER_GRACE_MS = 30_000;

/** The program of an engine: `node js-engine.js`, or the compiled native one. */
export interface EngineProgram {
  readonly name: string;
  readonly command: readonly string[];
}

/** The engine that needs no compiler. */
export const JS_ENGINE: EngineProgram = {
  name: "js",
  command: [process.execPath, fileURLToPath(new URL("./js-engine.js", import.meta.url))],
};

/** One engine process. Commands are answered in order; each call rejects when the process ends or says `error`. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  #ended = false;

  /** `core` is the CPU core to run on; undefined leaves it to the system. */
  constructor(program: EngineProgram, core: number | undefined) {
    const child = spawnChild(pinned(core, program.command), { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => this.#answer(line));
    child.on("error", (error) => this.#end(error));
    child.on("exit", (code, signal) => this.#end(new Error(`the load engine ended (${signal ?? code})`)));
    child.stdin?.on("error", (error) => this.#end(error));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Points the engine at a target; comes before every other command. */
  target(server: ServerAddress, format: FrameFormat): void {
    this.#write(COMMANDS.target(server, format));
  }

  add(planned: PlannedConnection): void {
    this.#write(COMMANDS.add(planned));
  }

  connect(parallel: number, deadlineMs: number): Promise<ConnectReport> {
    return this.#ask<ConnectReport>(COMMANDS.connect(parallel, deadlineMs), deadlineMs);
  }

  async quiet(quietMs: number, deadlineMs: number): Promise<void> {
    await this.#ask(COMMANDS.quiet(quietMs, deadlineMs), deadlineMs);
  }

  async begin(fromUs: number, toUs: number): Promise<void> {
    await this.#ask(COMMANDS.begin(fromUs, toUs), 0);
  }

  send(perSec: number, fromUs: number, toUs: number): Promise<SendReport> {
    return this.#ask<SendReport>(COMMANDS.send(perSec, fromUs, toUs), (toUs - fromUs) / 1000);
  }

  pipeline(unacknowledged: number, fromUs: number, toUs: number): Promise<SendReport> {
    return this.#ask<SendReport>(COMMANDS.pipeline(unacknowledged, fromUs, toUs), (toUs - fromUs) / 1000);
  }

  settle(deadlineMs: number, sent: ReadonlyMap<number, SentCount>): Promise<LoadReport> {
    return this.#ask<LoadReport>(COMMANDS.settle(deadlineMs, sent), deadlineMs);
  }

  /** Ends the process; resolves when it is gone. Idempotent. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const gone = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL"); // it holds nothing but sockets
    await gone;
  }

  #write(line: string): void {
    if (!this.#ended) this.#child.stdin?.write(line + "\n");
  }

  /** The answer's form is that of the command: both programs are our own. */
  #ask<Answer>(line: string, deadlineMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new Error("the load engine has ended"));
      const timer = setTimeout(() => {
        reject(new Error(`the load engine does not answer: ${line.slice(0, 60)}`));
      }, deadlineMs + ANSWER_GRACE_MS);
      this.#waiting.push({
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer as Answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#write(line);
    });
  }

  #answer(line: string): void {
    const waiting = this.#waiting.shift();
    const answer: unknown = JSON.parse(line);
    const isError = typeof answer === "object" && answer !== null && "error" in answer;
    if (isError) waiting?.reject(new Error(`load engine: ${String(answer.error)}`));
    else waiting?.resolve(answer);
  }

  #end(error: Error): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
