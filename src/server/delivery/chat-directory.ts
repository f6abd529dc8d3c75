// Directory of chats: the sessions that are given the events of each.
import { chatForm, type ChatId, type UserId } from "../../protocol/ids.ts";
import type { Membership } from "../../domain/effects.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";

interface GroupSessions {
  readonly sessions: Set<Session>;
  /** The first message that a session may see, of those that may not see all. */
  readonly firstSeqs: Map<Session, number>;
  /** No session's is greater. */
  greatestFirstSeq: number;
}

const NOBODY: ReadonlySet<Session> = new Set();

/**
 * Everybody's sessions for the common chat and those of the two for a one-to-one chat, which costs nothing; for a group
 * the sessions of its members that asked for groups, which are noted here. The groups of a session's user are read
 * after it has begun, so every change meanwhile is newer than the reading.
 */
export class ChatDirectory {
  readonly #registry: Registry;
  readonly #groups = new Map<ChatId, GroupSessions>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Groups with a session that is given their events. */
  get groupCount(): number {
    return this.#groups.size;
  }

  /** The sessions of a chat, in up to two lists. */
  sessionsIn(chatId: ChatId): readonly ReadonlySet<Session>[] {
    const form = chatForm(chatId);
    if (form?.kind === "everyone") return [this.#registry.sessions];
    if (form?.kind === "direct") return form.users.map((userId) => this.#registry.sessionsOf(userId));
    return [this.#groups.get(chatId)?.sessions ?? NOBODY];
  }

  /**
   * The first message that each session of a group may see, of those that may not see all; undefined when all of them may
   * see what comes from `fromSeq` on.
   */
  firstSeqsIn(chatId: ChatId, fromSeq: number): ReadonlyMap<Session, number> | undefined {
    const group = this.#groups.get(chatId);
    if (group === undefined || group.firstSeqs.size === 0 || group.greatestFirstSeq <= fromSeq) return undefined;
    return group.firstSeqs;
  }

  /** Notes what was read for a session that has begun, but for what has changed since. */
  open(session: Session, memberships: readonly Membership[]): void {
    const { earlyGroups } = session;
    if (earlyGroups === undefined) return; // it has ended meanwhile
    for (const { chatId, firstSeq } of memberships) if (!earlyGroups.has(chatId)) this.#add(session, chatId, firstSeq);
  }

  /** A user may see the messages of a group from `firstSeq` on, from now on. */
  join(userId: UserId, { chatId, firstSeq }: Membership): void {
    for (const session of this.#registry.sessionsOf(userId)) {
      if (!session.features.has("groups")) continue;
      session.earlyGroups?.add(chatId);
      this.#add(session, chatId, firstSeq);
    }
  }

  /** A user sees nothing more of a group: neither what comes, nor what waits to be sent. */
  leave(userId: UserId, chatId: ChatId): void {
    for (const session of this.#registry.sessionsOf(userId)) {
      session.earlyGroups?.add(chatId);
      session.outbox.forget(chatId);
      this.#remove(session, chatId);
      session.groups.delete(chatId);
    }
  }

  /** Groups of these users that have sessions; all groups that have where no session tells which they are. */
  groupsOf(userIds: readonly UserId[]): ReadonlySet<ChatId> {
    const groups = new Set<ChatId>();
    for (const userId of userIds) {
      const sessions = [...this.#registry.sessionsOf(userId)];
      const opened = sessions.find((session) => session.features.has("groups") && session.earlyGroups === undefined);
      if (opened === undefined) return new Set(this.#groups.keys());
      for (const chatId of opened.groups) groups.add(chatId);
    }
    return groups;
  }

  /**
   * The members of a group are not known any more: nobody is given anything of it. Returns the sessions that were, and
   * those whose login is not answered yet: what was read for them may be older, and they would be told without the group.
   */
  clear(chatId: ChatId): ReadonlySet<Session> {
    const sessions = new Set(this.#groups.get(chatId)?.sessions);
    this.#groups.delete(chatId);
    for (const session of sessions) {
      session.outbox.forget(chatId);
      session.groups.delete(chatId);
    }
    for (const session of this.#registry.sessions) {
      session.earlyGroups?.add(chatId);
      if (session.earlyGroups !== undefined) sessions.add(session);
    }
    return sessions;
  }

  /** The session has ended. */
  close(session: Session): void {
    for (const chatId of session.groups) this.#remove(session, chatId);
    session.groups.clear();
    session.earlyGroups = undefined;
  }

  #add(session: Session, chatId: ChatId, firstSeq: number): void {
    session.groups.add(chatId);
    let group = this.#groups.get(chatId);
    if (group === undefined) {
      group = { sessions: new Set(), firstSeqs: new Map(), greatestFirstSeq: 1 };
      this.#groups.set(chatId, group);
    }
    group.sessions.add(session);
    group.greatestFirstSeq = Math.max(group.greatestFirstSeq, firstSeq);
    if (firstSeq > 1) group.firstSeqs.set(session, firstSeq);
    else group.firstSeqs.delete(session);
  }

  #remove(session: Session, chatId: ChatId): void {
    const group = this.#groups.get(chatId);
    if (group === undefined) return;
    group.sessions.delete(session);
    group.firstSeqs.delete(session);
    if (group.sessions.size === 0) this.#groups.delete(chatId);
  }
}
