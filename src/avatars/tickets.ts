// Short-lived logins for the avatar server, so that a client need not keep the user's password for it.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { AVATAR_TICKET_MS } from "../protocol/limits.ts";
import type { UserId } from "../protocol/ids.ts";
import type { Clock } from "../util/clock.ts";

/** Login of a client; `password` is told once and kept nowhere. */
export interface Ticket {
  readonly username: string;
  readonly password: string;
}

export interface TicketOptions {
  /** How long a ticket can be used, in milliseconds. */
  readonly lifetimeMs?: number;
  /** Tickets alive at once; of more, the oldest are void. */
  readonly maxCount?: number;
  /** Tickets of one user alive at once, so that nobody pushes out those of others; of more, the user's oldest are void. */
  readonly maxPerUserCount?: number;
}

/** Owner of a ticket. */
export interface TicketHolder {
  readonly userId: UserId;
  readonly username: string;
}

interface Issued extends TicketHolder {
  readonly passwordHash: Buffer;
  readonly expiresMs: number;
}

/** 7 characters and 32: longer than any username, so nobody can be called like a ticket. */
const TICKET_NAME = /^ticket-[0-9a-f]{32}$/;
const PASSWORD_BYTES = 32;

/** The tickets of a running server; they do not outlive it. `clock` must not jump (`monotonicClock`). */
export class AvatarTickets {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #maxCount: number;
  readonly #maxPerUserCount: number;
  /** In the order of issue, which is that of expiry. */
  readonly #issued = new Map<string, Issued>();
  readonly #namesByUser = new Map<UserId, string[]>();

  constructor(clock: Clock, options: TicketOptions = {}) {
    this.#clock = clock;
    this.#lifetimeMs = options.lifetimeMs ?? AVATAR_TICKET_MS;
    this.#maxCount = options.maxCount ?? 20_000;
    this.#maxPerUserCount = options.maxPerUserCount ?? 16;
  }

  issue({ userId, username: holderName }: TicketHolder): Ticket {
    this.#dropOld();
    const username = `ticket-${randomBytes(16).toString("hex")}`;
    const password = randomBytes(PASSWORD_BYTES).toString("base64url");
    const names = this.#namesByUser.get(userId) ?? [];
    this.#namesByUser.set(userId, [...names, username]);
    for (const name of names.slice(0, Math.max(0, names.length + 1 - this.#maxPerUserCount))) this.#drop(name);
    const expiresMs = this.#clock.now() + this.#lifetimeMs;
    this.#issued.set(username, { userId, username: holderName, passwordHash: hash(password), expiresMs });
    return { username, password };
  }

  /** True for what has the form of a ticket's name, which no user's name has. */
  static isTicketName(username: string): boolean {
    return TICKET_NAME.test(username);
  }

  /** Owner of a ticket; undefined for an unknown or expired one or a wrong password. Any number of times. */
  holderOf(username: string, password: string): TicketHolder | undefined {
    const issued = this.#issued.get(username);
    if (issued === undefined || issued.expiresMs <= this.#clock.now()) return undefined;
    if (!timingSafeEqual(issued.passwordHash, hash(password))) return undefined;
    return { userId: issued.userId, username: issued.username };
  }

  /** Makes all tickets of a user void. */
  revoke(userId: UserId): void {
    for (const name of this.#namesByUser.get(userId) ?? []) this.#drop(name);
  }

  #dropOld(): void {
    const nowMs = this.#clock.now();
    for (const [name, { expiresMs }] of this.#issued) {
      if (expiresMs > nowMs && this.#issued.size < this.#maxCount) return;
      this.#drop(name);
    }
  }

  #drop(name: string): void {
    const userId = this.#issued.get(name)?.userId;
    this.#issued.delete(name);
    if (userId === undefined) return;
    const left = (this.#namesByUser.get(userId) ?? []).filter((other) => other !== name);
    if (left.length > 0) this.#namesByUser.set(userId, left);
    else this.#namesByUser.delete(userId);
  }
}

/** Equal lengths for the comparison, and no password in memory longer than the login takes. */
function hash(password: string): Buffer {
  return createHash("sha256").update(password).digest();
}
