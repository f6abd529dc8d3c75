// The pools of threads, and the only file that knows Piscina: typed calls, queue limits, what happens when a thread dies.
import { Piscina } from "piscina";
import type { Account, AccountQuery } from "../store/store.ts";
import type { Logger } from "../log/logger.ts";
import type { UserId } from "../protocol/ids.ts";
import type {
  AvatarTask,
  CommitResult,
  Credentials,
  FoundUser,
  LookUpTask,
  OpenResult,
  PasswordJob,
  PasswordResult,
  RequestTask,
  RequestTaskResult,
  WriteGroup,
} from "./task.ts";
import { isLogEntry, logFromThread } from "./thread-log.ts";
import type { ThreadSettings } from "./thread-settings.ts";

/**
 * Tasks that one request thread may have under way. With SQLite a task never waits, so they do not overlap; with
 * MongoDB they wait for the network, and one thread serves others meanwhile.
 */
const TASKS_PER_REQUEST_THREAD = 16;
/** Niceness of the password threads: hashing takes what the chat leaves of the processor (setpriority(2)). */
const PASSWORD_NICENESS = 10;
/** How long a stop waits for the tasks under way, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface PoolSizes {
  readonly requestThreads: number;
  readonly passwordThreads: number;
}

/** All threads of the server. Every call rejects when its thread died; calls that only read may then be repeated. */
export class Pools {
  readonly #requests: Piscina;
  readonly #storage: Piscina;
  readonly #passwords: Piscina;

  constructor(settings: ThreadSettings, sizes: PoolSizes, log: Logger) {
    this.#requests = createPool("request-worker", settings, log, {
      threads: sizes.requestThreads,
      tasksPerThread: TASKS_PER_REQUEST_THREAD,
    });
    this.#storage = createPool("storage-worker", settings, log, { threads: 1, tasksPerThread: 1 });
    this.#passwords = createPool("password-worker", settings, log, {
      threads: sizes.passwordThreads,
      tasksPerThread: 1,
      niceness: PASSWORD_NICENESS,
    });
  }

  /** Carries out a connection's payloads. The task's buffer stays with the caller, who may have to run it again. */
  request(task: RequestTask): Promise<RequestTaskResult> {
    return this.#requests.run(task) as Promise<RequestTaskResult>;
  }

  /** What a login at the avatar server is verified against. */
  credentials(username: string): Promise<Credentials> {
    return this.#lookUp({ lookUp: "credentials", username }) as Promise<Credentials>;
  }

  userNamed(username: string): Promise<FoundUser | undefined> {
    return this.#lookUp({ lookUp: "user", username }) as Promise<FoundUser | undefined>;
  }

  accounts(query: AccountQuery): Promise<{ accounts: Account[]; hasMore: boolean }> {
    return this.#lookUp({ lookUp: "accounts", query }) as Promise<{ accounts: Account[]; hasMore: boolean }>;
  }

  #lookUp(task: LookUpTask): Promise<unknown> {
    return this.#requests.run(task);
  }

  /** The user's `file_name`; undefined for a user who does not exist. */
  avatarOf(userId: UserId): Promise<string | null | undefined> {
    const task: AvatarTask = { avatarOf: userId };
    return this.#requests.run(task) as Promise<string | null | undefined>;
  }

  password(job: PasswordJob): Promise<PasswordResult> {
    return this.#passwords.run(job) as Promise<PasswordResult>;
  }

  openStore(): Promise<OpenResult> {
    return this.#storage.run({ kind: "open" }) as Promise<OpenResult>;
  }

  commit(groups: readonly WriteGroup[]): Promise<CommitResult> {
    return this.#storage.run({ kind: "commit", groups }) as Promise<CommitResult>;
  }

  /** Does one short step of the store's housekeeping; resolves with whether there is more to do. */
  maintain(): Promise<boolean> {
    return this.#storage.run({ kind: "maintain" }) as Promise<boolean>;
  }

  /** Waits for what is under way, closes the store, ends the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#requests.close(), this.#passwords.close()]);
    await this.#storage.run({ kind: "close" });
    await this.#storage.close();
  }
}

interface PoolShape {
  readonly threads: number;
  readonly tasksPerThread: number;
  readonly niceness?: number;
}

function createPool(worker: string, settings: ThreadSettings, log: Logger, shape: PoolShape): Piscina {
  const pool = new Piscina({
    filename: new URL(`./${worker}.js`, import.meta.url).href,
    minThreads: shape.threads,
    maxThreads: shape.threads,
    concurrentTasksPerWorker: shape.tasksPerThread,
    // The default blocks a thread's event loop between tasks, and MongoDB's driver would miss its heartbeats.
    atomics: "async",
    niceIncrement: shape.niceness ?? 0,
    // No bound here: the gateway has at most one task of each connection under way, and bounds connections and hashing.
    maxQueue: Infinity,
    workerData: settings,
    closeTimeout: CLOSE_TIMEOUT_MS,
    recordTiming: false,
  });
  pool.on("message", (message: unknown) => {
    if (isLogEntry(message)) logFromThread(log, message);
  });
  pool.on("error", (error: unknown) => log.error("a thread failed", { worker, error }));
  return pool;
}
