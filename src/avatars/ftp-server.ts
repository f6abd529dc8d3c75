// The avatar server: FTP on a port of its own. The only file that imports ftp-srv.
//
// ftp-srv does the listening, the greeting, replies, USER/PASS, AUTH TLS and the small commands. Reading lines, data
// connections and transfers are ours (FtpSession): its own join no split lines, know no limits, and leave ports
// and files open when a client goes away (docs/security.md).
import { constants } from "node:crypto";
import type { EventEmitter } from "node:events";
import { isIPv6, Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { FtpSrv } from "ftp-srv";
import type { Logger } from "../log/logger.ts";
import { ThrottledLog } from "../log/throttled-log.ts";
import type { UserId } from "../protocol/ids.ts";
import { monotonicClock } from "../util/clock.ts";
import type { AvatarStore } from "./avatar-store.ts";
import { DEFAULT_FTP_LIMITS, FtpLimits, type FtpLimitOptions } from "./ftp-limits.ts";
import type { PortRange } from "./ftp-passive-port.ts";
import type { PeerAccess } from "./ftp-peer.ts";
import { DEFAULT_FTP_TIMEOUTS, FtpSession, type FtpSessionOptions, type FtpTimeouts } from "./ftp-session.ts";
import type { FtpConnection } from "./ftp-types.ts";

/** Certificate (chain) and key, PEM. */
interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface AvatarServerOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Ports for data connections; without them the system chooses. */
  readonly passivePorts?: PortRange | undefined;
  /** The IPv4 address that clients reach, behind a NAT. */
  readonly passiveAddress?: string | undefined;
  /** With it AUTH TLS is offered. Read again for each connection, so that a renewed certificate is in use at once. */
  readonly tls?: TlsFiles | undefined;
  readonly access: PeerAccess;
  readonly store: AvatarStore;
  readonly log: Logger;
  /** Login of a name and password. */
  readonly authenticate: FtpSessionOptions["authenticate"];
  /** Writes `fileName`, null for none, to the profile and tells those who watch; the command is confirmed after it. */
  readonly onPublished: (userId: UserId, fileName: string | null) => Promise<void>;
  /** Users whose pictures a user does not see. */
  readonly hiddenFrom: (userId: UserId) => Promise<ReadonlySet<UserId>>;
  readonly limits?: Partial<FtpLimitOptions>;
  readonly timeouts?: Partial<FtpTimeouts>;
}

export interface AvatarServer {
  readonly port: number;
  /** Whether AUTH TLS is offered. */
  readonly secure: boolean;
  /** Those that are open, in the order of their numbers. */
  readonly sessions: ReadonlySet<FtpSession>;
  /** Closes the connections that are meant; returns how many. */
  closeSessions(isMeant: (session: FtpSession) => boolean, reason: string): number;
  /** Takes no new connections, lets transfers end for at most `graceMs`, then closes all. Any number of times. */
  close(graceMs?: number): Promise<void>;
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;
const DEFAULT_GRACE_MS = 3_000;
/** One connection could otherwise ask for handshakes without end, each of them much work here and little there. */
const TLS_RULES = { minVersion: "TLSv1.2", secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const;

/** Resolves when the port is open; rejects with the system's error when it cannot be. */
export async function startAvatarServer(options: AvatarServerOptions): Promise<AvatarServer> {
  const library = createLibraryServer(options);
  const { server } = library;
  if (!(server instanceof Server)) throw new Error("this is not the ftp-srv that we know");
  const acts = new ThrottledLog(options.log, monotonicClock);
  const sessions = acceptSessions(library, options, acts);
  await library.listen();
  const address = server.address();
  let closing: Promise<void> | undefined;
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    secure: options.tls !== undefined,
    sessions,
    closeSessions: (isMeant, reason) => {
      const meant = [...sessions].filter((session) => !session.isClosed && isMeant(session));
      for (const session of meant) session.close(reason);
      return meant.length;
    },
    close: (graceMs = DEFAULT_GRACE_MS) => {
      server.close();
      return (closing ??= closeSessions(sessions, graceMs).then(async () => {
        await library.close();
        acts.flush();
      }));
    },
  };
}

/** No transfer is broken off that ends within the grace. */
async function closeSessions(sessions: ReadonlySet<FtpSession>, graceMs: number): Promise<void> {
  const transfers = [...sessions].flatMap(({ transfer }) => transfer ?? []);
  const graceEnds = new AbortController();
  const grace = delay(graceMs, undefined, { signal: graceEnds.signal }).catch(() => undefined);
  await Promise.race([Promise.all(transfers), grace]);
  graceEnds.abort();
  for (const session of sessions) session.close("Shutting down");
}

/** `server` is there in truth, but not in the library's declarations. */
function createLibraryServer({ address, port, log }: AvatarServerOptions): FtpSrv & { readonly server?: unknown } {
  const host = isIPv6(address) ? `[${address}]` : address;
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const library = new FtpSrv({
    url: `ftp://${host}:${port}`,
    log: quietLog(log),
  });
  // ftp-srv ends the process at these signals; the server has an order of its own for that.
  SIGNALS.forEach((signal, index) => {
    const known = new Set(before[index]);
    for (const added of process.listeners(signal)) if (!known.has(added)) process.removeListener(signal, added);
  });
  return library;
}

/** ftp-srv's log holds whole commands, with passwords in places: only errors are kept of it, and these low. */
function quietLog(log: Logger): object {
  const drop = (): void => undefined;
  const keep = (error: unknown): void =>
    log.debug("ftp-srv", { error: error instanceof Error ? error.message : String(error) });
  const quiet = {
    trace: drop,
    debug: drop,
    info: drop,
    warn: drop,
    error: keep,
    fatal: keep,
    child: (): object => quiet,
  };
  return quiet;
}

type Connected = { readonly connection: FtpConnection };
type Login = Connected & { readonly username: string; readonly password: string };

const SENT_AWAY = { tooMany: "Too many connections, try again later", stopped: "The server is stopped" };

function sendAway(socket: Socket, reason: string): void {
  socket.end(`421 ${reason}\r\n`, () => socket.destroy());
}

/** Makes a session of each connection that is let in; the set holds those that are open. */
function acceptSessions(
  library: EventEmitter,
  options: AvatarServerOptions,
  acts: ThrottledLog,
): ReadonlySet<FtpSession> {
  const { tls } = options;
  const limits = new FtpLimits({ ...DEFAULT_FTP_LIMITS, ...options.limits }, monotonicClock);
  const sessionOptions: FtpSessionOptions = {
    ...options,
    acts,
    limits,
    passivePorts: options.passivePorts,
    passiveAddress: options.passiveAddress,
    secureContext: tls && (() => createSecureContext({ cert: tls.cert, key: tls.key, ...TLS_RULES })),
    timeouts: { ...DEFAULT_FTP_TIMEOUTS, ...options.timeouts },
  };
  const sessions = new Set<FtpSession>();
  const byConnection = new WeakMap<FtpConnection, FtpSession>();
  library.on("connect", ({ connection }: Connected) => {
    const socket = connection.commandSocket;
    const place = options.access.enter(socket.remoteAddress);
    if (place === "banned") return void socket.destroy();
    if (typeof place === "string") return sendAway(socket, SENT_AWAY[place]);
    socket.once("close", () => place.leave());
    const release = limits.connect(place.address);
    if (release === undefined) return sendAway(socket, SENT_AWAY.tooMany);
    socket.once("close", release);
    const session = new FtpSession(connection, place, sessionOptions);
    sessions.add(session);
    byConnection.set(connection, session);
    return void socket.once("close", () => sessions.delete(session));
  });
  library.on("login", (login: Login, resolve: (root: object) => void, reject: (reason: Error) => void) => {
    const session = byConnection.get(login.connection);
    session?.logIn(login.username, login.password).then(() => resolve({ fs: session.folder }), reject);
  });
  return sessions;
}
