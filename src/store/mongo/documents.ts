// What the database holds: the collections and the form of their documents. No document grows with use.
import type { Collection, Db, ObjectId } from "mongodb";
import type { Message } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { AccountState } from "../../protocol/admin.ts";

/** The version of the documents' form, as `meta` has it; a store with a greater one is from a newer program. */
export const SCHEMA_VERSION = 2;

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

/** A chat in which something was written, or was about to be. */
export interface ChatDocument {
  readonly _id: ChatId;
  /** The participants of a one-to-one chat. */
  readonly first_id: UserId | null;
  readonly second_id: UserId | null;
  /** Not above the chat's last seq, and behind it by little: where to look for it. The messages alone decide. */
  readonly seq_hint: number;
  /** Time of the message `seq_hint` in a one-to-one chat, where the hint is always exact: lists are sorted by it. */
  readonly last_ms: number;
}

/** `_id` is `pairId(user_id, chat_id)`. */
export interface MarkDocument {
  readonly _id: string;
  readonly user_id: UserId;
  readonly chat_id: ChatId;
  readonly seq: number;
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
  readonly marks: Collection<MarkDocument>;
  readonly messages: Collection<MessageDocument>;
}

export function collectionsOf(db: Db): Collections {
  return {
    meta: db.collection("meta"),
    users: db.collection("users"),
    tokens: db.collection("tokens"),
    contacts: db.collection("contacts"),
    blocks: db.collection("blocks"),
    chats: db.collection("chats"),
    marks: db.collection("marks"),
    messages: db.collection("messages"),
  };
}

/** The id of a document about a user and something else. */
export function pairId(userId: UserId, other: string): string {
  return `${userId}|${other}`;
}
