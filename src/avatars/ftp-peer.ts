// Peers of the avatar server: whether they are let in, and whether they may log in. Types only.
import type { UserId } from "../protocol/ids.ts";

/** Which peers are let in at all, as at the server's other ports. */
export interface PeerAccess {
  /** Takes a place for a connection, which ends with `leave`, or says why there is none. */
  enter(remoteAddress: string | undefined): (FtpPlace & { leave(): void }) | "banned" | "tooMany" | "stopped";
  /**
   * Calls `begin` when a TLS handshake may begin, unless `greeter` is closed by then: they take turns with those of the
   * server's other ports.
   */
  greet(greeter: { readonly id: number; readonly isClosed: boolean }, address: string, begin: () => void): void;
  /** Whether a peer may log in without TLS. */
  mayBePlain(address: string): boolean;
}

/** A connection's place among all of the server. */
export interface FtpPlace {
  readonly id: number;
  readonly address: string;
}

/** Source of a login: where from, and whether the answer is still wanted when the turn comes. */
export interface FtpPeer {
  readonly address: string;
  readonly isClosed: boolean;
}

/** `busy` says why the name and password could not be looked at now; undefined: they are wrong. */
export type LoginOutcome =
  { readonly userId: UserId; readonly username: string } | { readonly busy: string } | undefined;
