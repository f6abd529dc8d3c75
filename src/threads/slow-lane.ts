// Request tasks that take long: in threads of their own, in short slices and fair turns, so that everybody else goes on.
import { FairQueue } from "../util/fair-queue.ts";
import type { LookUp, LookUps, LookUpTask, RequestTask, RequestTaskResult } from "./task.ts";
import type { WatchedPool } from "./watched-pool.ts";

/** Time after which a task ends here, in milliseconds: those behind it wait for so long. */
const SLICE_MS = 5;

/**
 * Bytes of answers in a millisecond (31 MiB/s), on average and of all together: the thread that sends them has others to
 * serve, and so has the system's memory for sockets.
 */
const ANSWER_BYTES_PER_MS = 32 * 1024;

/** The asking connection, and whether it is still there when the turn comes. */
export interface Asker {
  /** Tasks of an account take turns with those of others, whatever their number. */
  readonly account: string;
  readonly connection: { readonly id: number; readonly isClosed: boolean };
}

/** The part of the pools that it needs. */
export type SlowPool = Pick<WatchedPool, "runTwice" | "close">;

interface Call {
  readonly task: RequestTask | LookUpTask;
  readonly asker: Asker;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Of the server's own questions, whose answers are always wanted. */
const SERVER = { id: 0, isClosed: false };

/** For a connection that has gone. */
const NOTHING: RequestTaskResult = {
  consumed: 0,
  replies: new Uint8Array(0),
  effects: [],
  writes: undefined,
  passwordRequest: undefined,
  costMs: 0,
};

export class SlowLane {
  readonly #open: () => SlowPool;
  readonly #maxCount: number;
  readonly #waiting = new FairQueue<Call>();
  #pool: SlowPool | undefined;
  #count = 0;
  /** When what has been answered is made up for. */
  #nextAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `open` makes the threads when they are first needed; at most `maxCount` tasks are under way at a time. */
  constructor(open: () => SlowPool, maxCount: number) {
    this.#open = open;
    this.#maxCount = maxCount;
  }

  /** As `WatchedPool.runTwice`, when its turn comes; of a task whose connection is closed by then nothing is done. */
  run(task: RequestTask, asker: Asker): Promise<RequestTaskResult> {
    return this.#enqueue({ ...task, maxMs: SLICE_MS }, asker) as Promise<RequestTaskResult>;
  }

  /** A question of the server's own that ends after a slice by itself, for somebody with turns like an account's. */
  lookUp<K extends LookUp>(task: LookUpTask<K>, account: string): Promise<LookUps[K]["result"]> {
    return this.#enqueue(task, { account, connection: SERVER }) as Promise<LookUps[K]["result"]>;
  }

  #enqueue(task: Call["task"], asker: Asker): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, asker, resolve, reject }, asker.account, String(asker.connection.id));
      this.#next();
    });
  }

  #next(): void {
    while (this.#count < this.#maxCount && !this.#rests()) {
      const call = this.#waiting.take();
      if (call === undefined) return;
      if (call.asker.connection.isClosed) call.resolve(NOTHING);
      else void this.#carryOut(call);
    }
  }

  /** Whether nothing may begin for now, since so much was answered; then it goes on by itself. */
  #rests(): boolean {
    const waitMs = this.#nextAtMs - performance.now();
    if (waitMs < 1 || this.#waiting.size === 0) return false;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, waitMs);
    return true;
  }

  async #carryOut({ task, resolve, reject }: Call): Promise<void> {
    this.#count += 1;
    try {
      this.#pool ??= this.#open();
      const result = await this.#pool.runTwice(task);
      const bytes = "lookUp" in task ? 0 : (result as RequestTaskResult).replies.length;
      this.#nextAtMs = Math.max(performance.now(), this.#nextAtMs) + bytes / ANSWER_BYTES_PER_MS;
      resolve(result);
    } catch (error) {
      reject(error);
    } finally {
      this.#count -= 1;
      this.#next();
    }
  }

  /** As `WatchedPool.close`. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#pool?.close();
  }
}
