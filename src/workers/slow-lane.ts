// Request tasks that take long: in threads of their own, in short slices and fair turns, so that everybody else goes on.
import { FairQueue } from "../util/fair-queue.ts";
import type { RequestTask, RequestTaskResult } from "./task.ts";
import type { WatchedPool } from "./watched-pool.ts";

/** Time after which a task ends here, in milliseconds: those behind it wait for so long. */
const SLICE_MS = 5;

/** Who asks, and whether the answer is still wanted when the turn comes. */
export interface Asker {
  /** Tasks of an account take turns with those of others, whatever their number. */
  readonly account: string;
  readonly connection: { readonly id: number; readonly isClosed: boolean };
}

interface Call {
  readonly task: RequestTask;
  readonly asker: Asker;
  readonly resolve: (result: RequestTaskResult) => void;
  readonly reject: (error: unknown) => void;
}

/** For a connection that has gone. */
const NOTHING: RequestTaskResult = {
  consumed: 0,
  replies: new Uint8Array(0),
  effects: [],
  writes: undefined,
  stop: undefined,
  costMs: 0,
};

export class SlowLane {
  readonly #open: () => WatchedPool;
  readonly #maxCount: number;
  readonly #waiting = new FairQueue<Call>();
  #pool: WatchedPool | undefined;
  #count = 0;

  /** `open` makes the threads when they are first needed; at most `maxCount` tasks are under way at a time. */
  constructor(open: () => WatchedPool, maxCount: number) {
    this.#open = open;
    this.#maxCount = maxCount;
  }

  /** As `WatchedPool.runTwice`, when its turn comes; of a task whose connection is closed by then nothing is done. */
  run(task: RequestTask, asker: Asker): Promise<RequestTaskResult> {
    return new Promise((resolve, reject) => {
      const call = { task: { ...task, maxMs: SLICE_MS }, asker, resolve, reject };
      this.#waiting.push(call, asker.account, String(asker.connection.id));
      this.#next();
    });
  }

  #next(): void {
    while (this.#count < this.#maxCount) {
      const call = this.#waiting.take();
      if (call === undefined) return;
      if (call.asker.connection.isClosed) call.resolve(NOTHING);
      else void this.#carryOut(call);
    }
  }

  async #carryOut({ task, resolve, reject }: Call): Promise<void> {
    this.#count += 1;
    try {
      this.#pool ??= this.#open();
      resolve((await this.#pool.runTwice(task)) as RequestTaskResult);
    } catch (error) {
      reject(error);
    } finally {
      this.#count -= 1;
      this.#next();
    }
  }

  /** As `WatchedPool.close`. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }
}
