// A whole server: makes its parts, joins them, starts and stops them in order.
import { availableParallelism } from "node:os";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import { hidePassword, storeName } from "../store/open.ts";
import { monotonicClock, type Clock } from "../util/clock.ts";
import { Pools } from "../workers/pools.ts";
import type { ThreadSettings } from "../workers/thread-settings.ts";
import { Avatars } from "./avatars.ts";
import { Fanout } from "./fanout.ts";
import { Gateway } from "./gateway.ts";
import { GroupCommit } from "./group-commit.ts";
import { Listener } from "./listener.ts";
import { Metrics } from "./metrics.ts";
import { PasswordGate } from "./password-gate.ts";
import { Registry } from "./registry.ts";
import { RoundPacer } from "./round-pacer.ts";
import { StartError } from "./start-error.ts";
import { readCertificate, secureWith, type Certificate } from "./tls.ts";

/** How long a stop waits for connections, in milliseconds; the contract gives the whole stop 10 s. */
const DRAIN_MS = 6_000;
/** How long a start waits between two tries to reach the store, in milliseconds. */
const STORE_RETRY_MS = 500;

export class MessengerServer {
  readonly metrics = new Metrics();
  readonly registry = new Registry();
  readonly #config: Config;
  readonly #log: Logger;
  readonly #pools: Pools;
  readonly #groupCommit: GroupCommit;
  readonly #listener: Listener;
  readonly #avatars: Avatars | undefined;
  #port = 0;
  #stopped: Promise<void> | undefined;

  private constructor(config: Config, log: Logger, clock: Clock) {
    this.#config = config;
    this.#log = log;
    const certificate = certificateFor(config); // before anything is started that would have to be stopped
    const threads: ThreadSettings = { storeUrl: config.store, dataDir: config.data, bcryptCost: config.bcryptCost };
    const passwordThreads = Math.max(1, availableParallelism() - 1);
    this.#pools = new Pools(threads, { requestThreads: config.workers, passwordThreads }, log);
    const fanout = new Fanout(this.registry, this.metrics);
    const pacer = new RoundPacer(monotonicClock);
    this.#groupCommit = new GroupCommit(this.#pools, pacer, log, (batch) => {
      this.metrics.add(batch);
      for (const chunk of batch.chunks) fanout.deliver(chunk);
    });
    const gate = new PasswordGate((job) => this.#pools.password(job), { ...config, passwordThreads }, clock);
    const shared = { pools: this.#pools, groupCommit: this.#groupCommit, gate, fanout, log };
    const avatars = config.ftp ? new Avatars({ ...shared, config, certificate }) : undefined;
    this.#avatars = avatars;
    const gateway = new Gateway({
      ...shared,
      pacer,
      settings: config,
      clock,
      registry: this.registry,
      metrics: this.metrics,
      secure: certificate && secureWith(certificate),
      issueTicket: avatars && ((userId) => avatars.issueTicket(userId)),
    });
    this.#listener = new Listener(gateway, config, this.metrics, log);
  }

  /**
   * Resolves when everything is ready: the store is open and the port listens. `clock` is what deadlines and limits
   * go by, one that never jumps.
   * @throws StartError with one line for the administrator when it cannot work.
   */
  static async start(config: Config, log: Logger, clock: Clock = monotonicClock): Promise<MessengerServer> {
    const server = new MessengerServer(config, log, clock);
    try {
      await server.#openStore();
      await server.#avatars?.start().catch((error: unknown) => {
        throw new StartError(explainListen(error, "ftp-port", config.ftpPort, config.address));
      });
      server.#port = await server.#listener.listen(config.address, config.port).catch((error: unknown) => {
        throw new StartError(explainListen(error, "port", config.port, config.address));
      });
    } catch (error) {
      await server.#avatars?.close();
      await server.#pools.close().catch((reason: unknown) => log.error("closing failed", { error: reason }));
      throw error;
    }
    return server;
  }

  /** The line that says that the server is ready (docs/protocol.md, "Starting a server"). */
  get readyLine(): string {
    const { address, store } = this.#config;
    const host = address.includes(":") ? `[${address}]` : address;
    const avatars = this.#avatars === undefined ? "off" : `ftp://${host}:${this.#avatars.port}`;
    return `messenger server listening on ${host}:${this.#port} (store ${storeName(store)}, avatars ${avatars})`;
  }

  /** Tries until the store opens, or `waitForStoreMs` are over. */
  async #openStore(): Promise<void> {
    const deadlineMs = performance.now() + this.#config.waitForStoreMs;
    for (;;) {
      const { fault, isUnavailable } = await this.#pools.openStore();
      if (fault === undefined) return;
      if (!isUnavailable || performance.now() >= deadlineMs) throw new StartError(fault);
      this.#log.warn("waiting for the store", { store: hidePassword(this.#config.store), fault });
      await new Promise((resolve) => setTimeout(resolve, STORE_RETRY_MS));
    }
  }

  /** Stops in order: no new connections, requests in hand answered, the last batch committed, everybody told. */
  stop(reason: string): Promise<void> {
    this.#stopped ??= this.#stopOnce(reason);
    return this.#stopped;
  }

  async #stopOnce(reason: string): Promise<void> {
    this.#log.info("stopping", { reason });
    await Promise.all([this.#listener.close(reason, DRAIN_MS), this.#avatars?.close()]);
    await this.#groupCommit.drain();
    await this.#pools.close();
    this.#log.info("stopped");
  }
}

function certificateFor({ tlsCert, tlsKey }: Config): Certificate | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    return readCertificate(tlsCert, tlsKey);
  } catch (error) {
    throw new StartError(
      `tls-cert, tls-key: cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** One line for why a port cannot be listened on; `option` is the one that names it. */
function explainListen(error: unknown, option: string, port: number, address: string): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return `${option}: ${port} is in use on ${address}; stop what uses it or take another port`;
  if (code === "EACCES") return `${option}: ${port} may not be used by this user; take one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `address: ${address} is none of this machine`;
  return `${option}: cannot listen on ${address}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}
