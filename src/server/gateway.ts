// Gateway: joins connections with the threads, the sessions, the group commit and the fan-out.
import type { Socket } from "node:net";
import { newErrorReference } from "../log/error-reference.ts";
import type { ThrottledLog } from "../log/throttled-log.ts";
import type { UserId } from "../protocol/ids.ts";
import { addressKey } from "../util/address.ts";
import type { Clock } from "../util/clock.ts";
import type { Pools } from "../threads/pools.ts";
import type { Effect } from "../domain/effects.ts";
import type { PasswordRequest, PasswordVerdict } from "../actions/again.ts";
import type { GroupResult } from "../threads/task.ts";
import type { RequestTask, RequestTaskResult, WriteGroup } from "../threads/task.ts";
import type { AccessControl, Endpoint } from "./connections/access-control.ts";
import type { Connection } from "./connections/connection.ts";
import type { ConnectionHost, ConnectionSettings } from "./connections/connection-host.ts";
import type { EffectRunner } from "./effects.ts";
import type { GroupCommit } from "./commit/group-commit.ts";
import type { Metrics } from "./metrics.ts";
import type { PasswordGate } from "./login/password-gate.ts";
import type { Registry } from "./delivery/registry.ts";
import { RequestCosts } from "./connections/request-costs.ts";
import type { RequestSource, CommitPacer } from "./commit/commit-pacer.ts";

/** Requests of one address that fail by our fault and are logged one by one. */
const SHOWN_PER_MINUTE = 10;

export interface GatewayParts {
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly pools: Pools;
  readonly pacer: CommitPacer;
  readonly groupCommit: GroupCommit;
  readonly gate: PasswordGate;
  readonly effects: EffectRunner;
  readonly metrics: Metrics;
  /** A peer can cause all of these entries at will. */
  readonly acts: ThrottledLog;
  /** Wraps a socket in TLS; undefined without a certificate. */
  readonly secure: ((socket: Socket) => Socket) | undefined;
  readonly access: AccessControl;
  readonly registry: Registry;
  readonly takeHttp: ConnectionHost<Connection>["takeHttp"];
}

export class Gateway implements ConnectionHost<Connection>, Endpoint {
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly connections = new Set<Connection>();
  /** Set while the administrator looks at the traffic. */
  traffic: ConnectionHost<Connection>["traffic"] = undefined;
  readonly takeHttp: ConnectionHost<Connection>["takeHttp"];
  readonly #parts: GatewayParts;
  readonly #acts: ThrottledLog;
  readonly #costs: RequestCosts;

  constructor(parts: GatewayParts) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.takeHttp = parts.takeHttp;
    this.#parts = parts;
    this.#acts = parts.acts;
    this.#costs = new RequestCosts(parts.clock);
  }

  startTls(connection: Connection, begin: (wrap: (socket: Socket) => Socket) => void): boolean {
    const { secure } = this.#parts;
    if (secure !== undefined) this.#parts.access.greet(connection, connection.address, () => begin(secure));
    return secure !== undefined;
  }

  mayBePlain(address: string): boolean {
    return this.#parts.access.mayBePlain(address);
  }

  turn(source: RequestSource): Promise<void> | undefined {
    return this.#parts.pacer.admit(source);
  }

  async request(task: RequestTask, connection: Connection): Promise<RequestTaskResult> {
    const account = connection.session?.identity.userId ?? addressKey(connection.address);
    const result = await this.#carryOut(task, account, connection);
    this.#costs.add(account, result.costMs);
    this.#parts.metrics.requests += result.consumed;
    return result;
  }

  async #carryOut(task: RequestTask, account: string, connection: Connection): Promise<RequestTaskResult> {
    const { pools, pacer } = this.#parts;
    for (;;) {
      // No commit waits for a task that itself waits for its turn.
      const isSlow = task.continuation !== undefined || this.#costs.areHigh(account);
      if (isSlow) return pools.requestInTurn(task, { account, connection });
      const taskEnds = pacer.taskBegins();
      const result = await pools.request(task).finally(taskEnds);
      if (result !== undefined) return result;
    }
  }

  commit(group: WriteGroup, receivedMs: number): Promise<GroupResult> {
    // Latencies are measured by a clock that goes on while the process stands still.
    return this.#parts.groupCommit.submit(group, performance.now() - (this.clock.now() - receivedMs));
  }

  admit(request: PasswordRequest, connection: Connection): Promise<PasswordVerdict> {
    return this.#parts.gate.admit(request, connection);
  }

  loginRetryAfter(connection: Connection): number {
    return connection.session === undefined ? this.#parts.gate.retryAfter(connection.address) : 0;
  }

  apply(effects: readonly Effect[], connection: Connection): Promise<void> | undefined {
    return this.#parts.effects.apply(effects, connection);
  }

  closeFrom(isMeant: (address: string) => boolean, reason: string): number {
    const meant = [...this.connections].filter(({ address, isClosed }) => !isClosed && isMeant(address));
    for (const connection of meant) connection.close(reason);
    return meant.length;
  }

  endSessions(userId: UserId, reason: string, kept?: object): number {
    const ended = [...this.#parts.registry.sessionsOf(userId)].filter((session) => session !== kept);
    for (const session of ended) session.close(reason);
    return ended.length;
  }

  report(error: unknown, connection: Connection): string {
    const reference = newErrorReference();
    const fields = { reference, connection: connection.id, error };
    this.#acts.write("error", "a request failed", addressKey(connection.address), fields, SHOWN_PER_MINUTE);
    return reference;
  }

  onAbuse({ id, address, session }: Connection, reason: string): void {
    const fields = { connection: id, address, user: session?.identity.username, reason };
    this.#acts.write("warn", "a connection is closed", addressKey(address), fields);
  }

  onClosed(connection: Connection): void {
    this.#parts.effects.endSession(connection);
  }

  onGone(connection: Connection): void {
    this.connections.delete(connection);
  }
}
