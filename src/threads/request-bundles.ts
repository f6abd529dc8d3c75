// Bundles of request tasks from many connections: one message to a thread and one back for all tasks of a turn of the
// event loop, since each message costs as much as several requests.
import type { RequestBundle, RequestTask, RequestTaskResult } from "./task.ts";
import type { WatchedPool } from "./watched-pool.ts";

interface Call {
  readonly task: RequestTask;
  readonly resolve: (result: RequestTaskResult | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class RequestBundles {
  readonly #pool: WatchedPool;
  readonly #bundleCount: number;
  #waiting: Call[] = [];

  /** The tasks of a turn become at most `bundleCount` bundles: one for each thread, or as many as there are tasks. */
  constructor(pool: WatchedPool, bundleCount: number) {
    this.#pool = pool;
    this.#bundleCount = bundleCount;
  }

  /** As `WatchedPool.runTwice`; undefined when it was not begun, since those before it took too long. */
  run(task: RequestTask): Promise<RequestTaskResult | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(this.#send);
      this.#waiting.push({ task, resolve, reject });
    });
  }

  readonly #send = (): void => {
    const calls = this.#waiting;
    this.#waiting = [];
    const size = Math.max(1, Math.ceil(calls.length / this.#bundleCount));
    for (let start = 0; start < calls.length; start += size) this.#sendBundle(calls.slice(start, start + size));
  };

  #sendBundle(calls: readonly Call[]): void {
    const [first] = calls;
    if (first !== undefined && calls.length === 1) {
      this.#settle(first, this.#pool.runTwice(first.task));
      return;
    }
    const bundle: RequestBundle = { bundle: calls.map(({ task }) => task) };
    this.#pool.run(bundle).then(
      (results) => this.#share(calls, results as readonly (RequestTaskResult | undefined)[]),
      // Only the one that is to blame is lost: each has its second try by itself.
      (error: unknown) => {
        for (const call of calls) this.#settle(call, this.#pool.runAgain(call.task, error));
      },
    );
  }

  #share(calls: readonly Call[], results: readonly (RequestTaskResult | undefined)[]): void {
    for (const [index, { resolve }] of calls.entries()) resolve(results[index]);
  }

  #settle({ resolve, reject }: Call, result: Promise<unknown>): void {
    result.then((value) => resolve(value as RequestTaskResult), reject);
  }
}
