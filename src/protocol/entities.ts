// The things that results and events carry, in the form they have on the wire.
import type { ChatId, ChatKind, UserId } from "./ids.ts";
import { LAST_MESSAGE_CHARS } from "./limits.ts";

/** Users who reacted to a message in one way. */
export interface Reaction {
  readonly count: number;
  /** The first 50, in the order in which they reacted. */
  readonly user_ids: readonly UserId[];
}

/** A stored message. `time` is the server's clock at the commit, in Unix seconds. */
export interface Message {
  readonly chat_id: ChatId;
  readonly seq: number;
  readonly message_id: string;
  readonly user_id: UserId;
  readonly username: string;
  readonly message: string;
  readonly time: number;
  /** Number of its latest change among all of the chat; absent for a message that was never changed. */
  readonly rev?: number;
  /** When its text was last changed, in Unix seconds. */
  readonly edited?: number;
  /** By whom it was deleted; its text is then empty. */
  readonly deleted?: "author" | "moderator";
  /** Seq of the message of the same chat that it answers. */
  readonly reply_to?: number;
  /** Users whom its text names by "@". */
  readonly mentions?: readonly UserId[];
  /** A moderator of the group has named all of its members. */
  readonly mentions_all?: true;
  /** By the emoji. */
  readonly reactions?: Readonly<Record<string, Reaction>>;
  readonly pinned?: true;
}

/** From the least to the most: each may do what those before it may. */
export const ROLES = ["member", "moderator", "owner"] as const;
export type Role = (typeof ROLES)[number];

/** True for a role that is at least another. */
export function isAtLeast(role: Role | undefined, least: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Senders in a group: everybody in it, or moderators and owners. */
export const POSTINGS = ["all", "moderators"] as const;
export type Posting = (typeof POSTINGS)[number];

/** History that members of a group see: all of it, or what came after they joined. */
export const HISTORY_RULES = ["all", "joined"] as const;
export type HistoryRule = (typeof HISTORY_RULES)[number];

export interface Profile {
  readonly user_id: UserId;
  readonly username: string;
  readonly first_name: string;
  readonly second_name: string;
  readonly bio: string;
  /** The avatar's file in the root folder of the avatar server; null without one. */
  readonly file_name: string | null;
}

/** A message in a list of chats, with at most LAST_MESSAGE_CHARS characters of its text. */
export interface LastMessage extends Message {
  /** True when that is not all of the text. */
  readonly cut?: true;
}

/** A chat as lists of chats have it. Servers of version 1 leave `kind` and `rev` out. */
export interface ChatSummary {
  readonly chat_id: ChatId;
  readonly kind?: ChatKind;
  /** These seven only in groups; without a topic it is left out. */
  readonly title?: string;
  readonly topic?: string;
  /** Role of the user in it. */
  readonly role?: Role;
  /** Allowed senders: everybody in it, or moderators and owners. */
  readonly posting?: Posting;
  /** History that members see: all of it, or what came after they joined. */
  readonly history?: HistoryRule;
  /** The administrator has made it read only. */
  readonly archived?: true;
  readonly member_count?: number;
  /** The other user; only in one-to-one chats. */
  readonly contact_user_id?: UserId;
  readonly contact_username?: string;
  readonly last_seq: number;
  /** Number of changes of the chat's messages after they were sent. */
  readonly rev?: number;
  readonly read_seq: number;
  readonly unread: number;
  /** The first message that the user may see; only in groups whose rule is `joined`. */
  readonly since_seq?: number;
  readonly last_message?: LastMessage;
}

/** One of the user's own sessions. Times are Unix seconds. */
export interface OwnSession {
  readonly address: string;
  /** When it logged in. */
  readonly since: number;
  /** When it last sent something. */
  readonly last_active: number;
  /** The one that asks. */
  readonly current: boolean;
}

/** A login to the avatar (FTP) server. */
export interface AvatarTicket {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** Where this user may store the own avatar. */
  readonly path: string;
  /** Whether the server offers explicit TLS. */
  readonly secure: boolean;
}

/** A user in a list. */
export interface ListedUser {
  readonly user_id: UserId;
  readonly username: string;
  /** False also where one of the two has blocked the other. */
  readonly online: boolean;
}

/** A user in the directory. Of somebody whom one has blocked the names and the picture are empty. */
export interface FoundUser extends ListedUser {
  readonly first_name: string;
  readonly second_name: string;
  readonly file_name: string | null;
}

/** Usernames with their ids. */
export type ContactMap = Readonly<Record<string, UserId>>;

/** A message as lists of chats have it. */
export function lastMessageOf({ reactions: _reactions, mentions: _mentions, ...message }: Message): LastMessage {
  const text = firstChars(message.message, LAST_MESSAGE_CHARS);
  return text.length === message.message.length ? message : { ...message, message: text, cut: true };
}

function firstChars(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  let [chars, units] = [0, 0];
  for (const char of text) {
    if (chars === maxChars) break;
    chars += 1;
    units += char.length;
  }
  return text.slice(0, units);
}
