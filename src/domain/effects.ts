// Effects: what the main thread does for a request or a write, as data. Types only.
import type { Fields, ReplyTo } from "../protocol/envelope.ts";
import type { ListedUser } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";

/** The user who is logged in on a connection. */
export interface Identity {
  readonly userId: UserId;
  readonly username: string;
  /** Hash of the token that this login made. */
  readonly tokenHash: string;
  /** Features granted to the session. */
  readonly features: readonly string[];
}

/** An answer, or as much of it as is known so far. */
export interface Reply<F = Fields> {
  readonly info: string;
  readonly fields: F;
}

/** Completion of an answer in the main thread, which alone knows sessions and tickets. */
export type Finish =
  /** Begin the session, and add what it is told then (LoginSnapshot). `isResumed`: by a token, which stays good until the session is used. */
  | { readonly kind: "login"; readonly identity: Identity; readonly isResumed: boolean }
  /** Add a list of users, with who of them is online. */
  | ({ readonly kind: "people" } & PeopleAnswer)
  /** Add a login for the avatar server. */
  | { readonly kind: "ticket" }
  /** Add the sessions of the user. */
  | { readonly kind: "sessions" };

/** A list of users, for the main thread to say of each who may be seen online whether it is so. */
export interface PeopleAnswer {
  /** Field of the response that has the list. */
  readonly list: "contacts" | "users" | "members";
  /** `online` says whether the user may be seen online. */
  readonly people: readonly ListedUser[];
}

/** Orders for the main thread, carried out in their order. */
export type Effect =
  | (Finish & { readonly replyTo: ReplyTo; readonly reply: Reply })
  | { readonly kind: "logout" }
  /** A token was none. Failures of passwords are counted where passwords are verified. */
  | { readonly kind: "loginFailed" }
  /** The session that this token began has ended: another login has taken its place. */
  | { readonly kind: "endReplaced"; readonly userId: UserId; readonly tokenHash: string }
  | { readonly kind: "endOtherSessions"; readonly userId: UserId; readonly reason: string }
  | { readonly kind: "watch"; readonly userId: UserId; readonly contactId: UserId; readonly on: boolean }
  /** The two see each other's presence no more. */
  | { readonly kind: "hidePresence"; readonly one: UserId; readonly other: UserId }
  | { readonly kind: "accountDeleted"; readonly userId: UserId }
  | { readonly kind: "emit"; readonly text: string; readonly to: Audience };

/** A group that somebody is in. */
export interface Membership {
  readonly chatId: ChatId;
  /** The first message that the member may see: 1 but where the group shows only what came after the joining. */
  readonly firstSeq: number;
}

/** A member of a group, and the first message that the member may see. */
export interface GroupView {
  readonly userId: UserId;
  readonly firstSeq: number;
}

/** An event that is never dropped: a session that has no room for it is closed. */
export interface Notice {
  readonly text: string;
  /** Undefined: all members, as they are after the change. */
  readonly users?: readonly UserId[];
}

/** Changes of a group between its messages, in the order of the commits. */
export interface GroupChange {
  readonly event: "group";
  readonly chatId: ChatId;
  /** Users who see other messages than before: who has joined, or all members when the rule of what they see has changed. */
  readonly views: readonly GroupView[];
  /** Users who see nothing of it any more. */
  readonly left: readonly UserId[];
  /** Notices of the change, told after that. */
  readonly notices: readonly Notice[];
}

/** A group of which nobody was told what has become of it: the sessions of all who are or were in it have to begin anew. */
export interface GroupReset {
  readonly event: "reset";
  /** Undefined for all that these users are in, whose accounts may be deleted: all of their sessions begin anew. */
  readonly chatId: ChatId | undefined;
  /** The members now, as far as they are known; the sessions that are given its events are known to the directory. */
  readonly memberIds: readonly UserId[];
}

export type EffectOf<K extends Effect["kind"]> = Extract<Effect, { kind: K }>;

/** Audience of an event beside the common chat: the sessions of `users`, and those that watch `watchersOf`. */
export interface Audience {
  readonly users: readonly UserId[];
  readonly watchersOf?: UserId;
  /** Leaves out the session that caused the event. */
  readonly others: boolean;
  /** Only sessions that are given the messages of this group now: nobody hears of it who has left meanwhile. */
  readonly group?: ChatId;
}
