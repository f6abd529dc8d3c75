// An authenticated connection, as the registry and the fan-out know it.
import type { UserId } from "../../protocol/ids.ts";
import type { Identity } from "../../domain/effects.ts";
import type { Outbox } from "./outbox.ts";

/** The connection under a session. */
export interface SessionPeer {
  readonly address: string;
  /** When it last sent something, on the server's clock. */
  readonly activeMs: number;
  /** Ends the connection, after a `closing` event with this reason. */
  close(reason: string): void;
}

export class Session {
  readonly identity: Identity;
  readonly outbox: Outbox;
  /** Users whose presence this session is told of. */
  readonly contacts: Set<UserId>;
  readonly peer: SessionPeer;
  /** When it began, on the server's clock. */
  readonly sinceMs: number;
  /**
   * Until the session is told whom it watches: what has changed of that since it began, which is newer than what was
   * read for it. Undefined from then on.
   */
  earlyWatches: Map<UserId, boolean> | undefined = new Map();

  constructor(identity: Identity, outbox: Outbox, contacts: Iterable<UserId>, peer: SessionPeer, sinceMs: number) {
    this.identity = identity;
    this.outbox = outbox;
    this.contacts = new Set(contacts);
    this.peer = peer;
    this.sinceMs = sinceMs;
  }

  close(reason: string): void {
    this.peer.close(reason);
  }
}
