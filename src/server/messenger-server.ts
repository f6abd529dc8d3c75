// A whole server: makes its parts, joins them, starts and stops them in order.
import { availableParallelism } from "node:os";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import { ThrottledLog } from "../log/throttled-log.ts";
import { hidePassword, storeName } from "../store/open.ts";
import { addressKey } from "../util/address.ts";
import { AwakeClock, monotonicClock, type Clock } from "../util/clock.ts";
import { packageVersion } from "../util/package-version.ts";
import { unlessAborted } from "../util/unless-aborted.ts";
import type { RegistrationRule } from "../actions/plan.ts";
import { Pools, type ThreadFiles } from "../threads/pools.ts";
import { AccessControl, type AccessLimits } from "./connections/access-control.ts";
import { Administration, type ServerControl } from "./admin/administration.ts";
import { LogTap } from "./admin/log-tap.ts";
import type { FtpSession } from "../avatars/ftp-session.ts";
import { Avatars } from "./avatars.ts";
import { affordable, descriptors } from "./connections/descriptors.ts";
import { EffectRunner, type EffectParts } from "./effects.ts";
import { LOCAL_BUS, type Bus } from "./delivery/bus.ts";
import { ChatDirectory } from "./delivery/chat-directory.ts";
import { Fanout } from "./delivery/fanout.ts";
import { Gateway } from "./gateway.ts";
import { GroupCommit, type LostBatch } from "./commit/group-commit.ts";
import { HttpEndpoint } from "./http/http-endpoint.ts";
import { Listener } from "./listener.ts";
import type { CommitResult } from "../threads/task.ts";
import { Metrics } from "./metrics.ts";
import { monitoringRoutes } from "./monitoring/monitoring.ts";
import { StoreHealth } from "./monitoring/store-health.ts";
import { PasswordGate } from "./login/password-gate.ts";
import { Presence } from "./delivery/presence.ts";
import { Registry } from "./delivery/registry.ts";
import { registrationRule } from "./start-check.ts";
import { CommitPacer } from "./commit/commit-pacer.ts";
import { explainListen, StartError } from "./start-error.ts";
import { openCertificate, type ServerCertificate } from "./connections/tls.ts";

/** How long a stop waits for connections, in milliseconds; the contract gives the whole stop 10 s. */
const DRAIN_MS = 6_000;
/** How long a start waits between two tries to reach the store, in milliseconds. */
const STORE_RETRY_MS = 500;

/** Replacements for tests. */
export interface ServerParts {
  /** The way to other nodes; left out for a server that is alone. */
  readonly bus?: Bus;
  /** The clock of deadlines and limits, one that never jumps. */
  readonly clock?: Clock;
  /** Finds peers that are gone. */
  readonly unanswered?: () => Promise<ReadonlySet<string>>;
  /** Files that the threads load. */
  readonly files?: Partial<ThreadFiles>;
}

/** Resources that must be open before there can be a server. */
interface StartedParts {
  readonly registration: RegistrationRule;
  readonly certificate: ServerCertificate | undefined;
}

/** Where the listener is. */
interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

export class MessengerServer {
  readonly metrics = new Metrics();
  readonly registry = new Registry();
  readonly #certificate: ServerCertificate | undefined;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #acts: ThrottledLog;
  readonly #pools: Pools;
  readonly #groupCommit: GroupCommit;
  readonly #access: AccessControl;
  readonly #gateway: Gateway;
  readonly #listener: Listener;
  readonly #avatars: Avatars | undefined;
  readonly #administration: Administration;
  /** On the clock that never jumps. */
  readonly #startedMs = performance.now();
  /** Where the listener is, or was before it was stopped. */
  #place: ListenAddress;
  #isListening = false;
  /** The end of the last start or stop of the listener: one begins after the other has ended. */
  #lastChange: Promise<unknown> = Promise.resolve();
  #durability = "";
  #stopped: Promise<void> | undefined;
  #onShutDown: () => void = () => {};

  /** Resolves when the administrator asks for the server's end. */
  readonly shutDownAsked = new Promise<void>((resolve) => (this.#onShutDown = resolve));

  private constructor(config: Config, log: LogTap, parts: ServerParts, started: StartedParts) {
    const { certificate } = started;
    const { clock = monotonicClock, files } = parts;
    const awake = parts.clock ?? new AwakeClock();
    this.#certificate = certificate;
    this.#config = config;
    this.#log = log;
    this.#acts = new ThrottledLog(log, clock);
    this.#place = { address: config.address, port: config.port };
    const passwordThreads = Math.max(1, availableParallelism() - 1);
    this.#pools = makePools(config, started.registration, passwordThreads, log, files);
    const { metrics, registry } = this;
    const { bus = LOCAL_BUS } = parts;
    const presence = new Presence(registry, bus, monotonicClock);
    const directory = new ChatDirectory(registry);
    const fanout = new Fanout({ registry, directory, presence, metrics });
    const pacer = new CommitPacer(monotonicClock);
    this.#groupCommit = this.#makeGroupCommit(pacer, fanout, bus, (ends) => void effects.apply(ends, undefined));
    const gate = new PasswordGate((job) => this.#pools.password(job), { ...config, passwordThreads }, clock);
    const access = new AccessControl(accessLimits(config), clock, this.#acts);
    this.#access = access;
    const acts = this.#acts;
    const core = { pools: this.#pools, groupCommit: this.#groupCommit, registry, presence, gate, access, acts };
    const effects = new EffectRunner({ ...core, directory, fanout, bus, clock: awake, ...this.#avatarEffects() });
    const shared = { ...core, effects, metrics, log };
    const avatars = config.ftp ? new Avatars({ ...shared, config, certificate }) : undefined;
    this.#avatars = avatars;
    const http = config.http ? this.#makeHttp(gate, awake) : undefined;
    const gateway = new Gateway({
      ...shared,
      pacer,
      settings: config,
      clock: awake,
      secure: certificate && ((socket) => certificate.secure(socket)),
      takeHttp: http && ((connection) => http.take(connection)),
    });
    this.#gateway = gateway;
    for (const endpoint of [gateway, avatars, http]) if (endpoint !== undefined) access.add(endpoint);
    this.#listener = new Listener({ gateway, http, access, log: acts, unanswered: parts.unanswered });
    const { data: dataDir, store: storeUrl } = config;
    const control = this.#control();
    const ftpSessions = (): ReadonlySet<FtpSession> => avatars?.sessions ?? new Set();
    const { groupMembers } = config;
    const administered = { gateway, ftpSessions, groupMembers };
    this.#administration = new Administration({ ...shared, ...administered, dataDir, storeUrl, control });
  }

  /**
   * Resolves when everything is ready: the store is open and the port listens.
   * @throws StartError with one line for the administrator when it cannot work; the reason of `cancel` when that is
   * aborted before the server is ready.
   */
  static async start(
    config: Config,
    logger: Logger,
    parts: ServerParts = {},
    cancel?: AbortSignal,
  ): Promise<MessengerServer> {
    const log = new LogTap(logger);
    const registration = registrationRule(config); // throws, so before anything that would have to be closed
    const certificate = await openCertificate(config, log);
    const server = new MessengerServer(config, log, parts, { registration, certificate });
    try {
      await unlessAborted(server.#openStore(cancel), cancel);
      await server.#administration.start();
      const { avatarSessions } = server.#affordConnections();
      await server.#avatars?.start(avatarSessions).catch((error: unknown) => {
        throw new StartError(explainListen(error, "ftp-port", config.ftpPort, config.address));
      });
      cancel?.throwIfAborted();
      await server.#listen(server.#place);
      log.info("the store is open", { guarantee: server.#durability }); // a start that fails says nothing but why
    } catch (error) {
      certificate?.close();
      await Promise.all([server.#administration.close(), server.#avatars?.close()]);
      await server.#pools.close().catch((reason: unknown) => log.error("closing failed", { error: reason }));
      throw error;
    }
    return server;
  }

  #makeGroupCommit(
    pacer: CommitPacer,
    fanout: Fanout,
    bus: Bus,
    endSessions: (ends: LostBatch["ends"]) => void,
  ): GroupCommit {
    const tell = (chunks: CommitResult["chunks"]): void => {
      fanout.deliver(chunks);
      bus.events(chunks);
    };
    return new GroupCommit({
      pools: this.#pools,
      pacer,
      log: this.#log,
      compression: () => fanout.compression,
      onCommitted: (batch) => {
        this.metrics.add(batch);
        tell(batch.chunks);
        return fanout.settled();
      },
      onLost: ({ resets, ends }) => {
        tell(resets);
        endSessions(ends);
      },
      onDelivered: (durationMs) => {
        this.metrics.deliveryTimes.add(durationMs);
        this.#administration.recordLatency(durationMs);
      },
    });
  }

  /** Lets in no more than the system allows to be open at once: who is there keeps being served, the rest is refused. */
  #affordConnections(): { readonly avatarSessions: number } {
    const found = descriptors();
    if (found === undefined) return { avatarSessions: Infinity };
    const { maxConnections, ftp } = this.#config;
    const { connections, avatarSessions } = affordable(found.limit, found.open, ftp);
    this.#access.allowAtMost(connections);
    if (found.limit < maxConnections) {
      const fields = { openFiles: found.limit, maxConnections, served: connections };
      this.#log.warn("the limit of open files (ulimit -n) is below --max-connections; more are refused", fields);
    }
    return { avatarSessions };
  }

  /** HTTP on the chat's port. */
  #makeHttp(gate: PasswordGate, clock: Clock): HttpEndpoint {
    const { metricsToken, store } = this.#config;
    const routes = monitoringRoutes({
      metricsToken,
      version: packageVersion(),
      store: storeName(store),
      startedMs: this.#startedUnixMs,
      metrics: this.metrics,
      registry: this.registry,
      groupCommit: this.#groupCommit,
      gate,
      access: this.#access,
      health: new StoreHealth(
        () => this.#pools.probe(),
        () => this.#groupCommit.writeState,
        monotonicClock,
      ),
      connectionCount: () => this.#gateway.connections.size,
      isStopping: () => !this.#isListening,
      lastSample: () => this.#administration.lastSample,
    });
    return new HttpEndpoint(routes, clock, (error, address) => {
      this.#acts.write("error", "an HTTP request failed", addressKey(address), { error });
    });
  }

  /** When the server was started, by the time of day as it is now. */
  get #startedUnixMs(): number {
    return Math.round(Date.now() - (performance.now() - this.#startedMs));
  }

  /** Effects of requests at the avatar server; nothing with avatars off. */
  #avatarEffects(): Pick<EffectParts, "onAccountDeleted" | "issueTicket"> {
    return {
      onAccountDeleted: (userId) => {
        this.registry.forget(userId);
        this.#avatars?.forget(userId);
      },
      issueTicket: (holder) => this.#avatars?.issueTicket(holder),
    };
  }

  /** The log of the whole server: what is said here the administrator sees too. */
  get log(): Logger {
    return this.#log;
  }

  /** The line that says that the server is ready (docs/protocol.md, "Starting a server"). */
  get readyLine(): string {
    const host = this.#place.address.includes(":") ? `[${this.#place.address}]` : this.#place.address;
    const avatars = this.#avatars === undefined ? "off" : `ftp://${host}:${this.#avatars.port}`;
    const store = storeName(this.#config.store);
    return `messenger server listening on ${host}:${this.#place.port} (store ${store}, avatars ${avatars})`;
  }

  /** Tries until the store opens, or `waitForStoreMs` are over. */
  async #openStore(cancel: AbortSignal | undefined): Promise<void> {
    const deadlineMs = performance.now() + this.#config.waitForStoreMs;
    while (cancel?.aborted !== true) {
      const { problem, isUnavailable, guarantee } = await this.#pools.openStore();
      this.#durability = guarantee ?? "";
      if (problem === undefined) return;
      if (!isUnavailable || performance.now() >= deadlineMs) throw new StartError(problem);
      this.#log.warn("waiting for the store", { store: hidePassword(this.#config.store), problem });
      await new Promise((resolve) => setTimeout(resolve, STORE_RETRY_MS));
    }
  }

  async #listen({ address, port }: ListenAddress): Promise<ListenAddress> {
    const bound = await this.#listener.listen(address, port).catch((error: unknown) => {
      throw new StartError(explainListen(error, "port", port, address));
    });
    this.#isListening = true;
    this.#access.isOpen = true;
    this.#place = { address, port: bound };
    this.#log.info("listening", { address, port: bound });
    return this.#place;
  }

  /** Reads again what can change while the server runs. A day's log file is opened again for every few lines anyway. */
  reload(): void {
    this.#log.info("reloading", { certificate: this.#certificate !== undefined });
    this.#certificate?.reload();
  }

  #changeListener<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#lastChange.then(change);
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }

  async #stopListening(reason: string): Promise<void> {
    if (!this.#isListening) return;
    this.#isListening = false;
    this.#access.isOpen = false;
    await this.#listener.close(reason, DRAIN_MS);
  }

  /** The server as the admin channel controls it. */
  #control(): ServerControl {
    return {
      status: () => ({
        version: packageVersion(),
        started_ms: this.#startedUnixMs,
        listening: this.#isListening ? this.#place : null,
        avatars: this.#avatars === undefined ? null : { port: this.#avatars.port },
        store: hidePassword(this.#config.store),
        durability: this.#durability,
      }),
      listen: (address, port) =>
        this.#changeListener(async () => {
          await this.#stopListening("the server is restarting");
          if (this.#stopped !== undefined) throw new StartError("the server is shutting down");
          return this.#listen({ address: address ?? this.#place.address, port: port ?? this.#place.port });
        }),
      stopListening: () =>
        this.#changeListener(async () => {
          const reason = "the server was stopped by the administrator";
          await this.#stopListening(reason);
          this.#access.closeAll(reason);
        }),
      shutDown: () => this.#onShutDown(),
    };
  }

  /** Stops in order: no new connections, requests in hand answered, the last batch committed, everybody told. */
  stop(reason: string): Promise<void> {
    this.#stopped ??= this.#stopOnce(reason);
    return this.#stopped;
  }

  async #stopOnce(reason: string): Promise<void> {
    this.#log.info("stopping", { reason });
    await Promise.all([this.#changeListener(() => this.#stopListening(reason)), this.#avatars?.close()]);
    await this.#groupCommit.drain();
    await Promise.all([this.#pools.close(), this.#administration.close()]);
    this.#certificate?.close();
    this.#acts.flush();
    this.#log.info("stopped");
  }
}

function makePools(
  config: Config,
  registration: RegistrationRule,
  passwordThreads: number,
  log: Logger,
  files: ServerParts["files"],
): Pools {
  const {
    store: storeUrl,
    data: dataDir,
    bcryptCost,
    directory,
    editWindowMs,
    groupMembers,
    workers: requestThreads,
  } = config;
  const settings = { storeUrl, dataDir, bcryptCost, registration, directory, editWindowMs, groupMembers };
  return new Pools(settings, { requestThreads, passwordThreads }, log, files);
}

function accessLimits(config: Config): AccessLimits {
  const { maxConnections, maxConnectionsPerAddress, tls } = config;
  const addressRates = {
    requestRatePerSec: config.addressRequestRatePerSec,
    requestBurstCount: config.addressRequestBurstCount,
    byteRatePerSec: config.addressByteRatePerSec,
    byteBurstCount: config.addressByteBurstCount,
    answerRatePerSec: config.addressAnswerRatePerSec,
    answerBurstCount: config.addressAnswerBurstCount,
  };
  return { maxConnections, maxConnectionsPerAddress, addressRates, requiresTls: tls.includes("require") };
}
