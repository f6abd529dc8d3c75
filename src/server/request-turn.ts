// One connection's requests on their way into a round: they wait for their turn, and what arrives meanwhile is read at once.
import type { Socket } from "node:net";
import type { ConnectionHost } from "./connection-host.ts";
import { startReading, stopReading } from "./reading.ts";
import type { RequestQueue } from "./request-queue.ts";
import type { RequestSource } from "./round-pacer.ts";

export class RequestTurn implements RequestSource {
  readonly #queue: RequestQueue;
  readonly #host: ConnectionHost;
  /** What is not read until the turn is near. */
  #unread: Socket | undefined;

  constructor(queue: RequestQueue, host: ConnectionHost) {
    this.#queue = queue;
    this.#host = host;
  }

  get requestCount(): number {
    return this.#queue.headCount;
  }

  /** Resolves when the next task may begin; `socket` is not read until shortly before. */
  async wait(socket: Socket): Promise<void> {
    const turn = this.#host.turn(this);
    if (turn === undefined) return;
    await Promise.resolve(); // Node reads on after the handler of a chunk, in its next tick
    if (stopReading(socket)) this.#unread = socket;
    await turn;
    this.readOn();
  }

  readOn(): void {
    if (this.#unread === undefined) return;
    startReading(this.#unread);
    this.#unread = undefined;
  }
}
