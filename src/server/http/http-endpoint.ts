// HTTP on the chat's port: takes over connections whose first byte is that of a method, with limits and deadlines of its own.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../util/clock.ts";
import type { Endpoint } from "../connections/access-control.ts";
import type { HttpConnection } from "../connections/connection-host.ts";
import { answerText, pathOf, refusalText, type HttpAnswer, type HttpRoutes } from "./answers.ts";
import { HttpPeer } from "./http-peer.ts";

/** A head of more bytes is refused as soon as that is known. */
const MAX_HEAD_BYTES = 16 * 1024;
/** So many bytes are read without a request at most: a head, and the blanks that the parser skips around and within it. */
const MAX_UNASKED_BYTES = 2 * MAX_HEAD_BYTES;
/** Of a body that nobody asked for so many bytes are charged at most: more are not read before the connection ends. */
const MAX_BODY_BYTES = 64 * 1024;
/** Faults of heads, as the parser names them, that have another status than 400. */
const STATUS_OF_FAULT: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_INVALID_VERSION: 505,
  HPE_PAUSED_H2_UPGRADE: 505,
};
const VERSIONS: ReadonlySet<string> = new Set(["1.0", "1.1"]);

/** A request as it arrived. */
interface Asked {
  readonly request: IncomingMessage;
  readonly peer: HttpPeer;
  readonly headBytes: number;
  readonly bodyBytes: number;
  /** Bytes that were read for it before its head was complete. */
  readonly readBytes: number;
  readonly isTooMuchExpected: boolean;
}

export class HttpEndpoint implements Endpoint {
  readonly #routes: HttpRoutes;
  readonly #clock: Clock;
  readonly #report: (error: unknown, address: string) => void;
  /** Parses and frames; it listens nowhere. */
  readonly #http: Server;
  readonly #peers = new Map<Socket, HttpPeer>();
  #isStopping = false;

  /** The clock must never jump. `report` logs a bug. */
  constructor(routes: HttpRoutes, clock: Clock, report: (error: unknown, address: string) => void) {
    this.#routes = routes;
    this.#clock = clock;
    this.#report = report;
    this.#http = createServer({ maxHeaderSize: MAX_HEAD_BYTES, keepAliveTimeout: 0, requireHostHeader: false });
    // Who has asked and sends no more is answered all the same. (The types leave this property out.)
    Object.assign(this.#http, { httpAllowHalfOpen: true });
    this.#http.maxHeadersCount = 0; // their bytes are limited, and none is left out
    this.#http.on("request", (request, response) => void this.#serve(request, response));
    // Nobody takes a body yet, so nobody is told to go on with one.
    this.#http.on("checkContinue", (request, response) => void this.#serve(request, response));
    // Without a listener it would be answered unseen: neither limited nor charged.
    this.#http.on("checkExpectation", (request, response) => void this.#serve(request, response, true));
    this.#http.on("connect", (_request, socket) => this.#refuse(socket as Socket, 404));
    this.#http.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      this.#refuse(socket as Socket, STATUS_OF_FAULT[error.code ?? ""] ?? 400);
    });
  }

  /** Connections that are served. */
  get size(): number {
    return this.#peers.size;
  }

  /** Takes a connection over. */
  take(connection: HttpConnection): void {
    const { socket } = connection;
    const peer = new HttpPeer(connection, this.#clock);
    this.#peers.set(socket, peer);
    socket.once("close", () => {
      this.#peers.delete(socket);
      connection.allowance.waste(peer.unaskedBytes);
    });
    if (this.#isStopping) return void socket.destroy();
    this.#http.emit("connection", socket);
    // The parser listens too, and before this.
    socket.on("data", ({ length }: Buffer) => {
      peer.received(length);
      if (peer.unaskedBytes > MAX_UNASKED_BYTES) this.#refuse(socket, 431);
    });
    socket.resume();
  }

  async #serve(request: IncomingMessage, response: ServerResponse, isTooMuchExpected = false): Promise<void> {
    const peer = this.#peers.get(request.socket);
    if (peer === undefined) return;
    const [headBytes, bodyBytes] = [bytesOfHead(request), bytesOfBody(request)];
    const readBytes = peer.began(headBytes + bodyBytes);
    response.once("close", () => {
      peer.ended();
      if (this.#isStopping && peer.isIdle) peer.close();
    });
    const answer = await this.#answer({ request, peer, headBytes, bodyBytes, readBytes, isTooMuchExpected }).catch(
      (error: unknown): HttpAnswer => {
        this.#report(error, peer.connection.address);
        return { status: 500, isLast: true };
      },
    );
    const { status, headers, text } = answerText(answer);
    if (answer.isLast === true || this.#isStopping || isUnfinished(request)) response.setHeader("Connection", "close");
    response.writeHead(status, headers);
    response.end(request.method === "HEAD" ? undefined : text);
    peer.connection.allowance.answered(text.length);
  }

  async #answer({ request, peer, headBytes, bodyBytes, readBytes, isTooMuchExpected }: Asked): Promise<HttpAnswer> {
    const { allowance, lacksTls, address } = peer.connection;
    if (!VERSIONS.has(request.httpVersion)) return { status: 505, isLast: true };
    const { "transfer-encoding": coding, host } = request.headers;
    // The parser has counted names and values alone.
    if (headBytes > MAX_HEAD_BYTES) return { status: 431, isLast: true };
    if (host === undefined && request.httpVersion !== "1.0") return { status: 400, isLast: true };
    if (coding !== undefined && coding.toLowerCase() !== "chunked") return { status: 501, isLast: true };
    const byteCount = Math.max(headBytes, readBytes) + Math.min(bodyBytes, MAX_BODY_BYTES);
    const retryAfter = Math.max(allowance.take(byteCount), allowance.answerWaitMs / 1000);
    if (retryAfter > 0) return { status: 429, retryAfter, isLast: true };
    if (lacksTls) return { status: 403, text: "this server asks for TLS", isLast: true };
    if (isTooMuchExpected) return { status: 417, isLast: true };
    const path = pathOf(request.url ?? "");
    const route = path === undefined ? undefined : this.#routes[path];
    if (route === undefined) return { status: path === undefined ? 400 : 404 };
    if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, headers: { Allow: "GET, HEAD" } };
    return route({ address, authorization: request.headers.authorization });
  }

  /** Answers what is no request, and ends the connection. */
  #refuse(socket: Socket, status: number): void {
    const peer = this.#peers.get(socket);
    if (peer === undefined || peer.isClosing) return;
    if (peer.isIdle && socket.writable) socket.write(refusalText(status));
    peer.close();
  }

  /** Ends what has outlived its time. To be called about every second. */
  checkDeadlines(): void {
    for (const [socket, peer] of this.#peers) {
      const verdict = peer.verdict();
      if (verdict === "late") this.#refuse(socket, 408);
      else if (verdict === "over") peer.close();
      else if (verdict === "gone") socket.destroy();
    }
  }

  closeFrom(isMeant: (address: string) => boolean): number {
    const meant = [...this.#peers].filter(([, { connection }]) => isMeant(connection.address));
    for (const [socket] of meant) socket.destroy();
    return meant.length;
  }

  /** Nobody logs in here. */
  endSessions(): number {
    return 0;
  }

  /** From now on connections are served. */
  open(): void {
    this.#isStopping = false;
  }

  /** Takes no more requests: what is being answered ends its connection, the others end at once. */
  finish(): void {
    this.#isStopping = true;
    for (const peer of this.#peers.values()) if (peer.isIdle) peer.close();
  }

  /** Ends all connections at once. */
  destroy(): void {
    for (const socket of this.#peers.keys()) socket.destroy();
  }
}

/** With the signs between its names and values. */
function bytesOfHead({ method = "", url = "", rawHeaders }: IncomingMessage): number {
  const lineBytes = method.length + url.length + " HTTP/1.1".length + 3;
  return rawHeaders.reduce((sum, text) => sum + text.length + 2, lineBytes);
}

/** Of a body whose end is not known: without end. */
function bytesOfBody({ headers }: IncomingMessage): number {
  return headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : Infinity;
}

/** Whether more of a body may follow the answer: it would be taken for the next head. */
function isUnfinished({ complete, headers }: IncomingMessage): boolean {
  return !complete || headers["transfer-encoding"] !== undefined;
}
