// The pools of threads: typed calls, and what happens to a call whose thread died or hung.
import type { ListedGroup, MemberPage } from "../store/group-reader.ts";
import type { ListQuery, Slice } from "../store/slices.ts";
import type { Account, NamePage, SearchPlace, SearchQuery, SearchSlice } from "../store/store.ts";
import type { Logger } from "../log/logger.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import type { PasswordJob, PasswordResult } from "../actions/again.ts";
import type {
  CommitResult,
  CommitTask,
  Credentials,
  FoundUser,
  LookUp,
  LookUps,
  OpenResult,
  RequestTask,
  RequestTaskResult,
  SearchOfUser,
  MembershipsResult,
  LoginSnapshotResult,
} from "./task.ts";
import type { ThreadSettings } from "./thread-settings.ts";
import { RequestBundles } from "./request-bundles.ts";
import { SlowLane, type Asker } from "./slow-lane.ts";
import { WatchedPool } from "./watched-pool.ts";

/**
 * Tasks, or bundles of them, that one request thread may have under way. With SQLite a task never waits, so they do not overlap; with
 * MongoDB they wait for the network, and one thread serves others meanwhile.
 */
const TASKS_PER_REQUEST_THREAD = 16;
/** Niceness of the threads for passwords and for what takes long: they take what the chat leaves of the processor. */
const LOW_PRIORITY = 10;
/**
 * How much the heap of a thread may grow, in MiB: many times of what it needs (16 tasks with a page of history each; a
 * batch of 2 MiB), and little enough that all threads together do not take the machine's memory.
 */
const REQUEST_HEAP_MIB = 256;
const STORAGE_HEAP_MIB = 1_024;
const PASSWORD_HEAP_MIB = 64;

/** Account under which the administrator takes turns; no user has this id. */
const ADMINISTRATOR = "administrator";

/** Compiled files that the threads load. */
export interface ThreadFiles {
  readonly request: URL;
  readonly storage: URL;
  readonly password: URL;
}

const THREAD_FILES: ThreadFiles = {
  request: new URL("./request-worker.js", import.meta.url),
  storage: new URL("./storage-worker.js", import.meta.url),
  password: new URL("./password-worker.js", import.meta.url),
};

export interface PoolSizes {
  readonly requestThreads: number;
  readonly passwordThreads: number;
}

/**
 * All threads of the server. Calls that only read or compute are tried twice when their thread is lost, and reject after that;
 * a commit rejects at once, since the caller must know that it may be done.
 */
export class Pools {
  readonly #requests: WatchedPool;
  readonly #bundles: RequestBundles;
  readonly #slowLane: SlowLane;
  readonly #storage: WatchedPool;
  readonly #passwords: WatchedPool;

  /** `files` are loaded in place of our own. */
  constructor(settings: ThreadSettings, sizes: PoolSizes, log: Logger, files: Partial<ThreadFiles> = {}) {
    const { request, storage, password } = { ...THREAD_FILES, ...files };
    const { requestThreads, passwordThreads } = sizes;
    const shape = { settings, threads: 1, tasksPerThread: 1 };
    const requests = { threads: requestThreads, tasksPerThread: TASKS_PER_REQUEST_THREAD, heapMib: REQUEST_HEAP_MIB };
    const passwords = { threads: passwordThreads, niceness: LOW_PRIORITY, heapMib: PASSWORD_HEAP_MIB };
    this.#requests = new WatchedPool({ ...shape, ...requests, file: request }, log);
    // With MongoDB a task waits for the network, and one that waits must not hold up others.
    const bundleCount = settings.storeUrl.startsWith("sqlite:") ? requestThreads : Infinity;
    this.#bundles = new RequestBundles(this.#requests, bundleCount);
    const slow = { threads: Math.ceil(requestThreads / 2), niceness: LOW_PRIORITY, heapMib: REQUEST_HEAP_MIB };
    const openSlow = (): WatchedPool => new WatchedPool({ ...shape, ...slow, file: request }, log);
    this.#slowLane = new SlowLane(openSlow, slow.threads);
    this.#storage = new WatchedPool({ ...shape, file: storage, heapMib: STORAGE_HEAP_MIB }, log);
    this.#passwords = new WatchedPool({ ...shape, ...passwords, file: password }, log);
  }

  /**
   * Carries out a connection's payloads. Their buffer is copied, so that the task can run again. Undefined when it was not
   * begun, since others took too long.
   */
  request(task: RequestTask): Promise<RequestTaskResult | undefined> {
    return this.#bundles.run(task);
  }

  /** The same for what takes long: when its turn comes, in threads of a low priority. */
  requestInTurn(task: RequestTask, asker: Asker): Promise<RequestTaskResult> {
    return this.#slowLane.run(task, asker);
  }

  /** Credentials to verify a login at the avatar server. */
  credentials(username: string): Promise<Credentials> {
    return this.#lookUp("credentials", { username });
  }

  /** Users blocked by the user, and those who have blocked the user. */
  async blockedWith(userId: UserId): Promise<ReadonlySet<UserId>> {
    return new Set(await this.#lookUp("blocks", { userId }));
  }

  /** The groups that the user is in. */
  memberships(userId: UserId): Promise<MembershipsResult> {
    return this.#lookUp("memberships", { userId });
  }

  /** The snapshot for a session that has begun. */
  loginSnapshot(userId: UserId, withGroups: boolean): Promise<LoginSnapshotResult> {
    return this.#lookUp("loginSnapshot", { userId, withGroups });
  }

  findUser(username: string): Promise<FoundUser | undefined> {
    return this.#lookUp("user", { username });
  }

  /** Reads something small from the store; rejects when that is not possible. */
  probe(): Promise<unknown> {
    return this.findUser("");
  }

  /** The user's `file_name`; undefined for a user who does not exist. */
  avatarOf(userId: UserId): Promise<string | null | undefined> {
    return this.#lookUp("avatar", { userId });
  }

  accounts(query: ListQuery): Promise<Slice<Account>> {
    return this.#inTurn("accounts", query);
  }

  groups(query: ListQuery): Promise<Slice<ListedGroup>> {
    return this.#inTurn("groups", query);
  }

  groupMembers(chatId: ChatId, page: NamePage): Promise<MemberPage> {
    return this.#inTurn("members", { chatId, page });
  }

  /** A slice of a search in any chat, whoever is in it. */
  search(query: SearchQuery, place: SearchPlace | undefined): Promise<SearchSlice> {
    return this.#inTurn("search", { query, place });
  }

  /** A slice of a search in all chats that a user is in. */
  searchAll(search: SearchOfUser): Promise<LookUps["searchAll"]["result"]> {
    return this.#inTurn("searchAll", search);
  }

  /** Questions of the administrator: they take turns with everybody who has asked for something that takes long. */
  #inTurn<K extends LookUp>(lookUp: K, data: LookUps[K]["data"]): Promise<LookUps[K]["result"]> {
    return this.#slowLane.lookUp({ lookUp, data }, ADMINISTRATOR);
  }

  #lookUp<K extends LookUp>(lookUp: K, data: LookUps[K]["data"]): Promise<LookUps[K]["result"]> {
    return this.#requests.runTwice({ lookUp, data }) as Promise<LookUps[K]["result"]>;
  }

  password(job: PasswordJob): Promise<PasswordResult> {
    return this.#passwords.runTwice(job) as Promise<PasswordResult>;
  }

  /** Takes as long as it takes: a store of an older version may have to be rebuilt. */
  openStore(): Promise<OpenResult> {
    return this.#storage.run({ kind: "open" }, false) as Promise<OpenResult>;
  }

  commit(task: CommitTask): Promise<CommitResult> {
    return this.#storage.run(task) as Promise<CommitResult>;
  }

  /** Does one short step of the store's housekeeping; resolves with whether there is more to do. */
  maintain(): Promise<boolean> {
    return this.#storage.run({ kind: "maintain" }) as Promise<boolean>;
  }

  /** Waits for what is under way, closes the store, ends the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#requests.close(), this.#slowLane.close(), this.#passwords.close()]);
    await this.#storage.run({ kind: "close" });
    await this.#storage.close();
  }
}
