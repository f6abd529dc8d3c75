// The table of events, what the server sends unasked.
import type { ChatSummary, ContactMap, Message, Profile, Role } from "./entities.ts";
import type { ChatId, UserId } from "./ids.ts";

/** Data of every event, by its name on the wire. */
export interface Events {
  message: Message;
  /** A message in its present state, after each change of it; only in sessions with the feature `changes`. */
  changed: Message;
  presence: { user_id: UserId; username: string; online: boolean };
  typing: { chat_id: ChatId; user_id: UserId; username: string };
  read: { chat_id: ChatId; user_id: UserId; seq: number };
  profile: { user_data: Profile };
  contact: { added: ContactMap } | { deleted: ContactMap };
  block: { blocked: ContactMap } | { unblocked: ContactMap };
  /** A group that the session's user is in, as it is now for that user; also when it is new to them. */
  chat: { chat: ChatSummary };
  /** The user is in this group no more. */
  chat_gone: { chat_id: ChatId; reason: "left" | "removed" | "deleted" };
  /** Role of a user in a group from now on; null for who is in it no more. */
  member: { chat_id: ChatId; user_id: UserId; username: string; role: Role | null };
  /** Messages, changes or both that the server dropped for a slow session; the ends are inclusive. */
  gap: { chat_id: ChatId; from_seq?: number; to_seq?: number; from_rev?: number; to_rev?: number };
  closing: { reason: string };
}

export type EventName = keyof Events;

/** The JSON text of an event. `timeMs` is the server's clock. */
export function eventText<E extends EventName>(event: E, data: Events[E], timeMs: number): string {
  return JSON.stringify({ event, time: timeMs / 1000, data });
}
