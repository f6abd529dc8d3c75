// The interface between a connection and the server around it, with its settings. Types only.
import type { Socket } from "node:net";
import type { Clock } from "../../util/clock.ts";
import type { Effect } from "../../domain/effects.ts";
import type { PasswordRequest, PasswordVerdict } from "../../actions/again.ts";
import type { GroupResult } from "../../threads/task.ts";
import type { RequestTask, RequestTaskResult, WriteGroup } from "../../threads/task.ts";
import type { Allowance, RateLimits } from "./allowance.ts";
import type { RequestSource } from "../commit/commit-pacer.ts";

/** Settings of connections; times in milliseconds, 0 for an idle time without end. */
export interface ConnectionSettings extends RateLimits {
  /** Refused requests of a peer that does not wait as it is told, until it is closed; 0: any number. */
  readonly maxRefusals: number;
  readonly outboxBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly frameTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

/** A connection that was let in and speaks HTTP. */
export interface HttpConnection {
  /** The first bytes are to be read from it again. */
  readonly socket: Socket;
  readonly address: string;
  readonly allowance: Allowance;
  /** Whether the peer was to speak TLS, and does not. */
  readonly lacksTls: boolean;
}

/** The server around a connection of type `Asker`. */
export interface ConnectionHost<Asker> {
  readonly settings: ConnectionSettings;
  /** Never jumps. */
  readonly clock: Clock;
  /**
   * Calls `begin` when the TLS handshake of a connection may begin, with what wraps its socket; not for one that is closed
   * by then. False without a certificate.
   */
  startTls(connection: Asker, begin: (wrap: (socket: Socket) => Socket) => void): boolean;
  /** Whether a peer at this address may do without TLS. */
  mayBePlain(address: string): boolean;
  /** Takes over a connection that speaks HTTP, which is used no more as one of the chat; undefined where HTTP is off. */
  readonly takeHttp: ((connection: HttpConnection) => void) | undefined;
  /** Resolves when a connection's next task may begin; undefined when it may at once. */
  turn(source: RequestSource): Promise<void> | undefined;
  request(task: RequestTask, connection: Asker): Promise<RequestTaskResult>;
  /** `receivedMs` is when the requests arrived, on the host's clock. */
  commit(group: WriteGroup, receivedMs: number): Promise<GroupResult>;
  admit(request: PasswordRequest, connection: Asker): Promise<PasswordVerdict>;
  loginRetryAfter(connection: Asker): number;
  /** Resolves when what answers is there; undefined when it is at once. */
  apply(effects: readonly Effect[], connection: Asker): Promise<void> | undefined;
  /** Logs a bug, and returns the reference that the peer is given. */
  report(error: unknown, connection: Asker): string;
  /** The connection is about to be closed because its peer asks too much. */
  onAbuse(connection: Asker, reason: string): void;
  /** The connection is used no more; its socket may linger. Called once. */
  onClosed(connection: Asker): void;
  /** The socket is gone, or given away; always after `onClosed`. May be called again. */
  onGone(connection: Asker): void;
  /** Is shown what was asked, and the frames that answered it; undefined while nobody looks. */
  readonly traffic: ((connection: Asker, payloads: readonly Buffer[], replies: Uint8Array[]) => void) | undefined;
}
