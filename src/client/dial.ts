// Opening the socket to a server: plain TCP, or TLS whose certificate somebody has accepted.
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { Deadline } from "../util/deadline.ts";
import { DisconnectedError, UntrustedServerError } from "./errors.ts";
import { greeting } from "./opening.ts";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** A server's certificate, for a decision about it. */
export interface ServerCertificate {
  /** SHA-256, in hexadecimal pairs joined by colons. */
  readonly fingerprint: string;
  /** Why the system's authorities do not vouch for it; undefined when they do. */
  readonly problem: string | undefined;
}

/**
 * Decides whether to talk to a server with this certificate: true accepts it. Asked once per connection, before a byte
 * of ours is sent. The default accepts what the system's authorities vouch for.
 */
export type AcceptCertificate = (certificate: ServerCertificate) => boolean | Promise<boolean>;

export interface DialOptions extends ServerAddress {
  /** Absent: plain TCP. */
  readonly tls?: { readonly accept?: AcceptCertificate } | undefined;
  /** Until the socket is ready for requests, TLS included, but not the time that `accept` takes. */
  readonly connectTimeoutMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Resolves with a connected, trusted socket; rejects with DisconnectedError or UntrustedServerError. */
export async function dial(options: DialOptions, signal?: AbortSignal): Promise<Socket> {
  const { host, port, tls } = options;
  // An IP address must not be sent as server name (RFC 6066, 3).
  const name = isIP(host) === 0 ? { servername: host } : {};
  const tlsSocket = tls && connectTls({ host, port, rejectUnauthorized: false, ...name });
  const socket = tlsSocket ?? connectTcp({ host, port });
  socket.setNoDelay(true);
  try {
    await connected(socket, tls ? "secureConnect" : "connect", options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, signal);
    if (tlsSocket) await checkTrust(tlsSocket, tls.accept);
    return socket;
  } catch (error) {
    socket.on("error", () => {}); // it is given up; a late error has nobody to tell
    socket.destroy();
    if (!(error instanceof DisconnectedError && isNoTls(error.cause))) throw error;
    // OpenSSL has taken what the server said for TLS; a refusal is said again to the next connection.
    const said = await greeting(host, port);
    throw new DisconnectedError(said?.message ?? error.message, { cause: error, retryAfterMs: said?.retryAfterMs });
  }
}

function connected(socket: Socket, event: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      timer.clear();
      socket.off(event, onReady).off("error", onError).off("close", onClose);
      signal?.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onReady = (): void => settle();
    const onError = (error: Error): void => settle(new DisconnectedError(describe(error), { cause: error }));
    const onClose = (): void => settle(new DisconnectedError("the server closed the connection"));
    const onAbort = (): void => settle(new DisconnectedError("given up"));
    const timer = new Deadline(() => settle(new DisconnectedError("the server does not answer")), timeoutMs);
    socket.once(event, onReady).once("error", onError).once("close", onClose);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

async function checkTrust(socket: TLSSocket, accept: AcceptCertificate | undefined): Promise<void> {
  const { fingerprint256 } = socket.getPeerCertificate();
  const problem = socket.authorized ? undefined : String(socket.authorizationError);
  const certificate = { fingerprint: fingerprint256, problem };
  // A socket without a listener for errors would take the process down while a person thinks.
  const onError = (): void => {};
  socket.on("error", onError);
  const accepted = accept ? await accept(certificate) : problem === undefined;
  socket.off("error", onError);
  if (!accepted) throw new UntrustedServerError(`certificate not accepted: ${problem ?? "refused"}`, fingerprint256);
  if (socket.destroyed) throw new DisconnectedError("the server closed the connection");
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at this address",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host, or no network",
  ENETUNREACH: "no network",
  EHOSTUNREACH: "the host cannot be reached",
  ETIMEDOUT: "the host does not answer",
  ECONNRESET: "the server closed the connection",
};

/** OpenSSL's errors when the other side does not speak TLS. */
const NO_TLS = /wrong version number|packet length too long|http request|unexpected message/i;

function isNoTls(error: unknown): boolean {
  return error instanceof Error && NO_TLS.test(error.message);
}

/** Says in words what a socket's error means. */
export function describe(error: Error): string {
  if (isNoTls(error)) return "the server does not speak TLS at this port";
  if ("library" in error && "reason" in error) return `TLS could not be agreed on: ${String(error.reason)}`;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return PROBLEMS[code] ?? (error.message || code || "the connection failed");
}
