// The interfaces for moving a store: everything in it, in batches, read from one and written to the other.
import { createHash } from "node:crypto";
import type { HistoryRule, Message, Posting, Role } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import type { AccountState } from "../protocol/admin.ts";

/** Records of one batch. */
export const BATCH_COUNT = 1_000;

export interface UserRecord {
  readonly user_id: UserId;
  readonly username: string;
  readonly username_key: string;
  readonly password_hash: string;
  readonly first_name: string;
  readonly second_name: string;
  readonly bio: string;
  readonly file_name: string | null;
  readonly state: AccountState;
  /** 1 for a one-time password. */
  readonly must_change_password: 0 | 1;
  readonly created_ms: number;
  readonly last_login_ms: number | null;
}

export interface TokenRecord {
  readonly token_hash: string;
  readonly user_id: UserId;
  readonly time_ms: number;
  /** The token that it replaced, while that is good, and when that one was stored. */
  readonly previous_hash: string | null;
  readonly previous_ms: number | null;
}

/** One user who has another as a contact, or has blocked another. */
export interface PairRecord {
  readonly user_id: UserId;
  readonly other_id: UserId;
}

/** A group, or one that is gone: of that all but the id is empty. */
export interface GroupRecord {
  readonly chat_id: ChatId;
  readonly kind: "group" | "gone";
  readonly title: string;
  readonly topic: string;
  readonly posting: Posting;
  readonly history_rule: HistoryRule;
  readonly archived: 0 | 1;
  readonly creator_id: UserId | null;
  readonly member_count: number;
  /** Time of the last message, or of the making; 0 of one that is gone. */
  readonly last_ms: number;
}

/** A user in a chat, with a read mark above 0 or a role. */
export interface MemberRecord {
  readonly user_id: UserId;
  readonly chat_id: ChatId;
  /** The read mark. */
  readonly seq: number;
  /** Null but in groups. */
  readonly role: Role | null;
  readonly since_seq: number;
}

export interface MessageRecord {
  readonly seq: number;
  readonly user_id: UserId;
  readonly message_id: string;
  readonly time_ms: number;
  readonly text: string;
  /** Of its latest change; these are null for a message that was never changed. */
  readonly rev: number | null;
  readonly changed_ms: number | null;
  readonly edited_ms: number | null;
  readonly deleted: NonNullable<Message["deleted"]> | null;
  readonly reply_to: number | null;
  /** JSON of user ids; null for none. */
  readonly mentions: string | null;
  readonly mentions_all: 1 | null;
  /** The rev that pinned it. */
  readonly pinned: number | null;
  /** JSON of ReactionCounts; null for none. */
  readonly reactions: string | null;
}

export interface ReactionRecord {
  readonly chat_id: ChatId;
  readonly seq: number;
  readonly reaction: string;
  readonly user_id: UserId;
  /** The chat's rev that it made. */
  readonly rev: number;
}

/** Records of a store beside messages, by kind; each refers to kinds before it only. */
export interface Records {
  readonly users: UserRecord;
  readonly contacts: PairRecord;
  readonly blocks: PairRecord;
  readonly tokens: TokenRecord;
  readonly groups: GroupRecord;
  readonly members: MemberRecord;
  readonly reactions: ReactionRecord;
}

export type RecordKind = keyof Records;

/** A chat with messages. */
export interface ChatEnd {
  readonly chatId: ChatId;
  readonly lastSeq: number;
}

/**
 * A store opened to be moved, from or to; no server uses it meanwhile. Methods reject with StoreUnavailableError when
 * the store cannot be reached; what was written may then be written again.
 */
export interface StoreTransfer {
  /** For people: without secrets, the same at each opening. */
  readonly label: string;
  /** The label of the store from which a migration into this one was begun and not finished. */
  unfinished(): Promise<string | undefined>;
  /** From now on no server opens this store, until `finish`. */
  begin(source: string): Promise<void>;
  finish(): Promise<void>;
  /** Whether there is no user and no message. */
  isEmpty(): Promise<boolean>;
  read<K extends RecordKind>(kind: K): AsyncIterable<readonly Records[K][]>;
  /** Takes the place of records about the same. Members and reactions only after the messages. */
  write<K extends RecordKind>(kind: K, records: readonly Records[K][]): Promise<void>;
  /** The chats that have messages, in any order. */
  chats(): Promise<ChatEnd[]>;
  /** The messages after a seq, in order. */
  messages(chatId: ChatId, afterSeq: number): AsyncIterable<readonly MessageRecord[]>;
  /** Appends messages whose seqs follow the chat's last one. */
  append(chatId: ChatId, messages: readonly MessageRecord[]): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Digest of a set of records, whatever their order: their number, and the sum of their hashes. */
export class Digest {
  count = 0;
  #sum = 0n;

  add(fields: readonly unknown[]): void {
    this.count += 1;
    const hash = createHash("sha256").update(JSON.stringify(fields)).digest("hex");
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) & ((1n << 256n) - 1n);
  }

  /** Of another set, none of whose records is in this one. */
  addAll(other: Digest): void {
    this.count += other.count;
    this.#sum = (this.#sum + other.#sum) & ((1n << 256n) - 1n);
  }

  get text(): string {
    return this.#sum.toString(16).padStart(64, "0");
  }
}

/** The fields of a record that count, in a fixed order. */
export function recordFields(record: Records[RecordKind] | MessageRecord): unknown[] {
  return Object.entries(record)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flat();
}

export function messageFields(chatId: ChatId, message: MessageRecord): unknown[] {
  return [chatId, ...recordFields(message)];
}
