// Listener of TCP connections: within the limits, with their deadlines, drained at a stop.
import { createServer, type Server, type Socket } from "node:net";
import type { ThrottledLog } from "../log/throttled-log.ts";
import { AwakeClock } from "../util/clock.ts";
import { ProtocolError } from "../protocol/codes.ts";
import { errorResponse } from "../protocol/envelope.ts";
import { encodeFrame, modeOf } from "../protocol/frame.ts";
import type { AccessControl } from "./connections/access-control.ts";
import { Connection } from "./connections/connection.ts";
import type { Gateway } from "./gateway.ts";
import { refusalText } from "./http/answers.ts";
import type { HttpEndpoint } from "./http/http-endpoint.ts";
import { peerName, unansweredPeers } from "./connections/unanswered.ts";
import { guarded } from "./guarded.ts";

/** How often deadlines are looked at, in milliseconds: none is kept more exactly than that. */
const SWEEP_MS = 1_000;
/** Connections that may wait to be accepted by us: thousands reconnect at once after a cut. */
const BACKLOG = 4_096;
/** After how long a peer that is silent is probed by TCP, in milliseconds. */
const KEEP_ALIVE_MS = 60_000;
/** `retry_after` of a peer over the connection limit, in seconds. */
const CONNECTIONS_RETRY_SECONDS = 10;
/** How long such a peer has to show how it speaks, in milliseconds; and how many are waited for at a time. */
const FIRST_BYTE_MS = 250;
const MAX_REFUSED = 32;
/** How often is looked for peers that are gone, in milliseconds. */
const LOOK_MS = 15_000;
/** A peer that acknowledges nothing for so long is gone: a minute and a half, so that a short outage ends no session. */
const GONE_AFTER_MS = 90_000;
const GONE = "nothing is acknowledged: the peer is gone";
/** How often a stop looks whether all requests are answered, in milliseconds. */
const DRAIN_POLL_MS = 20;

export interface ListenerParts {
  readonly gateway: Gateway;
  /** Undefined where HTTP is off. */
  readonly http: HttpEndpoint | undefined;
  readonly access: AccessControl;
  readonly log: ThrottledLog;
  /** Finds the peers that acknowledge nothing; `unansweredPeers` if not given. */
  readonly unanswered?: (() => Promise<ReadonlySet<string>>) | undefined;
}

export class Listener {
  readonly #gateway: Gateway;
  readonly #http: HttpEndpoint | undefined;
  readonly #access: AccessControl;
  readonly #log: ThrottledLog;
  readonly #server: Server;
  #sweep: NodeJS.Timeout | undefined;
  readonly #unanswered: () => Promise<ReadonlySet<string>>;
  /** Connections that are refused and have not yet said how they speak. */
  #refusedCount = 0;
  #lookedMs = 0;
  /** How `unansweredPeers` names the peers. */
  readonly #names = new WeakMap<Connection, string>();
  /** Since when peers have acknowledged nothing, as far as that was looked at. */
  readonly #sinceMs = new WeakMap<Connection, number>();

  constructor({ gateway, http, access, log, unanswered = unansweredPeers }: ListenerParts) {
    this.#unanswered = unanswered;
    this.#gateway = gateway;
    this.#http = http;
    this.#access = access;
    this.#log = log;
    // A peer that has sent everything still gets its answers.
    this.#server = createServer({ allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    // An error while it listens is one of accepting (no file descriptors left): the connections there are go on.
    this.#server.on("error", (error) => {
      if (this.#server.listening) this.#log.write("error", "accepting connections failed", "", { error });
    });
    this.#server.on("connection", (socket) => this.#accept(socket));
  }

  /** Resolves with the port; rejects when the address or port cannot be used. */
  listen(address: string, port: number): Promise<number> {
    this.#http?.open();
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: address, port, backlog: BACKLOG }, () => {
        this.#server.off("error", reject);
        this.#sweep = setInterval(() => this.#checkDeadlines(), SWEEP_MS);
        const bound = this.#server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : port);
      });
    });
  }

  #accept(socket: Socket): void {
    const place = this.#access.enter(socket.remoteAddress);
    if (place === "tooMany") return this.#refuse(socket);
    if (typeof place === "string") return void socket.destroy();
    socket.once("close", () => place.leave());
    const connection = new Connection(place.id, socket, place.address, this.#gateway, place.allowance);
    this.#names.set(connection, peerName(place.address, socket.remotePort ?? 0));
    this.#gateway.connections.add(connection);
  }

  /** Tells the peer in its own form: it has a moment to show which. */
  #refuse(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const tell = (chunk?: Buffer): void => {
      clearTimeout(timer);
      socket.off("data", tell);
      const isHttp = this.#http !== undefined && chunk !== undefined && modeOf(chunk[0] ?? 0) === "http";
      socket.end(isHttp ? refusalText(429, CONNECTIONS_RETRY_SECONDS) : refusalLine(), () => socket.destroy());
    };
    const isCrowded = this.#refusedCount >= MAX_REFUSED;
    const timer = setTimeout(tell, isCrowded ? 0 : FIRST_BYTE_MS);
    this.#refusedCount += 1;
    socket.once("close", () => {
      clearTimeout(timer);
      this.#refusedCount -= 1;
    });
    socket.once("data", tell).once("end", () => tell());
  }

  #checkDeadlines(): void {
    void this.#lookForGonePeers();
    guarded(this.#log, "the deadlines of HTTP", () => this.#http?.checkDeadlines());
    for (const connection of this.#gateway.connections) {
      guarded(this.#log, "the deadlines of a connection", () => connection.checkDeadlines());
    }
  }

  /** The table has a line for each connection: it is read seldom, and in another thread. */
  async #lookForGonePeers(): Promise<void> {
    const nowMs = this.#gateway.clock.now();
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    const peers = await this.#unanswered();
    for (const connection of this.#gateway.connections) {
      if (!peers.has(this.#names.get(connection) ?? "")) this.#sinceMs.delete(connection);
      else if (nowMs - (this.#sinceMs.get(connection) ?? nowMs) >= GONE_AFTER_MS) connection.close(GONE);
      else if (!this.#sinceMs.has(connection)) this.#sinceMs.set(connection, nowMs);
    }
  }

  /**
   * Accepts no more, answers the requests that have been received, says goodbye, and resolves when all connections are
   * gone; after `timeoutMs` those left are cut.
   */
  async close(reason: string, timeoutMs: number): Promise<void> {
    const { connections } = this.#gateway;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of [...connections]) connection.finish(reason);
    this.#http?.finish();
    const clock = new AwakeClock();
    const deadlineMs = clock.now() + timeoutMs;
    while (connections.size + (this.#http?.size ?? 0) > 0 && clock.now() < deadlineMs) {
      for (const connection of [...connections]) if (!connection.isBusy) connection.close(reason);
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
    for (const connection of [...connections]) connection.destroy();
    this.#http?.destroy();
    await closed;
    clearInterval(this.#sweep);
  }
}

/** A refusal that every client can read, and a person who connects by hand. */
function refusalLine(): Buffer {
  const error = new ProtocolError("rate_limited", "too many connections", CONNECTIONS_RETRY_SECONDS);
  return encodeFrame(errorResponse({ action: null, id: undefined }, error, Date.now()), "lines");
}
