// Collections of the database and the form of their documents. No document grows with use.
import type { Collection, Db, ObjectId } from "mongodb";
import type { HistoryRule, Message, Posting, Role } from "../../protocol/entities.ts";
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { AccountState } from "../../protocol/admin.ts";

/** The version of the documents' form, as `meta` has it; a store with a greater one is from a newer program. */
export const SCHEMA_VERSION = 4;

export interface UserDocument {
  readonly _id: UserId;
  readonly username: string;
  readonly username_key: string;
  readonly password_hash: string;
  readonly first_name: string;
  readonly second_name: string;
  readonly bio: string;
  readonly file_name: string | null;
  /** Absent for active. */
  readonly state?: AccountState;
  /** 1 for a one-time password. */
  readonly must_change_password?: 0 | 1;
  readonly created_ms?: number;
  readonly last_login_ms?: number;
}

/** `_id` is `pairId(user_id, blocked_id)`. */
export interface BlockDocument {
  readonly _id: string;
  readonly user_id: UserId;
  readonly blocked_id: UserId;
  /** The blocked user's `username_key`, which stays as it is while the document is there: lists are sorted by it. */
  readonly name_key: string;
}

/** Rotated by one update of `hash`, so that of two rotations only one succeeds. */
export interface TokenDocument {
  readonly hash: string;
  readonly user_id: UserId;
  /** When it was made or last rotated. */
  readonly created_ms: number;
  /** The hash that this one replaced, good until this one is used, and when that one was made. */
  readonly previous_hash?: string | null;
  readonly previous_ms?: number | null;
}

/** `_id` is `pairId(user_id, contact_id)`. */
export interface ContactDocument {
  readonly _id: string;
  readonly user_id: UserId;
  readonly contact_id: UserId;
  /** As in BlockDocument. */
  readonly name_key: string;
}

/** A chat in which something was written, or was about to be; or a group. */
export interface ChatDocument extends Partial<GroupFields> {
  readonly _id: ChatId;
  /** The participants of a one-to-one chat. */
  readonly first_id: UserId | null;
  readonly second_id: UserId | null;
  /** Not above the chat's last seq, and behind it by little: where to look for it. The messages alone decide. */
  readonly seq_hint: number;
  /** Time of the message `seq_hint` in a one-to-one chat, where the hint is always exact: lists are sorted by it. */
  readonly last_ms: number;
}

/** Fields of groups. */
export interface GroupFields {
  /** Absent in other chats; `gone` is a deleted group, which stays so that its id is never used again. */
  readonly kind: "group" | "gone";
  readonly title: string;
  readonly topic: string;
  readonly posting: Posting;
  readonly history_rule: HistoryRule;
  /** 1 for a group that nobody can write in. */
  readonly archived?: 0 | 1;
  readonly creator_id: UserId;
  readonly member_count: number;
  /** Time of the batch that last changed the group or its members. */
  readonly changed_ms: number;
  /** Grows with each change. */
  readonly version: number;
  /** The last change, while it is not carried out in the members' documents; bounded by what one request may say. */
  readonly pending?: PendingChange;
}

/** Members after the change with this version; `all`: nobody is one any more. */
export interface PendingChange {
  readonly version: number;
  /** Time of its batch; absent in changes of older programs. */
  readonly time_ms?: number;
  readonly members: readonly MemberChange[] | "all";
}

/** `role` is null for who leaves; the rest is there for who joins. */
export interface MemberChange {
  readonly user_id: UserId;
  readonly role: Role | null;
  readonly since_seq?: number;
  readonly seq?: number;
}

/** Membership of a user in a chat, and its read mark; `_id` is `pairId(user_id, chat_id)`. */
export interface MemberDocument {
  readonly _id: string;
  readonly user_id: UserId;
  readonly chat_id: ChatId;
  /** The read mark. */
  readonly seq: number;
  /** Of a member of a group; null for one who was, absent in other chats. */
  readonly role?: Role | null;
  /** In groups the first message that came after the joining. */
  readonly since_seq?: number;
  /** Of the group's change that made this role, and the time of its batch. */
  readonly version?: number;
  readonly changed_ms?: number;
}

export interface MessageDocument {
  /** Made by the writer before the insertion, so that it knows its own document again. */
  readonly _id: ObjectId;
  readonly chat_id: ChatId;
  readonly seq: number;
  readonly user_id: UserId;
  readonly message_id: string;
  readonly text: string;
  /** `searchable(text)`. */
  readonly folded: string;
  readonly time_ms: number;
  /** Of its latest change; these are absent for a message that was never changed. */
  readonly rev?: number;
  readonly changed_ms?: number;
  readonly edited_ms?: number;
  readonly deleted?: NonNullable<Message["deleted"]>;
  readonly reply_to?: number;
  /** JSON of user ids. */
  readonly mentions?: string;
  readonly mentions_all?: 1;
  /** The rev that pinned it. */
  readonly pinned?: number;
  /** JSON of ReactionCounts. */
  readonly reactions?: string;
}

/** `_id` is `reactionId(…)`. */
export interface ReactionDocument {
  readonly _id: string;
  readonly chat_id: ChatId;
  readonly seq: number;
  readonly reaction: string;
  readonly user_id: UserId;
  /** The user's `username_key`, or the name of a deleted account: lists are sorted by it. */
  readonly name_key: string;
  /** About the chat's rev that it made: the order in which they came. */
  readonly rev: number;
}

/** A message that is pinned, or was; `_id` is `pinId(…)`. */
export interface PinDocument {
  readonly _id: string;
  readonly chat_id: ChatId;
  readonly seq: number;
  readonly rev: number;
}

/** `schema` has the version; `barrier` is written to have everything before it made durable. */
export interface MetaDocument {
  readonly _id: "schema" | "barrier" | "import";
  readonly version?: number;
  readonly count?: number;
  /** Of `import`: where an unfinished migration into this store comes from. */
  readonly source?: string;
}

export interface Collections {
  readonly meta: Collection<MetaDocument>;
  readonly users: Collection<UserDocument>;
  readonly tokens: Collection<TokenDocument>;
  readonly contacts: Collection<ContactDocument>;
  readonly blocks: Collection<BlockDocument>;
  readonly chats: Collection<ChatDocument>;
  readonly members: Collection<MemberDocument>;
  readonly messages: Collection<MessageDocument>;
  readonly reactions: Collection<ReactionDocument>;
  readonly pins: Collection<PinDocument>;
}

export function collectionsOf(db: Db): Collections {
  return {
    meta: db.collection("meta"),
    users: db.collection("users"),
    tokens: db.collection("tokens"),
    contacts: db.collection("contacts"),
    blocks: db.collection("blocks"),
    chats: db.collection("chats"),
    members: db.collection("members"),
    messages: db.collection("messages"),
    reactions: db.collection("reactions"),
    pins: db.collection("pins"),
  };
}

/** The participants of a one-to-one chat, as its document has them. */
export function pairOf(chatId: ChatId): Pick<ChatDocument, "first_id" | "second_id"> {
  const form = chatForm(chatId);
  const [first_id, second_id] = form?.kind === "direct" ? form.users : [null, null];
  return { first_id, second_id };
}

/** The id of a document about a user and something else. */
export function pairId(userId: UserId, other: string): string {
  return `${userId}|${other}`;
}
