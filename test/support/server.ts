// A whole server for tests, in this process: on a free port, with a data folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../src/config/config.ts";
import { MessengerServer, type ServerParts } from "../../src/server/messenger-server.ts";
import type { Clock } from "../../src/util/clock.ts";
import type { ThreadFiles } from "../../src/threads/pools.ts";
import { testConfig } from "./config.ts";
import { MemoryLog } from "./memory-log.ts";
import { Person } from "./person.ts";
import { WireClient, type WireOptions } from "./wire-client.ts";

const READY_LINE = /^messenger server listening on \S+:(\d+) \(store \w+, avatars \S+\)$/;

/** The port in a server's ready line. @throws Error when the line is not as the contract has it. */
export function portOf(readyLine: string): number {
  const port = Number(READY_LINE.exec(readyLine)?.[1]);
  if (!(port > 0)) throw new Error(`not a ready line: ${readyLine}`);
  return port;
}

export class TestServer {
  readonly log = new MemoryLog();
  readonly config: Config;
  readonly #parts: ServerParts;
  readonly #clients = new Set<WireClient>();
  #server: MessengerServer | undefined;
  #lastName = 0;

  private constructor(config: Config, parts: ServerParts) {
    this.config = config;
    this.#parts = parts;
  }

  /** Starts a server; `clock` is what its limits and deadlines go by. To be ended with `remove`. */
  static async start(
    overrides: Partial<Config> = {},
    clock?: Clock,
    files: Partial<ThreadFiles> = {},
    parts: ServerParts = {},
  ): Promise<TestServer> {
    const data = mkdtempSync(join(tmpdir(), "messenger-server-"));
    const server = new TestServer(testConfig(data, overrides), { ...(clock && { clock }), files, ...parts });
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#server = await MessengerServer.start(this.config, this.log, this.#parts);
  }

  get running(): MessengerServer {
    if (this.#server === undefined) throw new Error("the server is stopped");
    return this.#server;
  }

  get port(): number {
    return portOf(this.running.readyLine);
  }

  /** Stops the server; its data stays for another `start`. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.stop("the test stops it");
  }

  /** Cuts all clients, stops the server and removes its data. */
  async remove(): Promise<void> {
    this.cutClients();
    await this.stop();
    rmSync(this.config.data, { recursive: true, force: true });
  }

  /** Cuts all clients that were made with `connect`. */
  cutClients(): void {
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
  }

  /** A new connection to this server. */
  async connect(options: WireOptions = {}): Promise<WireClient> {
    const client = await WireClient.connect(this.port, options);
    this.#clients.add(client);
    return client;
  }

  /** Registers a new user and logs in. The name begins with `name` and is nobody else's. */
  async newPerson(name: string, options: WireOptions = {}): Promise<Person> {
    const client = await this.connect(options);
    const username = `${name}.${(this.#lastName += 1)}`;
    const password = `the password of ${username}`;
    await client.ok("register", { username, password });
    return Person.login(client, username, password);
  }

  /** The same for several, one after the other. */
  async newPeople<const N extends readonly string[]>(...names: N): Promise<{ -readonly [I in keyof N]: Person }> {
    const people: Person[] = [];
    for (const name of names) people.push(await this.newPerson(name));
    return people as { -readonly [I in keyof N]: Person }; // one for each name
  }

  /** Another session of somebody, on a connection of its own. */
  async anotherSession(
    { username, password }: Person,
    options: WireOptions = {},
    features: string[] = [],
  ): Promise<Person> {
    return Person.login(await this.connect(options), username, password, features);
  }
}

/** Starts a server before the tests of a suite and removes it after them; clients are cut after each test. */
export function useServer(
  overrides: Partial<Config> = {},
  clock?: Clock,
  files?: Partial<ThreadFiles>,
): () => TestServer {
  let server: TestServer | undefined;
  before(async () => {
    server = await TestServer.start(overrides, clock, files);
  });
  afterEach(() => server?.cutClients());
  after(() => server?.remove());
  return () => {
    if (server === undefined) throw new Error("the server is there within tests only");
    return server;
  };
}
