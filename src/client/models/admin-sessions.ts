// The connections of a server as a table, and how their mode reads.
import type { SessionInfo } from "../../protocol/admin.ts";
import { AdminTable } from "./admin-table.ts";

type Mode = Pick<SessionInfo, "mode" | "secure">;

const MODES = { lines: "JSON Lines", prefixed: "framed", unknown: "silent", ftp: "FTP" } as const;
/** The wire carries no name of the client: its mode is what tells our own clients from what people type and write. */
const CLIENTS = {
  lines: "script or terminal",
  prefixed: "Messenger",
  unknown: "not known yet",
  ftp: "avatar transfer",
} as const;

/** How its frames are told apart, and whether they are encrypted. */
export function modeText({ mode, secure }: Mode): string {
  return secure ? `${MODES[mode]}, TLS` : MODES[mode];
}

/** Kind of the client. */
export function clientText({ mode }: Mode): string {
  return CLIENTS[mode];
}

/** By number at first. */
export function sessionsTable(): AdminTable<SessionInfo> {
  return new AdminTable<SessionInfo>({
    columns: {
      connection: ({ connection }) => connection,
      username: ({ username }) => username,
      address: ({ address }) => address,
      client: clientText,
      mode: modeText,
      since: ({ since_ms: since }) => since,
      idle: ({ idle_ms: idle }) => idle,
      messages: ({ messages }) => messages,
      queued: ({ queued_bytes: queued }) => queued,
      gaps: ({ gaps }) => gaps,
    },
    words: ({ username, address }) => [username, address],
    order: { column: "connection", descending: false },
  });
}
