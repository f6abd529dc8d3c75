// Permission to write, as the store is at the moment of the commit: the one place where all stores have it from.
import type { AccountState } from "../protocol/admin.ts";
import { Refusal } from "../domain/refusal.ts";

/** A one-to-one chat as it is for one of its users. */
export interface DirectStanding {
  /** State of the other user; undefined for nobody. */
  readonly partner: AccountState | undefined;
  /** One of the two has blocked the other. */
  readonly isBlocked: boolean;
}

/** Why a user's own writes are refused; undefined when they are not. `state` is undefined for nobody. */
export function writerRefusal(state: AccountState | undefined): Refusal | undefined {
  if (state === "active") return undefined;
  return state === "disabled" ? Refusal.Disabled : Refusal.NotFound;
}

/** Why nothing may be sent in a one-to-one chat; undefined when it may. */
export function directRefusal({ partner, isBlocked }: DirectStanding): Refusal | undefined {
  if (partner === undefined) return Refusal.NoChat;
  if (partner === "deleted") return Refusal.PartnerGone;
  return isBlocked ? Refusal.Blocked : undefined;
}

/**
 * Whether a password may be replaced, or act for its user: it is still the one that was verified, or the change that is
 * asked for has been made already (a batch that is committed again). Without `verified` nobody had to prove anything.
 */
export function isStillPassword(stored: string, verified: string | undefined, next?: string): boolean {
  return verified === undefined || stored === verified || stored === next;
}
