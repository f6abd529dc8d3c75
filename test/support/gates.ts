// Gates of a server under test: what its threads have read is kept back until it is released, so that a test decides
// what happens between the reading and what follows from it. And the stores that such tests run on.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { describeMongodb } from "./mongodb.ts";
import { TestServer } from "./server.ts";

/** Enough that one which is held does not keep the others from working. */
const WORKERS = 3;
const REQUEST_THREAD = new URL("./held-request-thread.js", import.meta.url);

export class Gates {
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  #file(kind: "held" | "waits", name: string): string {
    return join(this.#server.config.data, `${kind}-${name}`);
  }

  /**
   * Holds what the request threads have read for an action, or for the `loginSnapshot` of a session, carries out `meanwhile`
   * when `begun` has come so far, and lets both go on.
   */
  async between<T>(name: string, begun: () => Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
    writeFileSync(this.#file("held", name), "");
    const result = begun();
    try {
      await eventually(`${name} is held`, () => existsSync(this.#file("waits", name)));
      await meanwhile();
    } finally {
      rmSync(this.#file("held", name));
    }
    await eventually(`${name} goes on`, () => !existsSync(this.#file("waits", name)));
    return result;
  }
}

/** A suite that runs on each store, with a server whose request threads can be held. */
export function describeGated(
  title: string,
  suite: (server: () => TestServer, between: Gates["between"]) => void,
  overrides: Parameters<typeof TestServer.start>[0] = {},
): void {
  const withStore = (url: () => string | undefined): void => {
    let server: TestServer | undefined;
    before(async () => {
      const store = url();
      const config = { workers: WORKERS, ...overrides, ...(store !== undefined && { store }) };
      server = await TestServer.start(config, undefined, { request: REQUEST_THREAD });
    });
    afterEach(() => server?.cutClients());
    after(() => server?.remove());
    const running = (): TestServer => {
      if (server === undefined) throw new Error("the server is there within tests only");
      return server;
    };
    suite(running, (name, begun, meanwhile) => new Gates(running()).between(name, begun, meanwhile));
  };
  describe(`${title} (SQLite)`, () => withStore(() => undefined));
  describeMongodb(`${title} (MongoDB)`, (mongodb) => withStore(() => mongodb().newUrl()));
}
