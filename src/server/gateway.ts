// What joins the parts of the server: connections with the threads, the sessions, the group commit and the fan-out.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { AvatarTicket } from "../protocol/entities.ts";
import { Code, ProtocolError } from "../protocol/codes.ts";
import { errorResponse, okResponse, type Fields, type ReplyTo } from "../protocol/envelope.ts";
import { encodeFrame } from "../protocol/frame.ts";
import type { UserId } from "../protocol/ids.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../util/clock.ts";
import type { Pools } from "../workers/pools.ts";
import type { Admission, Effect, GroupResult, PasswordStop } from "../workers/task.ts";
import type { RequestTask, RequestTaskResult, WriteGroup } from "../workers/task.ts";
import { isLoopback } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionHost, ConnectionSettings } from "./connection-host.ts";
import type { Fanout } from "./fanout.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Metrics } from "./metrics.ts";
import type { PasswordGate } from "./password-gate.ts";
import type { Registry } from "./registry.ts";
import type { RequestSource, RoundPacer } from "./round-pacer.ts";
import { Session } from "./session.ts";

export interface GatewayParts {
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly pools: Pools;
  readonly pacer: RoundPacer;
  readonly groupCommit: GroupCommit;
  readonly gate: PasswordGate;
  readonly registry: Registry;
  readonly fanout: Fanout;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Wraps a socket in TLS; undefined without a certificate. */
  readonly secure: ((socket: Socket) => Socket) | undefined;
  /** Removes what else there is of a deleted account. */
  readonly onAccountDeleted: (userId: UserId) => void;
  /** Plain text is then for this machine only. */
  readonly requiresTls: boolean;
  /** Makes a login for the avatar server; undefined with avatars off. */
  readonly issueTicket: ((userId: UserId) => AvatarTicket) | undefined;
  /** Ends what a user has at the avatar server. */
  readonly endAvatarLogins: (userId: UserId, reason: string) => void;
}

export class Gateway implements ConnectionHost {
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly connections = new Set<Connection>();
  /** Set while the administrator looks at the traffic. */
  traffic: ConnectionHost["traffic"] = undefined;
  readonly #parts: GatewayParts;
  readonly #log: Logger;

  constructor(parts: GatewayParts) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.#parts = parts;
    this.#log = parts.log;
  }

  secure(socket: Socket): Socket | undefined {
    return this.#parts.secure?.(socket);
  }

  mayBePlain(address: string): boolean {
    return !this.#parts.requiresTls || isLoopback(address);
  }

  turn(source: RequestSource): Promise<void> | undefined {
    return this.#parts.pacer.turn(source);
  }

  async request(task: RequestTask): Promise<RequestTaskResult> {
    const { pools, metrics, pacer } = this.#parts;
    const taskEnds = pacer.taskBegins();
    const result = await pools.request(task).finally(taskEnds);
    metrics.requests += result.consumed;
    return result;
  }

  commit(group: WriteGroup, receivedMs: number): Promise<GroupResult> {
    return this.#parts.groupCommit.submit(group, receivedMs);
  }

  admit(stop: PasswordStop, connection: Connection): Promise<Admission> {
    return this.#parts.gate.admit(stop, connection);
  }

  loginRetryAfter(connection: Connection): number {
    return connection.session === undefined ? this.#parts.gate.retryAfter(connection.address) : 0;
  }

  apply(effects: readonly Effect[], connection: Connection): void {
    for (const effect of effects) this.#applyOne(effect, connection);
  }

  #applyOne(effect: Effect, connection: Connection): void {
    const { registry, fanout, gate } = this.#parts;
    switch (effect.kind) {
      case "login":
        return this.#login(effect, connection);
      case "logout":
        this.#endSession(connection);
        return connection.awaitLogin();
      case "loginFailed":
        return gate.countFailure(connection.address);
      case "endOtherSessions":
        for (const session of [...registry.sessionsOf(effect.userId)]) {
          if (session !== connection.session) session.close(effect.reason);
        }
        return this.#parts.endAvatarLogins(effect.userId, effect.reason);
      case "watch":
        return registry.watch(effect.userId, effect.contactId, effect.on);
      case "separate":
        return this.#separate(effect.one, effect.other);
      case "accountDeleted":
        return this.#parts.onAccountDeleted(effect.userId);
      case "ticket":
        return this.#ticket(effect.replyTo, connection);
      case "emit":
        return fanout.emit(effect.text, effect.to, connection.session);
    }
  }

  /** Begins the session before its answer goes out: from then on it misses no event. */
  #login(login: Extract<Effect, { kind: "login" }>, connection: Connection): void {
    if (connection.isClosed) return;
    this.#endSession(connection);
    const { registry, fanout } = this.#parts;
    const close = (reason: string): void => connection.close(reason);
    const session = new Session(login.identity, connection.outbox, Object.values(login.contacts), close);
    connection.session = session;
    session.outbox.follow(fanout.feed);
    if (registry.add(session)) fanout.presence(session, true);
    const online = Object.entries(login.contacts).flatMap(([name, id]) => (registry.isOnline(id) ? [name] : []));
    this.#reply(connection, login.replyTo, login.info, { ...login.fields, online });
    this.#log.info("session began", { connection: connection.id, user: login.identity.username });
  }

  #endSession(connection: Connection): void {
    const { session } = connection;
    if (session === undefined) return;
    connection.session = undefined;
    session.outbox.unfollow();
    if (this.#parts.registry.remove(session)) this.#parts.fanout.presence(session, false);
    this.#log.info("session ended", { connection: connection.id, user: session.identity.username });
  }

  /** Each of the two looks offline to the other from now on. */
  #separate(one: UserId, other: UserId): void {
    const { registry, fanout } = this.#parts;
    for (const [watcher, watched] of [
      [one, other],
      [other, one],
    ] as const) {
      const [seen] = registry.sessionsOf(watched);
      for (const session of registry.sessionsOf(watcher)) {
        if (seen !== undefined && session.contacts.has(watched)) fanout.tellPresence(session, seen.identity, false);
      }
      registry.watch(watcher, watched, false);
    }
  }

  #ticket(replyTo: ReplyTo, connection: Connection): void {
    const { issueTicket } = this.#parts;
    if (connection.isClosed || connection.session === undefined) return;
    if (issueTicket !== undefined) {
      return this.#reply(connection, replyTo, "Ticket", { ftp: issueTicket(connection.session.identity.userId) });
    }
    const text = errorResponse(replyTo, new ProtocolError(Code.NotFound, "avatars are off on this server"), Date.now());
    connection.reply(encodeFrame(text, connection.framing));
  }

  #reply(connection: Connection, replyTo: ReplyTo, info: string, fields: Fields): void {
    const text = okResponse(replyTo, info, fields, Date.now());
    connection.reply(encodeFrame(text, connection.framing));
  }

  report(error: unknown, connection: Connection): string {
    const reference = randomBytes(6).toString("hex");
    this.#log.error("a request failed", { reference, connection: connection.id, error });
    return reference;
  }

  onAbuse({ id, address, session }: Connection, reason: string): void {
    this.#log.warn("a connection is closed", { connection: id, address, user: session?.identity.username, reason });
  }

  onClosed(connection: Connection): void {
    this.#endSession(connection);
  }

  onGone(connection: Connection): void {
    this.connections.delete(connection);
  }
}
