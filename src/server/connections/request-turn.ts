// One connection's requests on their way into a round: they wait for their turn, and what arrives meanwhile is read at once.
import type { Socket } from "node:net";
import { startReading, stopReading } from "./reading.ts";
import type { RequestQueue } from "./request-queue.ts";
import type { RequestSource } from "../commit/round-pacer.ts";

/** Resolves when the source's next task may begin; undefined when it may at once. */
type TakeTurn = (source: RequestSource) => Promise<void> | undefined;

export class RequestTurn implements RequestSource {
  readonly #queue: RequestQueue;
  readonly #takeTurn: TakeTurn;
  /** What is not read until the turn is near. */
  #unread: Socket | undefined;

  constructor(queue: RequestQueue, takeTurn: TakeTurn) {
    this.#queue = queue;
    this.#takeTurn = takeTurn;
  }

  get requestCount(): number {
    return this.#queue.headCount;
  }

  /** Resolves when the next task may begin; `socket` is not read until shortly before. */
  async wait(socket: Socket): Promise<void> {
    const turn = this.#takeTurn(this);
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
