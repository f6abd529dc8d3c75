// Share of the open files (descriptors) that the system allows this process: how many connections can be afforded.
import { readdirSync, readFileSync } from "node:fs";

/** Left for what is opened now and then: log files, avatars, threads' views of the store, the admin channel, those who are refused. At most half of what is free. */
const RESERVED_COUNT = 96;
/** One in so many of what is left is the avatar server's, where each session may have three open. */
const AVATAR_SHARE = 4;
const PER_AVATAR_SESSION = 3;

export interface Affordable {
  readonly connections: number;
  readonly avatarSessions: number;
}

/** The limit of open files (Linux), and how many are open; undefined where the system does not say. */
export function descriptors(): { readonly limit: number; readonly open: number } | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === undefined ? undefined : { limit: Number(soft), open: readdirSync("/proc/self/fd").length };
  } catch {
    return undefined; // another system, or /proc is not there
  }
}

/** Connections that can be open at once beside the files that are open already; one of each at least. */
export function affordable(limit: number, open: number, hasAvatars: boolean): Affordable {
  const free = Math.max(0, limit - open);
  const left = free - Math.min(RESERVED_COUNT, Math.ceil(free / 2));
  const avatars = hasAvatars ? Math.floor(left / AVATAR_SHARE) : 0;
  return {
    connections: Math.max(1, left - avatars),
    avatarSessions: Math.max(1, Math.floor(avatars / PER_AVATAR_SESSION)),
  };
}
