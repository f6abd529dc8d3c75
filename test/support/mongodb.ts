// A MongoDB server for tests, the one that scripts/mongodb.mjs finds: started on a free port with a data folder of its
// own, killed and started again as tests wish, and removed.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MongoClient } from "mongodb";

/** How long a server may take to start, also on a machine under load. */
const START_TIMEOUT_MS = 60_000;

interface Found {
  readonly url?: string;
  readonly product?: string;
  readonly command?: readonly string[];
  readonly reason?: string;
}

let found: Found | undefined;

function find(): Found {
  const script = fileURLToPath(new URL("../../../scripts/mongodb.mjs", import.meta.url));
  const line = execFileSync(process.execPath, [script], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return (found ??= JSON.parse(line) as Found);
}

export class MongodbServer {
  /** As the suites' titles have it. */
  readonly product: string;
  readonly #url: string | undefined;
  readonly #command: readonly string[];
  #dataDir = "";
  #port = 0;
  #startCount = 0;
  #process: ChildProcess | undefined;

  private constructor({ url, product, command }: Found) {
    this.#url = url;
    this.product = product ?? "the server of MESSENGER_TEST_MONGODB";
    this.#command = command ?? [];
  }

  /** Starts a server, or uses the one that was given. To be ended with `remove`. */
  static async start(): Promise<MongodbServer> {
    const server = new MongodbServer(find());
    if (server.isOwn) {
      server.#dataDir = await mkdtemp(join(tmpdir(), "messenger-mongodb-"));
      server.#port = await freePort();
    }
    await server.start();
    return server;
  }

  /** False for a server that others run: it cannot be stopped. */
  get isOwn(): boolean {
    return this.#url === undefined;
  }

  /** The URL of a database of that name. */
  url(database: string): string {
    if (this.#url === undefined) return `mongodb://127.0.0.1:${this.#port}/${database}`;
    return this.#url.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${database}`);
  }

  /** The URL of a database that nobody has. */
  newUrl(): string {
    return this.url(`messenger_test_${randomBytes(6).toString("hex")}`);
  }

  /** Starts it (again); resolves when it answers. */
  async start(): Promise<void> {
    if (this.isOwn && this.#process === undefined) {
      this.#startCount += 1;
      const words = { DATA: this.#dataDir, PORT: String(this.#port), START: `start-${this.#startCount}` };
      const [command = "", ...args] = this.#command.map((word) =>
        Object.entries(words).reduce((filled, [name, value]) => filled.replace(name, value), word),
      );
      this.#process = spawn(command, args, { stdio: "ignore" });
    }
    const client = new MongoClient(this.url("admin"), { serverSelectionTimeoutMS: START_TIMEOUT_MS });
    await client.db("admin").command({ ping: 1 });
    await client.close();
  }

  /** Ends it with that signal; resolves when it is gone. SIGSTOP and SIGCONT freeze it and let it go on. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.kill(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    this.#process = undefined;
  }

  /** Removes a database made with `newUrl`. */
  async drop(url: string): Promise<void> {
    const client = new MongoClient(url);
    await client.db().dropDatabase();
    await client.close();
  }

  async remove(): Promise<void> {
    await this.signal("SIGKILL");
    if (this.isOwn) await rm(this.#dataDir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A suite that needs a MongoDB server; where none can be had it is skipped, but fails in CI. */
export function describeMongodb(title: string, suite: (server: () => MongodbServer) => void): void {
  describe(title, () => {
    const { reason } = find();
    if (reason !== undefined && process.env["CI"] === undefined) {
      it(`needs a MongoDB server: ${reason}`);
      return;
    }
    let server: MongodbServer | undefined;
    before(async function () {
      this.timeout(2 * START_TIMEOUT_MS);
      if (reason !== undefined) throw new Error(reason);
      server = await MongodbServer.start();
    });
    after(() => server?.remove());
    suite(() => {
      if (server === undefined) throw new Error("the server is there within tests only");
      return server;
    });
  });
}
