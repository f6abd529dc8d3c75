// Access by one rule for all ports: bans, numbers of connections, plain text, TLS handshakes, and the end of sessions.
import type { ThrottledLog } from "../../log/throttled-log.ts";
import type { UserId } from "../../protocol/ids.ts";
import { addressKey, isLoopback, plainAddress } from "../../util/address.ts";
import type { Clock } from "../../util/clock.ts";
import { PeerAddresses } from "./peer-addresses.ts";
import type { Allowance, RateLimits } from "./allowance.ts";
import { Bans } from "./bans.ts";
import { Handshakes, type Greeter } from "./handshakes.ts";

export interface AccessLimits {
  /** At all ports together. */
  readonly maxConnections: number;
  /** The same of one address (`addressKey`), loopback exempt; 0 means without limit. */
  readonly maxConnectionsPerAddress: number;
  /** Of all connections of an address together; loopback is exempt. */
  readonly addressRates: RateLimits;
  /** Plain text is then for this machine only. */
  readonly requiresTls: boolean;
}

/** The connections of one port of the server, whatever is spoken there. */
export interface Endpoint {
  /** Closes the connections from the addresses that are meant; returns how many. */
  closeFrom(isMeant: (address: string) => boolean, reason: string): number;
  /** Ends what a user has opened there, but `kept`; returns how many sessions that were. */
  endSessions(userId: UserId, reason: string, kept?: object): number;
}

/** A connection that was let in. */
export interface Entry {
  /** Its number, of all that were let in at any port. */
  readonly id: number;
  /** Where it comes from, with IPv4 in its own form. */
  readonly address: string;
  /** Shared allowance of this address's connections; undefined without limit. */
  readonly allowance: Allowance | undefined;
  /** To be called when the connection has ended. */
  leave(): void;
}

/** Why a connection is not let in. */
export type EntryRefusal = "banned" | "tooMany" | "stopped";

export class AccessControl {
  readonly bans: Bans;
  /** No connection is let in while it is false. */
  isOpen = false;
  /** Connections that were refused since there were too many. */
  refusedCount = 0;
  readonly #limits: AccessLimits;
  readonly #addresses: PeerAddresses;
  readonly #log: ThrottledLog;
  readonly #endpoints: Endpoint[] = [];
  readonly #handshakes = new Handshakes();
  /** Logins whose last check is under way. */
  readonly #logins = new Set<{ readonly userId: UserId; isVoid: boolean }>();
  #connectionsCount = 0;
  #lastId = 0;
  /** The system's limit, where it is lower than the settings'. */
  #affordableCount = Infinity;

  /** The clock must never jump. */
  constructor(limits: AccessLimits, clock: Clock, log: ThrottledLog) {
    this.#limits = limits;
    this.bans = new Bans(clock);
    this.#addresses = new PeerAddresses(limits.addressRates, clock);
    this.#log = log;
  }

  /** Connections beyond so many are refused, whatever the settings say. */
  allowAtMost(count: number): void {
    this.#affordableCount = count;
  }

  /** From now on bans and ended sessions reach its connections too. */
  add(endpoint: Endpoint): void {
    this.#endpoints.push(endpoint);
  }

  /** Lets a new connection in, or says why not. `remoteAddress` is as the socket gives it. */
  enter(remoteAddress: string | undefined): Entry | EntryRefusal {
    const address = plainAddress(remoteAddress ?? "");
    if (this.bans.has(address)) return "banned";
    if (!this.isOpen) return "stopped";
    const { maxConnections, maxConnectionsPerAddress: maxCount } = this.#limits;
    const overAddress = maxCount > 0 && this.#addresses.countOf(address) >= maxCount && !isLoopback(address);
    if (overAddress || this.#connectionsCount >= Math.min(maxConnections, this.#affordableCount)) {
      this.refusedCount += 1;
      this.#log.write("warn", "connection refused: too many", addressKey(address), { address });
      return "tooMany";
    }
    this.#connectionsCount += 1;
    const allowance = this.#addresses.enter(address);
    const leave = (): void => {
      this.#connectionsCount -= 1;
      this.#addresses.leave(address);
    };
    this.#lastId += 1;
    return { id: this.#lastId, address, allowance, leave };
  }

  /** Calls `begin` when the TLS handshake of a connection may begin; one at a time, whichever port it came to. */
  greet(greeter: Greeter, address: string, begin: () => void): void {
    this.#handshakes.run(greeter, addressKey(address), begin);
  }

  /** Whether a peer at this address may do without TLS. */
  mayBePlain(address: string): boolean {
    return !this.#limits.requiresTls || isLoopback(address);
  }

  /** Keeps an address out and closes its connections; returns how many those were. */
  ban(address: string, durationMs: number): number {
    this.bans.add(address, durationMs);
    return this.#closeFrom((other) => this.bans.has(other), "banned by the administrator");
  }

  /** Closes every connection. */
  closeAll(reason: string): void {
    this.#closeFrom(() => true, reason);
  }

  #closeFrom(isMeant: (address: string) => boolean, reason: string): number {
    return this.#endpoints.reduce((count, endpoint) => count + endpoint.closeFrom(isMeant, reason), 0);
  }

  /** Ends all sessions of a user but `kept`, and the logins that are being checked; returns how many sessions. */
  endSessions(userId: UserId, reason: string, kept?: object): number {
    for (const login of this.#logins) if (login.userId === userId) login.isVoid = true;
    return this.#endpoints.reduce((count, endpoint) => count + endpoint.endSessions(userId, reason, kept), 0);
  }

  /** The last check of a login; false also when sessions of the user were ended while it read what was there before. */
  async confirm(userId: UserId, check: () => Promise<boolean>): Promise<boolean> {
    const login = { userId, isVoid: false };
    this.#logins.add(login);
    try {
      return (await check()) && !login.isVoid;
    } finally {
      this.#logins.delete(login);
    }
  }
}
