// The user's contacts, which of them are online, and whom the user has blocked.
import type { UserId } from "../../protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import type { LoginSnapshot } from "../login-snapshot.ts";
import { ChangeSignal } from "./change-signal.ts";

export interface Contact {
  readonly userId: UserId;
  readonly username: string;
  /** Undefined while there is no connection to know it from. */
  readonly online: boolean | undefined;
  /** When the contact was seen to leave, milliseconds since 1970; undefined when it was not seen. */
  readonly lastSeenMs: number | undefined;
}

export class Contacts implements Disposable {
  readonly #messenger: Messenger;
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  #byId = new Map<UserId, Contact>();
  /** Names by user id; who is blocked need not be a contact. */
  #blocked = new Map<UserId, string>();

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
    const { events } = messenger;
    if (messenger.snapshot) this.#fill(messenger.snapshot, undefined);
    this.#subscriptions.add(events.on("login", (snapshot) => this.#fill(snapshot, new Set(snapshot.online))));
    this.#subscriptions.add(
      events.on("presence", ({ user_id: userId, online }) => {
        const contact = this.#byId.get(userId);
        // A contact not known to be online was not seen to leave.
        const lastSeenMs = !online && contact?.online === true ? Date.now() : contact?.lastSeenMs;
        if (contact) this.#put({ ...contact, online, lastSeenMs });
      }),
    );
    this.#subscriptions.add(
      events.on("contact", (change) => {
        if ("added" in change) for (const [name, userId] of Object.entries(change.added)) this.#add(name, userId);
        else for (const userId of Object.values(change.deleted)) this.#remove(userId);
      }),
    );
    this.#subscriptions.add(
      events.on("block", (change) => {
        if ("blocked" in change)
          for (const [name, userId] of Object.entries(change.blocked)) this.#blocked.set(userId, name);
        else for (const userId of Object.values(change.unblocked)) this.#blocked.delete(userId);
        this.#changes.touch();
      }),
    );
    this.#subscriptions.add(
      events.on("state", ({ kind }) => {
        if (kind !== "online") this.#forgetPresence();
      }),
    );
  }

  /** By name, those that are online first. */
  list(): Contact[] {
    return [...this.#byId.values()].sort(
      (one, other) =>
        Number(other.online ?? false) - Number(one.online ?? false) || one.username.localeCompare(other.username),
    );
  }

  get(userId: UserId): Contact | undefined {
    return this.#byId.get(userId);
  }

  has(userId: UserId): boolean {
    return this.#byId.has(userId);
  }

  /** Rejects with RequestError: 404 no such user, 409 already a contact, 400 oneself. */
  add(username: string): Promise<void> {
    return this.#messenger.addContact(username);
  }

  async delete(userId: UserId): Promise<void> {
    await this.#messenger.deleteContact(this.#byId.get(userId)?.username ?? "", userId);
  }

  /** Blocked users, by name. */
  blocked(): { readonly userId: UserId; readonly username: string }[] {
    return [...this.#blocked]
      .map(([userId, username]) => ({ userId, username }))
      .sort((one, other) => one.username.localeCompare(other.username));
  }

  /** The name of somebody whom the user has blocked; undefined for everybody else. */
  blockedName(userId: UserId): string | undefined {
    return this.#blocked.get(userId);
  }

  /** Rejects with RequestError: 409 blocked already, 400 oneself. */
  block(userId: UserId, username: string): Promise<void> {
    return this.#messenger.blockContact(username, userId);
  }

  /** Rejects with RequestError: 404 not blocked. */
  unblock(userId: UserId): Promise<void> {
    return this.#messenger.unblockContact(this.#blocked.get(userId) ?? "", userId);
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Another number after each change; listeners are told later. */
  get version(): number {
    return this.#changes.version;
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  #fill(snapshot: LoginSnapshot, online: ReadonlySet<string> | undefined): void {
    const before = this.#byId;
    this.#byId = new Map();
    for (const [username, userId] of Object.entries(snapshot.contacts)) {
      const lastSeenMs = before.get(userId)?.lastSeenMs;
      this.#put({ userId, username, online: online?.has(username), lastSeenMs });
    }
    this.#blocked = new Map(Object.entries(snapshot.blocked ?? {}).map(([username, userId]) => [userId, username]));
    this.#changes.touch();
  }

  #add(username: string, userId: UserId): void {
    // The presence of a new contact comes as an event if it changes; until then nothing is known.
    if (!this.#byId.has(userId)) this.#put({ userId, username, online: undefined, lastSeenMs: undefined });
  }

  #put(contact: Contact): void {
    this.#byId.set(contact.userId, contact);
    this.#changes.touch();
  }

  #remove(userId: UserId): void {
    if (this.#byId.delete(userId)) this.#changes.touch();
  }

  #forgetPresence(): void {
    for (const contact of this.#byId.values()) {
      if (contact.online !== undefined) this.#put({ ...contact, online: undefined });
    }
  }
}
