// The list of a user's own sessions.
import type { OwnSession } from "../../protocol/entities.ts";
import type { Registry } from "../delivery/registry.ts";
import type { Session } from "../delivery/session.ts";

/** Sessions told at most: some 100 KiB. Beyond it those that have been silent for longest are left out. */
const MAX_TOLD = 1_000;

/** The sessions of the user of `current`: that one first, then by when they were last active. `nowMs` is on the server's clock. */
export function ownSessions(current: Session, registry: Registry, nowMs: number): OwnSession[] {
  const others = [...registry.sessionsOf(current.identity.userId)].filter((session) => session !== current);
  others.sort((one, other) => other.peer.activeMs - one.peer.activeMs);
  const wallMs = Date.now() - nowMs;
  return [current, ...others].slice(0, MAX_TOLD).map((session) => ({
    address: session.peer.address,
    since: (wallMs + session.sinceMs) / 1000,
    last_active: (wallMs + session.peer.activeMs) / 1000,
    current: session === current,
  }));
}
