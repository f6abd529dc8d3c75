// A pool of threads in which no task stays for ever: threads that die are replaced, and so is a pool that hangs.
// The only file that makes Piscina pools.
import { Piscina } from "piscina";
import type { Logger } from "../log/logger.ts";
import { isLogEntry, logFromThread } from "./thread-log.ts";
import { ThreadLoads } from "./thread-loads.ts";

/**
 * A task that is under way for so long, in milliseconds, has hung (it is noticed within twice the time). Far beyond
 * what any task takes: requests end theirs after a moment, MongoDB's operations have deadlines of their own.
 */
const TASK_TIMEOUT_MS = 30_000;
/** A look that is so late comes after the whole process stood still (paused, suspended), in milliseconds. */
const STOOD_STILL_MS = 1_000;
/** How long new tasks wait for the threads of a pool that hung to end, in milliseconds; they may hold the store's lock. */
const REPLACE_TIMEOUT_MS = 5_000;
/** How long a thread may go on loading its file before it is ended, in milliseconds. */
const LOAD_TIMEOUT_MS = 3_000;
/**
 * Size of a thread's space for young objects, in MiB (V8's own choice is 48). The objects of a batch are dead before
 * this is full, so they are neither copied nor moved to the old objects.
 */
const YOUNG_HEAP_MIB = 96;
/** How long a stop waits for the tasks under way, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface PoolShape {
  /** The compiled file that the threads load. */
  readonly file: URL;
  readonly threads: number;
  readonly tasksPerThread: number;
  /** See setpriority(2). */
  readonly niceness?: number;
  /** How much a thread's heap may grow, in MiB; a thread that needs more dies alone, not the process. */
  readonly heapMib?: number;
  /** `workerData` of the threads. */
  readonly settings: object;
  readonly taskTimeoutMs?: number;
}

/** A task went with its thread, which ended, hung or ran out of memory; whether it was carried out is not known. */
export class ThreadLostError extends Error {
  override readonly name = "ThreadLostError";
}

export class WatchedPool {
  readonly #shape: PoolShape;
  readonly #log: Logger;
  readonly #slotCount: number;
  readonly #watch: NodeJS.Timeout;
  /** Tasks that wait for a slot, oldest first: what has not begun cannot hang, however long the queue is. */
  readonly #waiting: (() => void)[] = [];
  #usedSlotCount = 0;
  #pool: Piscina;
  #loads: ThreadLoads;
  /** The end of a pool that hung. */
  #ending: Promise<unknown> | undefined;
  #isClosed = false;
  /** Tasks under way that began since the last look of the watch, and before it. */
  #youngCount = 0;
  #oldCount = 0;
  #look = 0;
  #lookedMs = performance.now();
  /** The end of the last second try. */
  #lastRepeat: Promise<unknown> = Promise.resolve();

  constructor(shape: PoolShape, log: Logger) {
    this.#shape = shape;
    this.#log = log;
    this.#slotCount = shape.threads * shape.tasksPerThread;
    this.#pool = createPool(shape, log);
    this.#loads = new ThreadLoads(this.#pool);
    this.#watch = setInterval(() => this.#lookForHung(), shape.taskTimeoutMs ?? TASK_TIMEOUT_MS);
    this.#watch.unref();
  }

  /**
   * Resolves with what the thread answers. Rejects with its error, and with ThreadLostError. The queue is without bound;
   * the callers bound what they ask at once. A task that is not watched may take any time.
   */
  async run(task: unknown, isWatched = true): Promise<unknown> {
    if (this.#isClosed) throw new Error("the threads have ended");
    if (this.#usedSlotCount < this.#slotCount) this.#usedSlotCount += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve)); // the slot is handed over
    if (this.#ending !== undefined) await this.#ending;
    const look = isWatched ? this.#look : undefined;
    if (isWatched) this.#youngCount += 1;
    try {
      return await this.#pool.run(task);
    } catch (error) {
      if (!isLoss(error)) throw error;
      throw new ThreadLostError(`the thread was lost: ${error.message}`, { cause: error });
    } finally {
      if (look === this.#look) this.#youngCount -= 1;
      else if (look === this.#look - 1) this.#oldCount -= 1; // older ones went with a pool that was replaced
      const next = this.#waiting.shift();
      if (next === undefined) this.#usedSlotCount -= 1;
      else next();
    }
  }

  /**
   * As `run`, with a second try when the first was lost; for tasks that may be repeated. Second tries are made one after
   * the other: of the tasks that went with a thread only the one that ruined it can ruin its second one.
   */
  runTwice(task: unknown): Promise<unknown> {
    return this.run(task).catch((error: unknown) => this.runAgain(task, error));
  }

  /** The second try of a task whose first one ended with `error`. */
  runAgain(task: unknown, error: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(error as Error);
    this.#log.error("a task was lost with its thread and runs again", { worker: this.#name, error });
    const repeat = this.#lastRepeat.then(() => this.run(task));
    this.#lastRepeat = repeat.catch(() => undefined);
    return repeat;
  }

  /** Waits for what is under way, and ends the threads. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#watch);
    await this.#ending;
    await this.#loads.settled(LOAD_TIMEOUT_MS);
    await this.#pool.close();
  }

  get #name(): string {
    return nameOf(this.#shape.file);
  }

  #lookForHung(): void {
    const nowMs = performance.now();
    const hasStoodStill = nowMs - this.#lookedMs > (this.#shape.taskTimeoutMs ?? TASK_TIMEOUT_MS) + STOOD_STILL_MS;
    this.#lookedMs = nowMs;
    if (hasStoodStill) return; // the threads did as well
    if (this.#oldCount > 0) this.#replace();
    this.#oldCount = this.#youngCount;
    this.#youngCount = 0;
    this.#look += 1;
  }

  /** Ends all threads, with which the tasks under way are lost, and goes on with new ones. */
  #replace(): void {
    this.#log.error("a thread hangs; all of its kind are replaced", { worker: this.#name, taskCount: this.#oldCount });
    const hung = this.#pool;
    const ended = this.#loads.settled(LOAD_TIMEOUT_MS).then(() => hung.destroy());
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, REPLACE_TIMEOUT_MS)));
    this.#ending = Promise.race([ended, timeout]).finally(() => {
      clearTimeout(timer);
      this.#pool = createPool(this.#shape, this.#log);
      this.#loads = new ThreadLoads(this.#pool);
      this.#ending = undefined;
    });
  }
}

/** Piscina gives no class to what it says of tasks whose thread has ended. */
function isLoss(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const isOutOfMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return isOutOfMemory || /^(?:worker exited with code|Terminating worker thread)/.test(error.message);
}

function createPool({ file, threads, tasksPerThread, niceness, heapMib, settings }: PoolShape, log: Logger): Piscina {
  const pool = new Piscina({
    filename: file.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: tasksPerThread,
    // The default blocks a thread's event loop between tasks, and MongoDB's driver would miss its heartbeats.
    atomics: "async",
    niceIncrement: niceness ?? 0,
    // Not more than the slots are ever asked for at once.
    maxQueue: Infinity,
    workerData: settings,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_HEAP_MIB,
      ...(heapMib !== undefined && { maxOldGenerationSizeMb: heapMib }),
    },
    closeTimeout: CLOSE_TIMEOUT_MS,
    recordTiming: false,
  });
  pool.on("message", (message: unknown) => {
    if (isLogEntry(message)) logFromThread(log, message);
  });
  pool.on("error", (error: unknown) => log.error("a thread failed", { worker: nameOf(file), error }));
  return pool;
}

function nameOf(file: URL): string {
  return file.pathname.slice(file.pathname.lastIndexOf("/") + 1).replace(/\.js$/, "");
}
