// One connection of the JavaScript load engine: its first steps, then receiving into a buffer that all share.
import type { Socket } from "node:net";
import type { PlannedConnection, Step } from "./commands.ts";
import { dial, type ServerAddress } from "./dial.ts";
import type { FrameFormat } from "./frames.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { monotonicUs } from "./stamp.ts";
import type { Tally } from "./tally.ts";

/** All connections read into it: what a read brought is looked at before the next read. */
const SHARED_BUFFER = Buffer.allocUnsafe(512 * 1024);
/** Longest answer that a step may bring. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Dials, goes through its steps, then counts what arrives. */
export class EngineConnection {
  readonly group: number;
  readonly role: PlannedConnection["role"];
  readonly sender: Sender | undefined;
  readonly receiver: Receiver;
  readonly echoed: boolean;
  readonly #steps: readonly Step[];
  #socket: Socket | undefined;
  #answer = "";
  #receivedBytes = 0;
  #step = 0;
  #startedUs = 0;
  #ready = false;
  #closed = false;
  #onReady: ((stepsUs: number) => void) | undefined;
  #onFailure: ((reason: string) => void) | undefined;

  constructor(planned: PlannedConnection, format: FrameFormat, tally: Tally) {
    this.group = planned.group;
    this.role = planned.role;
    this.#steps = planned.steps;
    this.sender = planned.sender && new Sender(planned.sender);
    this.echoed = planned.sender?.echoed ?? true;
    this.receiver = new Receiver(planned.role, format, this.sender, tally);
  }

  get ready(): boolean {
    return this.#ready;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** All bytes since the beginning. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Resolves with the microseconds that the steps took; rejects when the target closes or `abort` is called before. */
  open(server: ServerAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.#onFailure = (reason) => reject(new Error(reason));
      const onread = { buffer: SHARED_BUFFER, callback: (length: number): boolean => this.#read(length) };
      const onReady = (): void => {
        this.#startedUs = monotonicUs();
        this.#next();
      };
      const socket = dial(server, { onread, onReady });
      this.#socket = socket;
      socket.on("error", (error) => this.#end(error.message));
      socket.on("close", () => this.#end("closed by the target"));
    });
  }

  write(bytes: Buffer): void {
    if (!this.#closed) this.#socket?.write(bytes);
  }

  /** Idempotent; a step that is under way fails with the reason. */
  close(reason: string): void {
    this.#end(reason);
    this.#socket?.destroy();
  }

  #end(reason: string): void {
    this.#closed = true;
    this.#onFailure?.(`${reason}; last heard: ${this.#answer.slice(-200) || "nothing"}`);
  }

  #read(length: number): boolean {
    const chunk = SHARED_BUFFER.subarray(0, length);
    this.#receivedBytes += length;
    if (this.#ready) this.receiver.receive(chunk, monotonicUs());
    else this.#readAnswer(chunk);
    return true;
  }

  #readAnswer(chunk: Buffer): void {
    this.#answer += chunk.toString("latin1");
    const until = this.#steps[this.#step]?.until ?? "";
    if (this.#answer.includes(until)) {
      this.#answer = "";
      this.#step += 1;
      this.#next();
    } else if (this.#answer.length > MAX_ANSWER_BYTES) this.close("an answer is too long");
  }

  /** Sends the next step; one that waits for nothing is followed at once by the one after it. */
  #next(): void {
    for (; this.#step < this.#steps.length; this.#step += 1) {
      const step = this.#steps[this.#step];
      if (step && step.send.length > 0) this.write(step.send);
      if (step?.until) return;
    }
    this.#ready = true;
    if (this.role === "stalled") this.#socket?.pause();
    this.#onReady?.(monotonicUs() - this.#startedUs);
    this.#onFailure = undefined;
  }
}
