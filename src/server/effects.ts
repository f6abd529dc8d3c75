// Runner of effects: the one place where what follows from a request or a write is carried out.
import { randomBytes } from "node:crypto";
import type { AvatarTicket } from "../protocol/entities.ts";
import { ProtocolError, type RefusalFacts } from "../protocol/codes.ts";
import { errorResponse, okResponse, type Fields, type ReplyTo } from "../protocol/envelope.ts";
import { encodeFrame } from "../protocol/frame.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import { LOGIN_USERS } from "../protocol/limits.ts";
import { sortedByName } from "../protocol/text.ts";
import type { ThrottledLog } from "../log/throttled-log.ts";
import type { Clock } from "../util/clock.ts";
import type { Pools } from "../threads/pools.ts";
import type { Effect, EffectOf, Identity, Reply } from "../domain/effects.ts";
import type { AccessControl } from "./connections/access-control.ts";
import { addressKey } from "../util/address.ts";
import type { Connection } from "./connections/connection.ts";
import type { Bus } from "./delivery/bus.ts";
import type { ChatDirectory } from "./delivery/chat-directory.ts";
import type { Fanout } from "./delivery/fanout.ts";
import { ownSessions } from "./login/own-sessions.ts";
import type { WriteKind, WriteResults } from "../domain/writes/table.ts";
import type { GroupCommit, OwnPlan } from "./commit/group-commit.ts";
import type { PasswordGate } from "./login/password-gate.ts";
import type { Presence } from "./delivery/presence.ts";
import type { Registry } from "./delivery/registry.ts";
import { Session } from "./delivery/session.ts";

/** Sessions of one user whose beginnings, and ends, are logged one by one within a minute; more are only counted. */
const SHOWN_PER_MINUTE = 10;

export interface EffectParts {
  readonly groupCommit: GroupCommit;
  readonly clock: Clock;
  readonly pools: Pools;
  readonly registry: Registry;
  readonly directory: ChatDirectory;
  readonly presence: Presence;
  readonly fanout: Fanout;
  readonly bus: Bus;
  readonly gate: PasswordGate;
  /** Sessions can be begun and ended again and again. */
  readonly acts: ThrottledLog;
  /** Removes what else there is of a deleted account. */
  readonly onAccountDeleted: (userId: UserId) => void;
  /** Makes a login for the avatar server; undefined with avatars off. */
  readonly issueTicket: (holder: Identity) => AvatarTicket | undefined;
  readonly access: AccessControl;
}

/** Effects that concern the connection that asked; the server's own writes have none of these. */
type ConnectionEffect = EffectOf<"login" | "logout" | "loginFailed" | "people" | "ticket" | "sessions">;

/** A reply that is completed here. */
interface Finished {
  readonly replyTo: ReplyTo;
  readonly reply: Reply;
}

export class EffectRunner {
  readonly #parts: EffectParts;

  constructor(parts: EffectParts) {
    this.#parts = parts;
  }

  /**
   * Carries out effects in order, all at once but for the answer to a login, which is read first: resolves when that is
   * given; undefined when there is none. `cause` is the connection that asked; undefined for the server's own writes.
   */
  apply(effects: readonly Effect[], cause: Connection | undefined): Promise<void> | undefined {
    let answered: Promise<void> | undefined;
    for (const effect of effects) answered = this.#applyOne(effect, cause) ?? answered;
    this.#parts.bus.effects(effects);
    return answered;
  }

  /** Commits a write of the server's own and carries out what follows from it. Rejects as GroupCommit.write. */
  async commit<K extends WriteKind>(plan: OwnPlan<K>): Promise<WriteResults[K]> {
    const { result, effects } = await this.#parts.groupCommit.write(plan);
    await this.apply(effects, undefined);
    return result;
  }

  /** Ends the connection's session, if it has one. */
  endSession(connection: Connection): void {
    const { session } = connection;
    if (session === undefined) return;
    connection.session = undefined;
    session.outbox.end();
    this.#parts.directory.close(session);
    this.#parts.presence.ended(session);
    this.#log("session ended", session, connection);
  }

  #applyOne(effect: Effect, cause: Connection | undefined): Promise<void> | void {
    switch (effect.kind) {
      case "endReplaced":
        return this.#endReplaced(effect, cause);
      case "endOtherSessions":
        return void this.#parts.access.endSessions(effect.userId, effect.reason, cause?.session);
      case "watch":
        return this.#parts.registry.watch(effect.userId, effect.contactId, effect.on);
      case "hidePresence":
        return this.#hidePresence(effect.one, effect.other);
      case "accountDeleted":
        return this.#parts.onAccountDeleted(effect.userId);
      case "emit":
        return this.#parts.fanout.emit(effect.text, effect.to, cause?.id);
      default:
        if (cause === undefined) throw new Error(`effect ${effect.kind} without a connection`);
        return this.#applyTo(cause, effect);
    }
  }

  #applyTo(connection: Connection, effect: ConnectionEffect): Promise<void> | void {
    switch (effect.kind) {
      case "login":
        return this.#login(effect, connection);
      case "logout":
        this.endSession(connection);
        return connection.awaitLogin();
      case "loginFailed":
        return this.#parts.gate.countFailure(connection.address);
      case "people":
        return this.#people(effect, connection);
      case "ticket":
        return this.#ticket(effect, connection);
      case "sessions":
        return this.#sessions(effect, connection);
    }
  }

  /**
   * Begins the session, and only then reads what it is told: what is committed before that is in the answer, what is
   * committed afterwards is told by events, and what is committed between is in both.
   */
  async #login(login: EffectOf<"login">, connection: Connection): Promise<void> {
    if (connection.isClosed) return;
    this.endSession(connection);
    const { registry, presence, fanout, clock } = this.#parts;
    const { identity } = login;
    const { outbox } = connection;
    const session = new Session({ identity, outbox, peer: connection, sinceMs: clock.now() });
    connection.session = session;
    // A client that misses a change of a group asks for the chats again when it is back.
    const onLost = (): void => session.close("too slow: changes of groups were not read");
    outbox.begin(fanout.log, session.features, onLost);
    presence.began(session);
    this.#log("session began", session, connection);
    const refusal = await this.#openGroups(session);
    const result = refusal ?? (await this.#parts.pools.loginSnapshot(identity.userId, session.features.has("groups")));
    if (connection.session !== session) return; // it has ended meanwhile
    if (result.refusal !== undefined) {
      this.endSession(connection);
      return this.#refuse(connection, login.replyTo, ProtocolError.of(result.refusal));
    }
    const { fields, watched } = result.snapshot;
    // Groups left while it was read were announced as left, and are not listed.
    const chats = fields.chats.filter(({ chat_id: chatId, kind }) => kind !== "group" || !hasLeft(session, chatId));
    session.earlyGroups = undefined;
    registry.beginWatching(session, watched);
    const online = this.#namesOnline(watched.filter((id) => session.contacts.has(id)));
    const more = online.length > LOGIN_USERS && { more_contacts: true };
    const told = { ...fields, chats, online: online.slice(0, LOGIN_USERS), ...more };
    this.#reply(connection, login, told);
    if (session.features.has("deflate")) outbox.takeCompressed();
    if (login.isResumed) connection.onNextRequest = () => this.#confirm(login.identity, connection);
  }

  /**
   * From here on the session is given what is committed in its groups, before what is in them is read: in between nothing
   * gets lost. Resolves to a refusal where that could not be read.
   */
  async #openGroups(session: Session): Promise<{ readonly refusal: RefusalFacts } | undefined> {
    if (!session.features.has("groups")) return undefined;
    const result = await this.#parts.pools.memberships(session.identity.userId);
    if (result.refusal !== undefined) return result;
    this.#parts.directory.open(session, result.memberships);
    return undefined;
  }

  /** A session that another login with the same token has taken the place of; the connection's own ends with that login. */
  #endReplaced({ userId, tokenHash }: EffectOf<"endReplaced">, cause: Connection | undefined): void {
    for (const session of [...this.#parts.registry.sessionsOf(userId)]) {
      const isReplaced = session.identity.tokenHash === tokenHash && session !== cause?.session;
      if (isReplaced) session.close("resumed by another connection");
    }
  }

  /** From now on the token that the session was resumed with is void: a request shows that the new one has arrived. */
  #confirm({ userId, username, tokenHash }: Identity, connection: Connection): void {
    connection.onNextRequest = undefined;
    this.commit({ write: { kind: "confirmToken", tokenHash } }).catch((error: unknown) => {
      // It stays good until the next login; a token that is void by now needs no confirmation.
      if (error instanceof ProtocolError && error.reason === "no_such_user") return;
      const fields = { user: username, error };
      this.#parts.acts.write("warn", "an old token stays good", userId, fields, SHOWN_PER_MINUTE);
    });
  }

  /** The names of those of the users that have a session, in the order of lists of users. */
  #namesOnline(userIds: readonly UserId[]): string[] {
    const names = userIds.flatMap((userId) => {
      const [session] = this.#parts.registry.sessionsOf(userId);
      return session === undefined ? [] : [session.identity.username];
    });
    return sortedByName(names);
  }

  /** Each of the two looks offline to the other from now on. */
  #hidePresence(one: UserId, other: UserId): void {
    const { registry, presence } = this.#parts;
    for (const [watcher, watched] of [
      [one, other],
      [other, one],
    ] as const) {
      const [seen] = registry.sessionsOf(watched);
      for (const session of registry.sessionsOf(watcher)) {
        if (seen !== undefined && session.contacts.has(watched)) presence.tell(session, seen.identity, false);
      }
      registry.watch(watcher, watched, false);
    }
  }

  #people(effect: EffectOf<"people">, connection: Connection): void {
    if (connection.isClosed) return;
    const { presence } = this.#parts;
    const shown = effect.people.map((one) => ({ ...one, online: one.online && presence.isOnline(one.user_id) }));
    this.#reply(connection, effect, { [effect.list]: shown });
  }

  #ticket(effect: EffectOf<"ticket">, connection: Connection): void {
    if (connection.isClosed || connection.session === undefined) return;
    const ftp = this.#parts.issueTicket(connection.session.identity);
    if (ftp !== undefined) return this.#reply(connection, effect, { ftp });
    this.#refuse(connection, effect.replyTo, new ProtocolError("unknown_action", "avatars are off on this server"));
  }

  #sessions(effect: EffectOf<"sessions">, connection: Connection): void {
    const { session } = connection;
    if (connection.isClosed || session === undefined) return;
    const sessions = ownSessions(session, this.#parts.registry, this.#parts.clock.now());
    this.#reply(connection, effect, { sessions });
  }

  #log(text: string, { identity: { userId, username: user } }: Session, { id: connection }: Connection): void {
    this.#parts.acts.write("info", text, userId, { connection, user }, SHOWN_PER_MINUTE);
  }

  #refuse(connection: Connection, replyTo: ReplyTo, error: ProtocolError): void {
    connection.reply(encodeFrame(errorResponse(replyTo, error, Date.now()), connection.framing));
  }

  /** Answers with what was known before and the rest. */
  #reply(connection: Connection, { replyTo, reply }: Finished, rest: Fields): void {
    const text = this.#textOf(connection, replyTo, { info: reply.info, fields: { ...reply.fields, ...rest } });
    connection.reply(encodeFrame(text, connection.framing));
  }

  #textOf(connection: Connection, replyTo: ReplyTo, { info, fields }: Reply): string {
    try {
      return okResponse(replyTo, info, fields, Date.now());
    } catch (error) {
      const reference = randomBytes(6).toString("hex");
      const shown = { reference, connection: connection.id, error };
      this.#parts.acts.write("error", "a request failed", addressKey(connection.address), shown, SHOWN_PER_MINUTE);
      const refusal = new ProtocolError("internal", `internal error, reference ${reference}`);
      return errorResponse(replyTo, refusal, Date.now());
    }
  }
}

/** Whether the user has left a group since the session began. */
function hasLeft({ earlyGroups, groups }: Session, chatId: ChatId): boolean {
  return earlyGroups?.has(chatId) === true && !groups.has(chatId);
}
