// One client of the database: the options that every operation has, and a quick no while no server is there.
import { MongoClient } from "mongodb";
import type { Db, MongoClientOptions, TopologyDescriptionChangedEvent } from "mongodb";
import { StoreUnavailableError } from "../store.ts";
import { collectionsOf } from "./documents.ts";
import type { Collections } from "./documents.ts";
import { storeError } from "./errors.ts";
import { readMongoUrl } from "./url.ts";
import type { MongoUrl } from "./url.ts";

/** How long an operation waits for a server that can take it. */
const SERVER_SELECTION_MS = 3_000;
/** How long a connection may take, and an answer to a heartbeat. */
const CONNECT_TIMEOUT_MS = 3_000;
/** How long a server may be silent during an operation. */
const SOCKET_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1_000;
/** How long a majority may take to confirm a write. */
const WRITE_CONFIRM_MS = 5_000;
const CONNECTIONS = 16;
/** For so long after the server is lost operations wait for its return; then they are refused at once until it is there. */
const GRACE_MS = 2_000;

/** Defaults that a URL may override, by the driver's option. */
const TIMES: MongoClientOptions = {
  serverSelectionTimeoutMS: SERVER_SELECTION_MS,
  connectTimeoutMS: CONNECT_TIMEOUT_MS,
  socketTimeoutMS: SOCKET_TIMEOUT_MS,
  heartbeatFrequencyMS: HEARTBEAT_MS,
  maxPoolSize: CONNECTIONS,
};

/** For moving a store: nobody waits for an answer, and a small server may be busy for long. */
const PATIENT_TIMES: MongoClientOptions = { ...TIMES, connectTimeoutMS: 10_000, socketTimeoutMS: 120_000 };

/** Options that no URL can change: a message is acknowledged when a majority has it in its journal, and read when it is so. */
const PROMISES: MongoClientOptions = {
  appName: "messenger",
  writeConcern: { w: "majority", journal: true, wtimeoutMS: WRITE_CONFIRM_MS },
  readConcern: { level: "majority" },
  readPreference: "primary",
};

const WRITABLE: ReadonlySet<string> = new Set(["Standalone", "RSPrimary", "Mongos", "LoadBalancer"]);

export class MongoConnection {
  readonly url: MongoUrl;
  readonly collections: Collections;
  readonly #client: MongoClient;
  #lostAtMs: number | undefined;
  #isClosed = false;

  /** Throws what the driver says of a wrong URL. */
  constructor(url: string, isPatient = false) {
    this.url = readMongoUrl(url);
    const times = Object.entries(isPatient ? PATIENT_TIMES : TIMES).filter(
      ([name]) => !this.url.options.has(name.toLowerCase()),
    );
    this.#client = new MongoClient(url, { ...Object.fromEntries(times), ...PROMISES });
    this.#client.on("topologyDescriptionChanged", (event) => this.#watch(event));
    this.collections = collectionsOf(this.#client.db(this.url.database));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get database(): Db {
    return this.#client.db(this.url.database);
  }

  /**
   * To be called once, before all operations. Rejects with the driver's error; the connection is then of no use any
   * more. Once it has succeeded, the driver finds lost servers again automatically.
   */
  async open(): Promise<void> {
    await this.#client.connect();
  }

  /** Runs operations. Rejects with StoreUnavailableError for whatever the server or the way to it causes. */
  async run<T>(operations: () => Promise<T>): Promise<T> {
    this.check();
    try {
      return await operations();
    } catch (error) {
      throw storeError(error, this.url);
    }
  }

  /** Throws StoreUnavailableError when an operation could only fail. */
  check(): void {
    if (this.#isClosed) throw new StoreUnavailableError(`store ${this.url.label}: closed`);
    if (this.#lostAtMs === undefined || performance.now() - this.#lostAtMs < GRACE_MS) return;
    throw new StoreUnavailableError(`store ${this.url.label}: cannot be reached`);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.close();
  }

  #watch(event: TopologyDescriptionChangedEvent): void {
    const isThere = [...event.newDescription.servers.values()].some((server) => WRITABLE.has(server.type));
    if (isThere) this.#lostAtMs = undefined;
    else this.#lostAtMs ??= performance.now();
  }
}
