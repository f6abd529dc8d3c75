// Threads of a pool that are still loading their file.
import type { Worker } from "node:worker_threads";
import type { Piscina } from "piscina";

/** Message of a Piscina thread that has loaded. */
const READY = "_WORKER_READY";

/**
 * A thread that is ended while it links its modules can take the whole process with it: Node 20 then asks V8 about a
 * module that never came to be (`v8::Module::IsGraphAsync`), which aborts.
 */
export class ThreadLoads {
  readonly #pool: Piscina;
  /** Threads that were seen, with the end of their loading. */
  readonly #loads = new WeakMap<Worker, Promise<void>>();

  constructor(pool: Piscina) {
    this.#pool = pool;
    this.#look();
    // Where a thread has ended Piscina starts another at once.
    pool.on("workerDestroy", () => queueMicrotask(() => this.#look()));
  }

  /** Resolves when every thread has loaded or ended, or after so many milliseconds. */
  async settled(timeoutMs: number): Promise<void> {
    const loads = this.#pool.threads.map((thread) => this.#loadOf(thread));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(loads), timeout]);
    clearTimeout(timer);
  }

  #look(): void {
    for (const thread of this.#pool.threads) void this.#loadOf(thread);
  }

  #loadOf(thread: Worker): Promise<void> {
    const load = this.#loads.get(thread) ?? loaded(thread);
    this.#loads.set(thread, load);
    return load;
  }
}

function loaded(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (typeof message !== "object" || message === null || !(READY in message)) return;
      thread.off("message", onMessage);
      resolve();
    };
    thread.on("message", onMessage);
    thread.once("exit", () => resolve());
  });
}
