// Bus: what a server shares with the other nodes of its cluster.
import type { UserId } from "../../protocol/ids.ts";
import type { Effect, Identity } from "../../domain/effects.ts";
import type { CommitResult } from "../../threads/task.ts";

/**
 * The way to other nodes. It is told what has happened here, in the turn in which the sessions here are told, and may
 * lose it: what was lost is read from the store. No call waits or throws.
 */
export interface Bus {
  /** The events of a batch, after the sessions here were given them. */
  events(events: CommitResult["chunks"]): void;
  /** Effects, after they were carried out here; those of a connection are nobody else's. */
  effects(effects: readonly Effect[]): void;
  /** A user's first session here began, or the last one ended. */
  presence(identity: Identity, online: boolean): void;
  /** Whether the user has a session on another node. */
  isOnlineElsewhere(userId: UserId): boolean;
}

/** The bus of a server that is alone. */
export const LOCAL_BUS: Bus = {
  events: () => undefined,
  effects: () => undefined,
  presence: () => undefined,
  isOnlineElsewhere: () => false,
};
