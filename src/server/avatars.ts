// The avatar server as part of the whole: who may log in to it, its tickets, and what an uploaded picture changes.
import { join } from "node:path";
import { AvatarStore } from "../avatars/avatar-store.ts";
import { DEFAULT_FTP_LIMITS } from "../avatars/ftp-limits.ts";
import { startAvatarServer, type AvatarServer } from "../avatars/ftp-server.ts";
import type { FtpPeer, LoginOutcome } from "../avatars/ftp-peer.ts";
import type { FtpSession } from "../avatars/ftp-session.ts";
import { AvatarTickets, type TicketHolder } from "../avatars/tickets.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import type { AvatarTicket } from "../protocol/entities.ts";
import type { UserId } from "../protocol/ids.ts";
import { monotonicClock } from "../util/clock.ts";
import type { Pools } from "../threads/pools.ts";
import type { AccessControl, Endpoint } from "./connections/access-control.ts";
import type { EffectRunner } from "./effects.ts";
import type { PasswordGate } from "./login/password-gate.ts";
import type { Certificate } from "./connections/key-pair.ts";

export interface AvatarParts {
  readonly config: Config;
  /** Read again for each connection. */
  readonly certificate: Certificate | undefined;
  readonly pools: Pools;
  readonly effects: EffectRunner;
  readonly gate: PasswordGate;
  readonly access: AccessControl;
  readonly log: Logger;
}

export class Avatars implements Endpoint {
  readonly #parts: AvatarParts;
  readonly #tickets = new AvatarTickets(monotonicClock);
  #store: AvatarStore | undefined;
  #server: AvatarServer | undefined;

  constructor(parts: AvatarParts) {
    this.#parts = parts;
  }

  /** Opens the folder and the port, for at most so many connections; rejects with the system's error. */
  async start(maxSessions = Infinity): Promise<void> {
    const { config, certificate, log } = this.#parts;
    const store = await AvatarStore.open({ folder: join(config.data, "avatars"), log });
    this.#store = store;
    this.#server = await startAvatarServer({
      address: config.address,
      port: config.ftpPort,
      passivePorts: config.ftpPassivePorts,
      passiveAddress: config.ftpPassiveAddress,
      tls: certificate,
      access: this.#parts.access,
      store,
      log,
      limits: { connectionsCount: Math.min(DEFAULT_FTP_LIMITS.connectionsCount, maxSessions) },
      authenticate: (username, password, peer) => this.#authenticate(username, password, peer),
      hiddenFrom: (userId) => this.#parts.pools.blockedWith(userId),
      onPublished: (userId, fileName) => this.#publish(userId, fileName),
    });
    this.#removeUnused(store);
  }

  /** In the background: with many users it takes a while, and nobody waits for it. */
  #removeUnused(store: AvatarStore): void {
    const { pools, log } = this.#parts;
    store
      .removeUnused((userId) => pools.avatarOf(userId))
      .catch((error: unknown) => {
        log.warn("old avatars stay until the next start", { error });
      });
  }

  /** 0 before the start. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** The sessions that are open, in the order of their numbers. */
  get sessions(): ReadonlySet<FtpSession> {
    return this.#server?.sessions ?? new Set();
  }

  /** A login for this user, as the `avatar_ticket` action answers it. */
  issueTicket(holder: TicketHolder): AvatarTicket {
    const secure = this.#server?.secure ?? false;
    return { port: this.port, ...this.#tickets.issue(holder), path: `${holder.userId}.png`, secure };
  }

  /** Removes a user's pictures, in the background, and ends the logins. */
  forget(userId: UserId): void {
    this.endSessions(userId, "The account was deleted");
    this.#store?.removeAll(userId).catch((error: unknown) => {
      this.#parts.log.warn("a deleted account's avatar stays until the next start", { userId, error });
    });
  }

  /** Makes the user's tickets void, too. */
  endSessions(userId: UserId, reason: string): number {
    this.#tickets.revoke(userId);
    return this.#server?.closeSessions((session) => session.userId === userId, reason) ?? 0;
  }

  closeFrom(isMeant: (address: string) => boolean, reason: string): number {
    return this.#server?.closeSessions(({ address }) => isMeant(address), reason) ?? 0;
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#store?.close();
  }

  async #authenticate(username: string, password: string, peer: FtpPeer): Promise<LoginOutcome> {
    const { pools, gate, access } = this.#parts;
    if (AvatarTickets.isTicketName(username)) return this.#useTicket(username, password, peer);
    const { account, userId, hash, username: registered } = await pools.credentials(username);
    const request = { kind: "login", account, job: { verify: { password, hash } } } as const;
    const verdict = await gate.admit(request, peer);
    if (!verdict.granted) return tryLater(verdict.info, verdict.retryAfter);
    if (verdict.result.verified !== true || userId === undefined) return undefined;
    // The password may have been changed, or the account deleted, while this one waited for its turn.
    const isStill = await access.confirm(userId, async () => {
      const now = await pools.credentials(username);
      return now.userId === userId && now.hash === hash;
    });
    return isStill ? { userId, username: registered } : undefined;
  }

  /** One that is none counts as a failed login, as a token does; a valid one is not held up by others' failures. */
  #useTicket(username: string, password: string, { address }: FtpPeer): LoginOutcome {
    const holder = this.#tickets.holderOf(username, password);
    if (holder !== undefined) return holder;
    const seconds = this.#parts.gate.retryAfter(address);
    if (seconds > 0) return tryLater("too many failed logins", seconds);
    this.#parts.gate.countFailure(address);
    return undefined;
  }

  /** Writes the new picture, or that there is none, to the profile and tells who watches it; rejects when it could not be stored. */
  async #publish(userId: UserId, fileName: string | null): Promise<void> {
    const write = { kind: "updateProfile", userId, changes: { file_name: fileName } } as const;
    await this.#parts.effects.commit({ write });
  }
}

function tryLater(reason: string, seconds: number): LoginOutcome {
  return { busy: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}, try again in ${seconds} seconds` };
}
