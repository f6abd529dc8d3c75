// The bench's side of a process of sessions: gives orders, waits for their replies.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ServerAddress } from "../engine/dial.ts";
import { spawnChild } from "../measure/children.ts";
import { pinned } from "../measure/pinning.ts";
import type { CompleteReply, MixReply, OpenReply, Order, ProbeReply } from "./orders.ts";

const PROGRAM = fileURLToPath(new URL("./sessions-process.js", import.meta.url));
const REPLY_DEADLINE_MS = 300_000;

/** Sessions in a process of their own; one order at a time. */
export class SessionPool {
  readonly #child: ChildProcess;

  constructor(core: number | undefined) {
    this.#child = spawnChild(pinned(core, [process.execPath, PROGRAM]), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
  }

  open({ host, port, fingerprint }: ServerAddress, tokens: readonly string[], parallel: number): Promise<OpenReply> {
    return this.#order<OpenReply>({ kind: "open", server: { host, port, fingerprint }, tokens, parallel });
  }

  async cut(): Promise<void> {
    await this.#order({ kind: "cut" });
  }

  resume(parallel: number): Promise<OpenReply> {
    return this.#order<OpenReply>({ kind: "resume", parallel });
  }

  complete(deadlineMs: number): Promise<CompleteReply> {
    return this.#order<CompleteReply>({ kind: "complete", deadlineMs });
  }

  probe(action: string, data: Record<string, unknown>, count: number): Promise<ProbeReply> {
    return this.#order<ProbeReply>({ kind: "probe", action, data, count });
  }

  mix(perSec: number, durationMs: number, text: string): Promise<MixReply> {
    return this.#order<MixReply>({ kind: "mix", perSec, durationMs, text });
  }

  /** Ends the process; resolves when it is gone. Idempotent. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL"); // it holds nothing but sockets
    await gone;
  }

  /** The reply's form is that of the order: both programs are our own. */
  #order<R>(order: Order): Promise<R> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no reply to the order ${order.kind}`)), REPLY_DEADLINE_MS);
      const done = (): void => {
        clearTimeout(timer);
        this.#child.off("message", onMessage);
        this.#child.off("exit", onExit);
      };
      const onMessage = (reply: unknown): void => {
        done();
        const isError = typeof reply === "object" && reply !== null && "error" in reply;
        if (isError) reject(new Error(`sessions: ${String(reply.error)}`));
        else resolve(reply as R);
      };
      const onExit = (): void => {
        done();
        reject(new Error("the process of sessions has ended"));
      };
      this.#child.on("message", onMessage);
      this.#child.on("exit", onExit);
      this.#child.send(order);
    });
  }
}
