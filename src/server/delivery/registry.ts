// Registry of sessions, by user, and which of them watch whose presence. Nothing else knows who is online.
import type { UserId } from "../../protocol/ids.ts";
import type { Session } from "./session.ts";

const NOBODY: ReadonlySet<Session> = new Set();

export class Registry {
  readonly #byUser = new Map<UserId, Set<Session>>();
  readonly #watchers = new Map<UserId, Set<Session>>();
  readonly #all = new Set<Session>();
  #compressedCount = 0;

  /** Sessions that have begun so far. */
  begunCount = 0;

  get sessions(): ReadonlySet<Session> {
    return this.#all;
  }

  /** Sessions that take compressed events. */
  get compressedCount(): number {
    return this.#compressedCount;
  }

  get userCount(): number {
    return this.#byUser.size;
  }

  sessionsOf(userId: UserId): ReadonlySet<Session> {
    return this.#byUser.get(userId) ?? NOBODY;
  }

  /** Whether the user has a session of this server. */
  hasSession(userId: UserId): boolean {
    return this.#byUser.has(userId);
  }

  /** Sessions of users that have this user as a contact. */
  watchersOf(userId: UserId): ReadonlySet<Session> {
    return this.#watchers.get(userId) ?? NOBODY;
  }

  /** Returns true when it is the user's first session. */
  add(session: Session): boolean {
    this.begunCount += 1;
    this.#all.add(session);
    if (session.features.has("deflate")) this.#compressedCount += 1;
    for (const contactId of session.contacts) addTo(this.#watchers, contactId, session);
    const { userId } = session.identity;
    const isFirst = !this.#byUser.has(userId);
    addTo(this.#byUser, userId, session);
    return isFirst;
  }

  /** Returns true when it was the user's last session. */
  remove(session: Session): boolean {
    if (this.#all.delete(session) && session.features.has("deflate")) this.#compressedCount -= 1;
    for (const contactId of session.contacts) removeFrom(this.#watchers, contactId, session);
    const { userId } = session.identity;
    removeFrom(this.#byUser, userId, session);
    return !this.#byUser.has(userId);
  }

  /** Nobody watches this user any more: the account is deleted. */
  forget(userId: UserId): void {
    for (const session of this.watchersOf(userId)) session.contacts.delete(userId);
    this.#watchers.delete(userId);
  }

  /** Has a session that has begun watch those of whom was read that it should, but for what has changed since. */
  beginWatching(session: Session, contactIds: Iterable<UserId>): void {
    for (const contactId of contactIds) {
      if (session.earlyWatches?.get(contactId) === false) continue;
      session.contacts.add(contactId);
      addTo(this.#watchers, contactId, session);
    }
    session.earlyWatches = undefined;
  }

  /** Notes for all sessions of a user that a contact was added or deleted. */
  watch(userId: UserId, contactId: UserId, on: boolean): void {
    for (const session of this.sessionsOf(userId)) {
      session.earlyWatches?.set(contactId, on);
      if (on) {
        session.contacts.add(contactId);
        addTo(this.#watchers, contactId, session);
      } else {
        session.contacts.delete(contactId);
        removeFrom(this.#watchers, contactId, session);
      }
    }
  }
}

function addTo(index: Map<UserId, Set<Session>>, userId: UserId, session: Session): void {
  const sessions = index.get(userId);
  if (sessions === undefined) index.set(userId, new Set([session]));
  else sessions.add(session);
}

function removeFrom(index: Map<UserId, Set<Session>>, userId: UserId, session: Session): void {
  const sessions = index.get(userId);
  sessions?.delete(session);
  if (sessions?.size === 0) index.delete(userId);
}
