// The admin channel as part of the server: what each admin action does, and what subscribers are told.
import { TOPICS } from "../../protocol/admin.ts";
import type { AdminActionName, AdminActions, ServerStatus, SessionInfo, Topic } from "../../protocol/admin.ts";
import { ProtocolError, badField } from "../../protocol/codes.ts";
import type { Fields } from "../../protocol/envelope.ts";
import type { ThrottledLog } from "../../log/throttled-log.ts";
import { LOG_LEVELS } from "../../protocol/log-levels.ts";
import { searchForm } from "../../protocol/text.ts";
import { isAddress } from "../../util/address.ts";
import { adminSocketPath } from "../../util/admin-socket.ts";
import type { Connection } from "../connections/connection.ts";
import type { Gateway } from "../gateway.ts";
import type { Registry } from "../delivery/registry.ts";
import type { GroupCommit } from "../commit/group-commit.ts";
import { guarded } from "../guarded.ts";
import type { Metrics } from "../metrics.ts";
import { AdminAccounts, type AccountParts } from "./accounts.ts";
import { adminData, isAdminAction } from "./admin-schemas.ts";
import { AdminServer, type Subscription } from "./admin-server.ts";
import { BackupFolder } from "./backup-folder.ts";
import type { LogTap } from "./log-tap.ts";
import { Sampler } from "./sampler.ts";
import { TrafficTap } from "./traffic.ts";

const DEFAULT_LOG_COUNT = 200;
const MAX_SESSIONS = 8_000;

/** Actions of the administrator on the server as a whole. */
export interface ServerControl {
  status(): Pick<ServerStatus, "version" | "started_ms" | "listening" | "avatars" | "store" | "durability">;
  listen(address: string | undefined, port: number | undefined): Promise<{ address: string; port: number }>;
  stopListening(): Promise<void>;
  /** Returns at once. */
  shutDown(): void;
}

export interface AdministrationParts extends AccountParts {
  readonly registry: Registry;
  readonly dataDir: string;
  readonly storeUrl: string;
  readonly control: ServerControl;
  readonly gateway: Gateway;
  readonly groupCommit: GroupCommit;
  readonly metrics: Metrics;
  readonly log: LogTap;
  readonly acts: ThrottledLog;
}

type Handlers = {
  readonly [A in AdminActionName]: (
    data: AdminActions[A]["data"],
    subscription: Subscription,
  ) => AdminActions[A]["result"] | Promise<AdminActions[A]["result"]>;
};

export class Administration {
  readonly #parts: AdministrationParts;
  readonly #server: AdminServer;
  readonly #sampler: Sampler;
  readonly #traffic = new TrafficTap();
  readonly #handlers: Handlers;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
    const path = adminSocketPath(parts.dataDir);
    const handle = (action: string, data: Fields, subscription: Subscription): Promise<Fields> =>
      this.#handle(action, data, subscription);
    this.#server = new AdminServer(path, handle, () => this.#followSubscriptions(), parts.log);
    this.#sampler = new Sampler(parts.metrics, () => this.#gauges(), parts.acts);
    this.#handlers = this.#makeHandlers();
    parts.groupCommit.onDelivered = (durationMs) => {
      guarded(parts.acts, "the sampler", () => this.#sampler.recordLatency(durationMs));
    };
    this.#sampler.onSample.on("sample", (sample) => this.#server.tell("sample", sample));
    this.#traffic.onEntry.on("entry", (entry) => this.#server.tell("traffic", entry));
    parts.log.onRecord.on("record", (record) => this.#server.tell("log", record));
  }

  /** @throws StartError */
  async start(): Promise<void> {
    await this.#server.listen();
    this.#sampler.start();
  }

  async close(): Promise<void> {
    this.#sampler.stop();
    await this.#server.close();
  }

  async #handle(action: string, data: Fields, subscription: Subscription): Promise<Fields> {
    if (!isAdminAction(action)) throw new ProtocolError("unknown_action", "action: unknown");
    return { ...(await this.#call(action, data, subscription)) };
  }

  #call<A extends AdminActionName>(action: A, data: Fields, subscription: Subscription) {
    const handler: Handlers[A] = this.#handlers[action];
    return handler(adminData(action, data), subscription);
  }

  #makeHandlers(): Handlers {
    const { control, access, gateway, log } = this.#parts;
    const { bans } = access;
    const accounts = new AdminAccounts(this.#parts);
    const backups = new BackupFolder(this.#parts.dataDir, this.#parts.storeUrl);
    return {
      status: () => this.#status(),
      samples: () => ({ samples: this.#sampler.samples }),
      sessions: (data) => this.#sessions(data),
      disconnect: ({ connection, reason }) => this.#disconnect(connection, reason),
      ban: ({ address, seconds }) => this.#ban(address, seconds),
      unban: ({ address }) => {
        if (!bans.lift(address)) throw new ProtocolError("no_such_ban", "address: is not banned");
        return {};
      },
      bans: () => ({ bans: bans.list() }),
      users: (data) => accounts.list(data),
      create_user: (data) => this.#logged("create_user", data.username, accounts.create(data)),
      reset_password: (data) => this.#logged("reset_password", data.username, accounts.resetPassword(data)),
      disable_user: ({ username }) => this.#logged("disable_user", username, accounts.setState(username, "disabled")),
      enable_user: ({ username }) => this.#logged("enable_user", username, accounts.setState(username, "active")),
      delete_user: (data) => this.#logged("delete_user", data.username, accounts.delete(data)),
      end_sessions: (data) => this.#logged("end_sessions", data.username, accounts.endSessions(data)),
      announce: (data) => this.#logged("announce", data.username ?? "everybody", accounts.announce(data)),
      listen: ({ address, port }) => control.listen(address, port),
      stop_listening: async () => {
        await control.stopListening();
        return {};
      },
      shutdown: () => {
        control.shutDown();
        return {};
      },
      backup: () => backups.make((percent) => this.#server.tell("backup", { percent })),
      backups: async () => ({ backups: await backups.list() }),
      log: ({ limit = DEFAULT_LOG_COUNT, level = "info" }) => {
        const shown = log.records.filter((record) => LOG_LEVELS.indexOf(record.level) <= LOG_LEVELS.indexOf(level));
        return { entries: shown.slice(-limit) };
      },
      subscribe: ({ topics, unmask_texts = false }, subscription) => {
        subscription.topics = new Set<Topic>(topics);
        subscription.unmaskTexts = unmask_texts;
        if (unmask_texts) log.warn("the administrator looks at traffic with its texts");
        if (gateway.traffic === undefined && subscription.topics.has("traffic"))
          log.info("the administrator looks at traffic");
        return {};
      },
    };
  }

  async #logged<T>(action: string, user: string, work: Promise<T>): Promise<T> {
    const result = await work;
    this.#parts.log.info("the administrator has acted", { action, user });
    return result;
  }

  #status(): ServerStatus {
    const { control, gateway, registry, metrics, dataDir } = this.#parts;
    return {
      ...control.status(),
      pid: process.pid,
      data_folder: dataDir,
      connections: gateway.connections.size,
      sessions: registry.sessions.size,
      users_online: registry.userCount,
      messages: metrics.messages,
      deliveries: metrics.deliveries,
      requests: metrics.requests,
      followed: TOPICS.filter((topic) => this.#server.wants(topic)),
    };
  }

  #sessions({
    contains = "",
    limit = MAX_SESSIONS,
  }: AdminActions["sessions"]["data"]): AdminActions["sessions"]["result"] {
    const wanted = searchForm(contains);
    const { connections } = this.#parts.gateway;
    const sessions: SessionInfo[] = [];
    for (const connection of connections) {
      const username = connection.session?.identity.username ?? null;
      if (wanted !== "" && !searchForm(`${username ?? ""} ${connection.address}`).includes(wanted)) continue;
      if (sessions.length < limit) sessions.push(this.#describe(connection, username));
    }
    return { sessions, total: connections.size };
  }

  #describe(connection: Connection, username: string | null): SessionInfo {
    const nowMs = this.#parts.gateway.clock.now();
    const { queuedBytes, gapCount } = connection.outboxState;
    return {
      connection: connection.id,
      username,
      address: connection.address,
      mode: connection.mode,
      secure: connection.isSecure,
      since_ms: Math.round(Date.now() - (nowMs - connection.openedMs)),
      idle_ms: Math.round(nowMs - connection.activeMs),
      messages: connection.messageCount,
      queued_bytes: queuedBytes,
      gaps: gapCount,
    };
  }

  #disconnect(id: number, reason = "disconnected by the administrator"): Record<string, never> {
    for (const connection of this.#parts.gateway.connections) {
      if (connection.id !== id) continue;
      connection.close(reason);
      this.#parts.log.info("the administrator has disconnected somebody", { connection: id });
      return {};
    }
    throw new ProtocolError("no_such_connection", `connection: no such connection ${id}`);
  }

  #ban(address: string, seconds: number): { disconnected: number } {
    const { access, log } = this.#parts;
    if (!isAddress(address)) throw badField("address", `${address} is not an IP address`);
    const disconnected = access.ban(address, seconds * 1000);
    log.warn("the administrator has banned an address", { address, seconds, disconnected });
    return { disconnected };
  }

  #gauges() {
    const { gateway, registry } = this.#parts;
    let queuedBytes = 0;
    for (const connection of gateway.connections) queuedBytes += connection.outboxState.queuedBytes;
    return { connections: gateway.connections.size, sessions: registry.sessions.size, queuedBytes };
  }

  /** Traffic is copied only while somebody looks. */
  #followSubscriptions(): void {
    const { gateway } = this.#parts;
    this.#traffic.unmaskTexts = this.#server.wantsTexts;
    if (!this.#server.wants("traffic")) {
      gateway.traffic = undefined;
      return;
    }
    gateway.traffic = (connection, payloads, replies) => {
      const username = connection.session?.identity.username ?? null;
      guarded(this.#parts.acts, "the view of the traffic", () => {
        this.#traffic.record({ connection: connection.id, username, payloads, replies });
      });
    };
  }
}
