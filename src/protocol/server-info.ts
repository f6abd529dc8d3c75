// A server as it tells of itself before anybody logs in.

/** Limits of a server; each but the first two is absent from servers that do not know it. */
export interface Limits {
  message_chars: number;
  /** Of a client's frame. */
  frame_bytes: number;
  /** Kinds of reactions to one message. */
  reaction_kinds?: number;
  /** Pinned messages of a chat. */
  pins?: number;
  /** Members of a group, and groups of one user. */
  group_members?: number;
  user_groups?: number;
  /** Seconds for which an own message may be edited. */
  edit_window?: number;
}

/** A server's public description. */
export interface ServerInfo {
  server: { name: string; version: string };
  /** Words that a login may ask for (FEATURES). */
  features: string[];
  registration: "open" | "invite" | "closed";
  limits: Limits;
  /** The server's clock, Unix seconds. */
  time: number;
}
