// The admin channel as part of the server: what each admin action does, and what subscribers are told.
import { TOPICS } from "../../protocol/admin.ts";
import type { AdminActionName, AdminActions, Sample, ServerStatus, Topic } from "../../protocol/admin.ts";
import { ProtocolError, badField } from "../../protocol/codes.ts";
import type { Fields } from "../../protocol/envelope.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { LogFields } from "../../log/logger.ts";
import type { ThrottledLog } from "../../log/throttled-log.ts";
import { LOG_LEVELS } from "../../protocol/log-levels.ts";
import { isAddress } from "../../util/address.ts";
import { adminSocketPath } from "../../util/admin-socket.ts";
import type { Registry } from "../delivery/registry.ts";
import { guarded } from "../guarded.ts";
import type { Metrics } from "../metrics.ts";
import { AdminAccounts, type AccountParts } from "./accounts.ts";
import { adminData, isAdminAction } from "./admin-schemas.ts";
import { AdminServer, type AdminAsker } from "./admin-server.ts";
import { BackupFolder } from "./backup-folder.ts";
import { AdminGroups, type GroupParts } from "./groups.ts";
import type { LogTap } from "./log-tap.ts";
import { Moderation } from "./moderation.ts";
import { Sampler } from "./sampler.ts";
import { SessionList, type SessionParts } from "./session-list.ts";
import { TrafficTap } from "./traffic.ts";

const DEFAULT_LOG_COUNT = 200;

/** Actions of the administrator on the server as a whole. */
export interface ServerControl {
  status(): Pick<ServerStatus, "version" | "started_ms" | "listening" | "avatars" | "store" | "durability">;
  listen(address: string | undefined, port: number | undefined): Promise<{ address: string; port: number }>;
  stopListening(): Promise<void>;
  /** Returns at once. */
  shutDown(): void;
}

export interface AdministrationParts extends AccountParts, GroupParts, SessionParts {
  readonly registry: Registry;
  readonly dataDir: string;
  readonly storeUrl: string;
  readonly control: ServerControl;
  readonly metrics: Metrics;
  readonly log: LogTap;
  readonly acts: ThrottledLog;
}

type Handlers = {
  readonly [A in AdminActionName]: (
    data: AdminActions[A]["data"],
    asker: AdminAsker,
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
    const handle = (action: string, data: Fields, asker: AdminAsker): Promise<Fields> =>
      this.#handle(action, data, asker);
    this.#server = new AdminServer(path, handle, () => this.#followSubscriptions(), parts.log);
    this.#sampler = new Sampler(parts.metrics, () => this.#gauges(), parts.acts);
    this.#handlers = this.#makeHandlers();
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

  /** Counts the time from a request's arrival to the writes of its events, in milliseconds. */
  recordLatency(durationMs: number): void {
    guarded(this.#parts.acts, "the sampler", () => this.#sampler.recordLatency(durationMs));
  }

  /** The last of those taken every second. */
  get lastSample(): Sample | undefined {
    return this.#sampler.samples.at(-1);
  }

  async #handle(action: string, data: Fields, asker: AdminAsker): Promise<Fields> {
    if (!isAdminAction(action)) throw new ProtocolError("unknown_action", "action: unknown");
    return { ...(await this.#call(action, data, asker)) };
  }

  #call<A extends AdminActionName>(action: A, data: Fields, asker: AdminAsker) {
    const handler: Handlers[A] = this.#handlers[action];
    return handler(adminData(action, data), asker);
  }

  #makeHandlers(): Handlers {
    return {
      ...this.#serverHandlers(),
      ...this.#connectionHandlers(),
      ...this.#accountHandlers(),
      ...this.#chatHandlers(),
    };
  }

  #serverHandlers() {
    const { control, gateway, log } = this.#parts;
    const backups = new BackupFolder(this.#parts.dataDir, this.#parts.storeUrl);
    return {
      status: () => this.#status(),
      samples: () => ({ samples: this.#sampler.samples }),
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
      subscribe: ({ topics, unmask_texts = false }, { subscription }) => {
        subscription.topics = new Set<Topic>(topics);
        subscription.unmaskTexts = unmask_texts;
        if (unmask_texts) log.warn("the administrator looks at traffic with its texts");
        if (gateway.traffic === undefined && subscription.topics.has("traffic"))
          log.info("the administrator looks at traffic");
        return {};
      },
    } satisfies Partial<Handlers>;
  }

  #connectionHandlers() {
    const { bans } = this.#parts.access;
    const sessions = new SessionList(this.#parts);
    return {
      sessions: (data, { gone }) => sessions.page(data, gone),
      disconnect: ({ connection, reason = "disconnected by the administrator" }) => {
        if (!sessions.disconnect(connection, reason)) {
          throw new ProtocolError("no_such_connection", `connection: there is none with the number ${connection}`);
        }
        this.#parts.log.info("the administrator has disconnected somebody", { connection });
        return {};
      },
      ban: ({ address, seconds }) => this.#ban(address, seconds),
      unban: ({ address }) => {
        if (!bans.lift(address)) throw new ProtocolError("no_such_ban", "address: is not banned");
        return {};
      },
      bans: () => ({ bans: bans.list() }),
    } satisfies Partial<Handlers>;
  }

  #accountHandlers() {
    const accounts = new AdminAccounts(this.#parts);
    return {
      users: (data, { gone }) => accounts.list(data, gone),
      create_user: (data) => this.#logged("create_user", userIn(data), accounts.create(data)),
      reset_password: (data) => this.#logged("reset_password", userIn(data), accounts.resetPassword(data)),
      disable_user: (data) => this.#logged("disable_user", userIn(data), accounts.setState(data.username, "disabled")),
      enable_user: (data) => this.#logged("enable_user", userIn(data), accounts.setState(data.username, "active")),
      delete_user: (data) => this.#logged("delete_user", userIn(data), accounts.delete(data)),
      end_sessions: (data) => this.#logged("end_sessions", userIn(data), accounts.endSessions(data)),
      announce: (data) => {
        const { chat_id: chat, username: user = "everybody" } = data;
        return this.#logged("announce", chat === undefined ? { user } : { chat }, accounts.announce(data));
      },
    } satisfies Partial<Handlers>;
  }

  #chatHandlers() {
    const groups = new AdminGroups(this.#parts);
    const moderation = new Moderation(this.#parts);
    return {
      groups: (data, { gone }) => groups.list(data, gone),
      group_members: (data) => groups.members(data),
      add_member: (data) => this.#logged("add_member", memberIn(data), groups.add(data)),
      remove_member: (data) => this.#logged("remove_member", memberIn(data), groups.remove(data)),
      set_role: (data) => this.#logged("set_role", memberIn(data), groups.setRole(data)),
      archive_group: (data) => this.#logged("archive_group", chatIn(data), groups.setArchived(data, true)),
      unarchive_group: (data) => this.#logged("unarchive_group", chatIn(data), groups.setArchived(data, false)),
      delete_group: (data) => this.#logged("delete_group", chatIn(data), groups.delete(data)),
      messages: (data, { gone }) => {
        this.#parts.log.warn("the administrator looks at messages", chatIn(data));
        return moderation.find(data, gone);
      },
      user_messages: (data, { gone }) => {
        this.#parts.log.warn("the administrator looks at messages", userIn(data));
        return moderation.findOf(data, gone);
      },
      remove_message: (data) =>
        this.#logged("remove_message", { ...chatIn(data), seq: data.seq }, moderation.remove(data), ({ username }) => {
          return { author: username };
        }),
    } satisfies Partial<Handlers>;
  }

  /** Notes what was done, or why not, and to whom; never what anybody wrote. `learned` is what only the result tells. */
  async #logged<T>(
    action: AdminActionName,
    fields: LogFields,
    work: Promise<T>,
    learned: (result: T) => LogFields = () => ({}),
  ): Promise<T> {
    const { log } = this.#parts;
    try {
      const result = await work;
      log.info("the administrator has acted", { action, ...fields, ...learned(result) });
      return result;
    } catch (error) {
      if (error instanceof ProtocolError) {
        log.info("the administrator was refused", { action, ...fields, reason: error.reason });
      }
      throw error;
    }
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

function userIn({ username }: { readonly username: string }): LogFields {
  return { user: username };
}

function chatIn({ chat_id }: { readonly chat_id: ChatId }): LogFields {
  return { chat: chat_id };
}

function memberIn({ chat_id, username, role }: AdminActions["add_member"]["data"]): LogFields {
  return { chat: chat_id, user: username, ...(role !== undefined && { role }) };
}
