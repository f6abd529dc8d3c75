// The admin channel's contract: what the control panel and `messenger admin` may ask of a running server, and what it
// tells them. It has the wire protocol's framing and envelope, on a local socket that only the server's owner can open.
import type { HistoryRule, ListedUser, Message, Posting, Role } from "./entities.ts";
import type { ChatId, UserId } from "./ids.ts";
import type { LogLevel } from "./log-levels.ts";

/** State of the server. Times are Unix milliseconds. */
export interface ServerStatus {
  readonly version: string;
  readonly pid: number;
  readonly started_ms: number;
  /** Null while the listener is stopped. */
  readonly listening: { readonly address: string; readonly port: number } | null;
  readonly avatars: { readonly port: number } | null;
  readonly store: string;
  /** Guarantee of an acknowledgement, in one sentence. */
  readonly durability: string;
  readonly data_folder: string;
  readonly connections: number;
  readonly sessions: number;
  readonly users_online: number;
  /** Since the start. */
  readonly messages: number;
  readonly deliveries: number;
  readonly requests: number;
  /** Topics that panels and commands are subscribed to at present. */
  readonly followed: readonly Topic[];
}

/** One second of the server's life. */
export interface Sample {
  readonly time_ms: number;
  readonly requests_per_sec: number;
  readonly messages_per_sec: number;
  readonly deliveries_per_sec: number;
  /** From the arrival of a request to its events' writes; null in a second without messages. */
  readonly latency_p50_ms: number | null;
  readonly latency_p99_ms: number | null;
  /** Averages of the second's batches; null without any. */
  readonly commit_ms: number | null;
  readonly batch_size: number | null;
  readonly loop_delay_p99_ms: number;
  /** Share of one processor, all threads together: 1 is one processor busy. */
  readonly cpu: number;
  readonly rss_bytes: number;
  readonly queued_bytes: number;
  readonly connections: number;
  readonly sessions: number;
}

export interface SessionInfo {
  readonly connection: number;
  /** Null before the login. */
  readonly username: string | null;
  readonly address: string;
  /** `ftp`: a session of the avatar server. */
  readonly mode: "lines" | "prefixed" | "unknown" | "ftp";
  readonly secure: boolean;
  readonly since_ms: number;
  readonly idle_ms: number;
  readonly messages: number;
  readonly queued_bytes: number;
  readonly gaps: number;
}

/** Disabled: may not log in. Deleted: the name is freed, and the messages stay without it. */
export type AccountState = "active" | "disabled" | "deleted";

export interface AccountInfo {
  readonly user_id: UserId;
  readonly username: string;
  readonly state: AccountState;
  readonly online: boolean;
  readonly created_ms: number;
  readonly last_login_ms: number | null;
  /** Within the present minute. */
  readonly failed_logins: number;
}

export interface GroupInfo {
  readonly chat_id: ChatId;
  readonly title: string;
  readonly topic: string;
  readonly posting: Posting;
  readonly history: HistoryRule;
  /** Nobody can write in it. */
  readonly archived: boolean;
  readonly members: number;
  /** Deleted ones too. */
  readonly messages: number;
  /** Time of the last message, or of the making. */
  readonly last_ms: number;
}

export interface MemberInfo extends ListedUser {
  readonly role: Role;
}

export interface Ban {
  readonly address: string;
  readonly until_ms: number;
}

export interface BackupInfo {
  readonly file: string;
  readonly time_ms: number;
  readonly size_bytes: number;
  /** Counted by opening it; null for one that cannot be opened. */
  readonly users: number | null;
  readonly messages: number | null;
}

/** A request with its response as they were, secrets masked. */
export interface TrafficEntry {
  readonly time_ms: number;
  readonly connection: number;
  readonly username: string | null;
  readonly request: string;
  readonly response: string;
}

export interface LogRecord {
  readonly time_ms: number;
  readonly level: LogLevel;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Nothing = Record<string, never>;
type ByName = { readonly username: string };
type OfGroup = { readonly chat_id: ChatId };

/** Data and result of every admin action, by its name. */
export interface AdminActions {
  status: { data: Nothing; result: ServerStatus };
  /** The last 10 minutes, oldest first. */
  samples: { data: Nothing; result: { samples: readonly Sample[] } };
  /** By their numbers; `contains` is looked for in name and address, `after` is the last number of the page before. */
  sessions: {
    data: { contains?: string; after?: number; limit?: number };
    result: { sessions: readonly SessionInfo[]; has_more: boolean; total: number };
  };
  disconnect: { data: { connection: number; reason?: string }; result: Nothing };
  ban: { data: { address: string; seconds: number }; result: { disconnected: number } };
  unban: { data: { address: string }; result: Nothing };
  bans: { data: Nothing; result: { bans: readonly Ban[] } };
  users: {
    data: { contains?: string; after?: string; limit?: number };
    result: { users: readonly AccountInfo[]; has_more: boolean };
  };
  /** Without a password one is made and told this once. */
  create_user: { data: { username: string; password?: string }; result: { user_id: UserId; password: string | null } };
  reset_password: { data: ByName; result: { password: string } };
  disable_user: { data: ByName; result: Nothing };
  enable_user: { data: ByName; result: Nothing };
  /** The name is freed and the messages stay, without it. */
  delete_user: { data: ByName; result: Nothing };
  end_sessions: { data: ByName; result: { ended: number } };
  /** By their ids; `contains` is looked for in titles, `after` is the last id of the page before. */
  groups: {
    data: { contains?: string; after?: ChatId; limit?: number };
    result: { groups: readonly GroupInfo[]; has_more: boolean };
  };
  group_members: {
    data: OfGroup & { after?: string; limit?: number };
    result: { members: readonly MemberInfo[]; has_more: boolean };
  };
  add_member: { data: OfGroup & ByName & { role?: Role }; result: Nothing };
  remove_member: { data: OfGroup & ByName; result: Nothing };
  set_role: { data: OfGroup & ByName & { role: Role }; result: Nothing };
  /** From now on nobody can write in it; what is there can be read and deleted, and members can leave. */
  archive_group: { data: OfGroup; result: Nothing };
  unarchive_group: { data: OfGroup; result: Nothing };
  /** For good, with all that was written in it. */
  delete_group: { data: OfGroup; result: Nothing };
  /**
   * Messages of any chat, newest first: those that hold a word, or are by one user, or all. The log tells
   * that somebody looked, and into which chat, not what for.
   */
  messages: {
    data: { chat_id: ChatId; word?: string; username?: string; before?: number; limit?: number };
    result: { messages: readonly Message[]; has_more: boolean };
  };
  /** The same of one user in all chats that the user is in now; `cursor` is the `next` of the page before. */
  user_messages: {
    data: ByName & { word?: string; cursor?: string; limit?: number };
    result: { messages: readonly Message[]; next?: string };
  };
  /** Deletes a message of anybody in any chat, for everybody and for good. The result is whose it was. */
  remove_message: { data: OfGroup & { seq: number }; result: ByName };
  /** Into the common chat, into a group, or to one user. */
  announce: {
    data: { message: string; username?: string; chat_id?: ChatId };
    result: { chat_id: ChatId; seq: number };
  };
  /** Starts, moves or restarts the listener; fields that are left out stay as they were. */
  listen: { data: { address?: string; port?: number }; result: { address: string; port: number } };
  stop_listening: { data: Nothing; result: Nothing };
  shutdown: { data: Nothing; result: Nothing };
  backup: { data: Nothing; result: BackupInfo };
  backups: { data: Nothing; result: { backups: readonly BackupInfo[] } };
  /** The last entries, oldest first. */
  log: { data: { limit?: number; level?: LogLevel }; result: { entries: readonly LogRecord[] } };
  /** Begins or, with an empty list, ends this connection's events. Unmasking texts of traffic is written to the log. */
  subscribe: { data: { topics: readonly Topic[]; unmask_texts?: boolean }; result: Nothing };
}

/** Topics of a subscription. */
export const TOPICS = ["sample", "traffic", "log", "backup"] as const;
export type Topic = (typeof TOPICS)[number];

/** Events for subscribers. */
export interface AdminEvents {
  sample: Sample;
  traffic: TrafficEntry;
  log: LogRecord;
  /** How much of the backup that is being made is copied. */
  backup: { percent: number };
}

export type AdminActionName = keyof AdminActions;
