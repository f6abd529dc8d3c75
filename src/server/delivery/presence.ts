// Presence: who is online, and the news of it for those who have the user as a contact.
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Clock } from "../../util/clock.ts";
import type { Identity } from "../../domain/effects.ts";
import { Announcements } from "./announcements.ts";
import type { Bus } from "./bus.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";
import { EventFrames } from "./shared-frames.ts";

export class Presence {
  readonly #registry: Registry;
  readonly #bus: Bus;
  readonly #announcements: Announcements;

  /** The clock should never jump. */
  constructor(registry: Registry, bus: Bus, clock: Clock) {
    this.#registry = registry;
    this.#bus = bus;
    this.#announcements = new Announcements((userId) => registry.watchersOf(userId), clock);
  }

  /** Whether the user has a session, here or on another node. */
  isOnline(userId: UserId): boolean {
    return this.#registry.hasSession(userId) || this.#bus.isOnlineElsewhere(userId);
  }

  /** A session has begun: it is the first of its user, or not. */
  began(session: Session): void {
    if (this.#registry.add(session)) this.#changed(session.identity, true);
  }

  /** A session has ended. */
  ended(session: Session): void {
    if (this.#registry.remove(session)) this.#changed(session.identity, false);
  }

  #changed(identity: Identity, online: boolean): void {
    this.#bus.presence(identity, online);
    if (!this.#bus.isOnlineElsewhere(identity.userId)) this.announce(identity, online);
  }

  /** Tells everybody who has the user as a contact that the user came or went. */
  announce(identity: Identity, online: boolean): void {
    if (this.#registry.watchersOf(identity.userId).size === 0) return;
    this.#announcements.tell(identity.userId, {
      kind: "presence",
      frames: presenceFrames(identity, online),
      state: String(online),
    });
  }

  /** Tells one session alone. */
  tell(session: Session, identity: Identity, online: boolean): void {
    session.outbox.event(presenceFrames(identity, online));
  }

  /** Gives other news of a user to everybody who has the user as a contact, but for one session. */
  spread(userId: UserId, frames: EventFrames, exceptId: number | undefined): void {
    this.#announcements.tell(userId, { kind: "profile", frames, exceptId });
  }
}

function presenceFrames({ userId, username }: Identity, online: boolean): EventFrames {
  return new EventFrames(eventText("presence", { user_id: userId, username, online }, Date.now()));
}
