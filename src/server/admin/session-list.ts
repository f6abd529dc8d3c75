// List of the connections at the chat's port and at the avatar server's: in pages, read in turns with everything else.
import { setImmediate as othersTurn } from "node:timers/promises";
import type { FtpSession } from "../../avatars/ftp-session.ts";
import type { AdminActions, SessionInfo } from "../../protocol/admin.ts";
import { searchForm } from "../../protocol/text.ts";
import { monotonicClock } from "../../util/clock.ts";
import { visible } from "../../util/visible-text.ts";
import type { Connection } from "../connections/connection.ts";
import type { Gateway } from "../gateway.ts";
import { MAX_LIST_PAGE, pageSize } from "./list-pages.ts";

/** Connections that are looked at in one turn. */
const ROWS_PER_TURN = 1_000;

export interface SessionParts {
  readonly gateway: Gateway;
  /** The sessions of the avatar server, in the order of their numbers; undefined where it is off. */
  readonly ftpSessions: () => ReadonlySet<FtpSession>;
}

export class SessionList {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /**
   * By their numbers, from the first after `after` on.
   * @throws the reason of `gone` when that is aborted meanwhile.
   */
  async page(data: AdminActions["sessions"]["data"], gone: AbortSignal): Promise<AdminActions["sessions"]["result"]> {
    const { contains = "", after = 0, limit } = data;
    const count = pageSize(limit, MAX_LIST_PAGE);
    const { gateway } = this.#parts;
    const ftpSessions = this.#parts.ftpSessions();
    const wanted = searchForm(contains);
    const isWanted = ({ number, username, address }: Found): boolean =>
      number > after && (wanted === "" || searchForm(`${username ?? ""} ${address}`).includes(wanted));
    const found = [
      ...(await firstOf(gateway.connections, ofChat, { isWanted, limit: count + 1, gone })),
      ...(await firstOf(ftpSessions, ofFtp, { isWanted, limit: count + 1, gone })),
    ].sort((one, other) => one.number - other.number);
    return {
      sessions: found.slice(0, count).map((one) => this.#describe(one)),
      has_more: found.length > count,
      total: gateway.connections.size + ftpSessions.size,
    };
  }

  /** Closes the connection with this number; false when there is none. */
  disconnect(number: number, reason: string): boolean {
    for (const one of [...this.#parts.gateway.connections, ...this.#parts.ftpSessions()]) {
      if (one.id !== number) continue;
      // FTP tells it in one line, whatever was typed.
      one.close("outboxState" in one ? reason : visible(reason));
      return true;
    }
    return false;
  }

  #describe({ source }: Found): SessionInfo {
    return "outboxState" in source ? this.#chat(source) : ftp(source);
  }

  #chat(connection: Connection): SessionInfo {
    const nowMs = this.#parts.gateway.clock.now();
    const { queuedBytes, gapCount } = connection.outboxState;
    return {
      connection: connection.id,
      username: ofChat(connection).username,
      address: connection.address,
      mode: connection.mode,
      secure: connection.isSecure,
      since_ms: Math.round(Date.now() - (nowMs - connection.openedMs)),
      idle_ms: Math.round(nowMs - connection.activeMs),
      messages: connection.messageCount,
      queued_bytes: queuedBytes,
      gaps: gapCount,
    };
  }
}

/** A connection as it is looked for. */
interface Found {
  readonly number: number;
  readonly username: string | null;
  readonly address: string;
  readonly source: Connection | FtpSession;
}

/** Connections that are looked for. */
interface Wanted {
  readonly isWanted: (one: Found) => boolean;
  readonly limit: number;
  readonly gone: AbortSignal;
}

function ofChat(connection: Connection): Found {
  const { id: number, address, session } = connection;
  return { number, username: session?.identity.username ?? null, address, source: connection };
}

function ofFtp(session: FtpSession): Found {
  return { number: session.id, username: session.username ?? null, address: session.address, source: session };
}

function ftp(session: FtpSession): SessionInfo {
  const nowMs = monotonicClock.now();
  return {
    connection: session.id,
    username: session.username ?? null,
    address: session.address,
    mode: "ftp",
    secure: session.isSecure,
    since_ms: Math.round(Date.now() - (nowMs - session.openedMs)),
    idle_ms: session.transfer === undefined ? Math.round(nowMs - session.activeMs) : 0,
    messages: 0,
    queued_bytes: 0,
    gaps: 0,
  };
}

/** Others have their turn between two parts of the set, which may change meanwhile. */
async function firstOf<T>(
  all: ReadonlySet<T>,
  describe: (one: T) => Found,
  { isWanted, limit, gone }: Wanted,
): Promise<Found[]> {
  const found: Found[] = [];
  let count = 0;
  for (const one of all) {
    if (found.length === limit) break;
    const described = describe(one);
    if (isWanted(described)) found.push(described);
    count += 1;
    if (count % ROWS_PER_TURN === 0) {
      await othersTurn();
      gone.throwIfAborted();
    }
  }
  return found;
}
