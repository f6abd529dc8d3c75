// An authenticated connection, as the registry and the fan-out know it.
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Identity } from "../../domain/effects.ts";
import type { Outbox } from "./outbox.ts";

/** The connection under a session. */
export interface SessionPeer {
  readonly id: number;
  readonly address: string;
  /** When it last sent something, on the server's clock. */
  readonly activeMs: number;
  /** Ends the connection, after a `closing` event with this reason. */
  close(reason: string): void;
}

export interface SessionStart {
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly peer: SessionPeer;
  /** On the server's clock. */
  readonly sinceMs: number;
  readonly contacts?: Iterable<UserId>;
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
  /** Groups whose events it is given; the directory alone sets it. */
  readonly groups = new Set<ChatId>();
  /**
   * Until its login is answered: the groups that its user has joined or left since it began, which is newer than what is
   * read for it. Undefined from then on.
   */
  earlyGroups: Set<ChatId> | undefined;

  /** Features that it was granted, see protocol/features.ts. */
  readonly features: ReadonlySet<string>;

  constructor({ identity, outbox, peer, sinceMs, contacts = [] }: SessionStart) {
    this.identity = identity;
    this.outbox = outbox;
    this.contacts = new Set(contacts);
    this.peer = peer;
    this.sinceMs = sinceMs;
    this.features = new Set(identity.features);
    if (this.features.has("groups")) this.earlyGroups = new Set();
  }

  /** The connection's number: no other session has it at the same time. */
  get id(): number {
    return this.peer.id;
  }

  close(reason: string): void {
    this.peer.close(reason);
  }
}
