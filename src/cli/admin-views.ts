// Output of `messenger admin` for people.
import type { AdminActions, LogRecord, Sample, TrafficEntry } from "../protocol/admin.ts";
import { groupState } from "../client/models/admin-groups.ts";
import { clientText, modeText } from "../client/models/admin-sessions.ts";
import type { Message } from "../protocol/entities.ts";
import { bytes, duration, moment } from "../util/quantities.ts";
import { inOneLine, visible } from "../util/visible-text.ts";
import { table } from "./table.ts";

type Result<A extends keyof AdminActions> = AdminActions[A]["result"];

export function statusView(status: Result<"status">): string {
  const { listening, avatars } = status;
  const rows: [string, string][] = [
    ["state", listening === null ? "not listening" : `listening on ${listening.address}:${listening.port}`],
    ["avatars", avatars === null ? "off" : `ftp port ${avatars.port}`],
    ["version", status.version],
    ["running for", `${duration(Date.now() - status.started_ms)} (process ${status.pid})`],
    ["data folder", status.data_folder],
    ["store", status.store],
    ["acknowledged means", status.durability],
    ["connections", `${status.connections}, ${status.sessions} logged in, ${status.users_online} users`],
    ["since the start", `${status.requests} requests, ${status.messages} messages, ${status.deliveries} deliveries`],
    ["followed now", status.followed.length === 0 ? "nothing" : status.followed.join(", ")],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}`).join("\n");
}

export function sessionsView({ sessions, total }: Omit<Result<"sessions">, "has_more">): string {
  const rows = sessions.map((session) => [
    session.connection,
    session.username ?? "(not logged in)",
    session.address,
    clientText(session),
    modeText(session),
    moment(session.since_ms),
    duration(session.idle_ms),
    session.messages,
    session.queued_bytes,
    session.gaps,
  ]);
  const headings = ["number", "user", "address", "client", "mode", "since", "idle", "messages", "queued bytes", "gaps"];
  return `${table(headings, rows)}\n${sessions.length} of ${total} connections`;
}

export function usersView({ users, has_more }: Result<"users">): string {
  const rows = users.map((user) => [
    user.username,
    user.state,
    user.online ? "online" : "",
    moment(user.last_login_ms),
    moment(user.created_ms),
    user.failed_logins,
    user.user_id,
  ]);
  const headings = ["user", "state", "", "last login", "created", "failed logins", "id"];
  const more = has_more ? `\nThere are more: --after ${visible(users.at(-1)?.username ?? "")}` : "";
  return table(headings, rows) + more;
}

export function groupsView({ groups, has_more }: Result<"groups">): string {
  if (groups.length === 0) return "no groups";
  const rows = groups.map((group) => [
    group.title,
    group.members,
    group.messages,
    moment(group.last_ms),
    groupState(group),
    group.chat_id,
  ]);
  const more = has_more ? "\nThere are more: name a part of the title, or --limit" : "";
  return table(["title", "members", "messages", "last activity", "", "id"], rows) + more;
}

export function membersView({ members, has_more }: Result<"group_members">): string {
  const rows = members.map(({ username, role, online, user_id: id }) => [username, role, online ? "online" : "", id]);
  const more = has_more ? `\nThere are more: --after ${visible(members.at(-1)?.username ?? "")}` : "";
  return table(["user", "role", "", "id"], rows) + more;
}

/** Newest first. Texts are written by strangers: each stays in its line. */
export function messagesView({ messages, has_more }: Result<"messages">): string {
  if (messages.length === 0) return "no such messages";
  const rows = messages.map((one) => [one.seq, moment(one.time * 1000), one.username, shownText(one)]);
  const more = has_more ? `\nThere are more: --before ${messages.at(-1)?.seq ?? 0}` : "";
  return table(["seq", "sent", "user", "text"], rows) + more;
}

/** The same with the chat of each in the place of the user, who is the same in all. */
export function userMessagesView({ messages, next }: Result<"user_messages">): string {
  if (messages.length === 0) return "no such messages";
  const rows = messages.map((one) => [one.chat_id, one.seq, moment(one.time * 1000), shownText(one)]);
  return (
    table(["chat", "seq", "sent", "text"], rows) + (next === undefined ? "" : `\nThere are more: --cursor ${next}`)
  );
}

function shownText({ message, deleted }: Message): string {
  if (deleted === undefined) return inOneLine(message);
  return `(deleted by ${deleted === "author" ? "its author" : "a moderator"})`;
}

export function bansView({ bans }: Result<"bans">): string {
  if (bans.length === 0) return "no address is banned";
  return table(
    ["address", "until"],
    bans.map(({ address, until_ms }) => [address, moment(until_ms)]),
  );
}

export function backupsView({ backups }: Result<"backups">): string {
  if (backups.length === 0) return "no backups yet; make one with: messenger admin backup";
  const rows = backups.map(({ file, time_ms, size_bytes, users, messages }) => {
    const content = users === null || messages === null ? "CANNOT BE OPENED" : `${users} users, ${messages} messages`;
    return [moment(time_ms), bytes(size_bytes), content, file];
  });
  return table(["made", "size", "holds", "file"], rows);
}

export function logLine({ time_ms, level, text, fields }: LogRecord): string {
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${visible(name)}=${visible(JSON.stringify(value) ?? "")}`,
  );
  return `${moment(time_ms)} ${level.toUpperCase().padEnd(5)} ${visible(text)}${rest.join("")}`;
}

export function trafficLines({ time_ms, connection, username, request, response }: TrafficEntry): string {
  return `${moment(time_ms)} ${connection} ${visible(username ?? "-")}\n  > ${visible(request)}\n  < ${visible(response)}`;
}

export function sampleLine(sample: Sample): string {
  const { requests_per_sec, messages_per_sec, deliveries_per_sec, latency_p99_ms, cpu, rss_bytes, sessions } = sample;
  const latency = latency_p99_ms === null ? "-" : `${latency_p99_ms.toFixed(1)} ms`;
  return (
    `${moment(sample.time_ms)}  ${requests_per_sec} requests/s  ${messages_per_sec} messages/s  ` +
    `${deliveries_per_sec} deliveries/s  p99 ${latency}  CPU ${(cpu * 100).toFixed(0)} %  ` +
    `${bytes(rss_bytes)}  ${sessions} sessions`
  );
}
