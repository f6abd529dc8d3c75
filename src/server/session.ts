// An authenticated connection, as the registry and the fan-out know it.
import type { UserId } from "../protocol/ids.ts";
import type { Identity } from "../workers/task.ts";
import type { Outbox } from "./outbox.ts";

export class Session {
  readonly identity: Identity;
  readonly outbox: Outbox;
  /** Users whose presence this session is told of. */
  readonly contacts: Set<UserId>;
  /** Ends the session's connection, after a `closing` event with this reason. */
  readonly close: (reason: string) => void;
  /** Place in the registry's list; the registry alone sets it. */
  index = -1;

  constructor(identity: Identity, outbox: Outbox, contacts: Iterable<UserId>, close: (reason: string) => void) {
    this.identity = identity;
    this.outbox = outbox;
    this.contacts = new Set(contacts);
    this.close = close;
  }
}
