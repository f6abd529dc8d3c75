// Messages between the threads: request tasks and batches, and their results. Types only.
import type { ReplyTo } from "../protocol/envelope.ts";
import type { Framing } from "../protocol/frame.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import type { RefusalFacts } from "../protocol/codes.ts";
import type { GlobalPlace, GlobalQuery, GlobalSlice } from "../actions/global-search.ts";
import type { LoginSnapshot } from "../actions/login-snapshot.ts";
import type { Continuation, PasswordRequest, PasswordVerdict } from "../actions/again.ts";
import type { Effect, Finish, GroupChange, GroupReset, Identity, Membership, Reply } from "../domain/effects.ts";
import type { Write, WriteKind, WriteResults } from "../domain/writes/table.ts";
import type { ListedGroup, MemberPage } from "../store/group-reader.ts";
import type { ListQuery, Slice } from "../store/slices.ts";
import type { Account, NamePage, SearchablePlace, SearchPlace, SearchQuery, SearchSlice } from "../store/store.ts";

/** All requests that have arrived on one connection, to be carried out in order. */
export interface RequestTask {
  readonly framing: Framing;
  readonly identity: Identity | undefined;
  /** The payloads, each behind its length (4 bytes, big-endian). Copied, so that the task can run again. */
  readonly payloads: ArrayBuffer;
  /** Indexes of payloads that are over the connection's request rate, and seconds until the next is free. */
  readonly limited: ReadonlySet<number> | undefined;
  readonly retryAfter: number;
  /** Seconds for which logins from the connection's address are refused; 0 when they are not. */
  readonly loginRetryAfter: number;
  /** For the first payload, when it had stopped for its password work. */
  readonly verdict: PasswordVerdict | undefined;
  /** For the first payload, when its time was over. */
  readonly continuation?: Continuation | undefined;
  /** After so many milliseconds it ends with the request that is being carried out; less than usual. */
  readonly maxMs?: number;
  /** With the answer that goes beyond so many bytes it ends, if not before; the peer leaves others unread. */
  readonly maxReplyBytes?: number;
}

/**
 * Tasks of several connections, carried out one after the other. The answer has a result for each, in order; undefined
 * for those that were not begun, since the ones before took too long.
 */
export interface RequestBundle {
  readonly bundle: readonly RequestTask[];
}

/**
 * Result of a request task. A task ends early where the next request may depend on something that only the gateway
 * or the storage thread can do; the rest is then handed over again. Reading is all that a request worker does to
 * the store, so a task that was lost with its thread can simply run again.
 */
export interface RequestTaskResult {
  /** Payloads from the first on that need no further task; at least one, unless `passwordRequest` or `continuation` is there. */
  readonly consumed: number;
  /** Finished frames, in order. */
  readonly replies: Uint8Array;
  /** To be carried out after `replies`. */
  readonly effects: readonly Effect[];
  /** Packed PendingWrite[]: the last of the consumed requests, answered by the storage thread. Transferred. */
  readonly writes: Uint8Array | undefined;
  readonly passwordRequest: PasswordRequest | undefined;
  /** The next request was begun and takes longer than a slice: it is handed over again with this. */
  readonly continuation?: Continuation;
  /** For how long the thread read the store for others than messages, in milliseconds. */
  readonly costMs: number;
  /** Left out when no reply has code 429. */
  readonly refused?: Refused;
}

/** Replies with code 429, and the longest time in seconds that one of them told to wait. */
export interface Refused {
  readonly count: number;
  readonly retryAfter: number;
}

/** Questions of the server's own to the store, which a request thread answers: their data and results. */
export interface LookUps {
  /** To verify a login at the avatar server. */
  credentials: { data: { readonly username: string }; result: Credentials };
  /** Users blocked by a user, and those who have blocked the user. */
  blocks: { data: { readonly userId: UserId }; result: readonly UserId[] };
  /** The groups that a user is in. */
  memberships: { data: { readonly userId: UserId }; result: MembershipsResult };
  /** The snapshot for a session that begins. */
  loginSnapshot: { data: { readonly userId: UserId; readonly withGroups: boolean }; result: LoginSnapshotResult };
  /** The user with this name; undefined where there is none. */
  user: { data: { readonly username: string }; result: FoundUser | undefined };
  /** A user's `file_name`; undefined for a user who does not exist. */
  avatar: { data: { readonly userId: UserId }; result: string | null | undefined };
  /** Slices of the administrator's lists. */
  accounts: { data: ListQuery; result: Slice<Account> };
  groups: { data: ListQuery; result: Slice<ListedGroup> };
  members: { data: { readonly chatId: ChatId; readonly page: NamePage }; result: MemberPage };
  /** A slice of a search in any chat. */
  search: { data: { readonly query: SearchQuery; readonly place: SearchPlace | undefined }; result: SearchSlice };
  /** A slice of a search in all chats that a user is in. */
  searchAll: { data: SearchOfUser; result: GlobalSlice | { readonly place: SearchablePlace } };
}

export type LookUp = keyof LookUps;

export interface LookUpTask<K extends LookUp = LookUp> {
  readonly lookUp: K;
  readonly data: LookUps[K]["data"];
}

/** A search in all chats that a user is in, where it begins or goes on. */
export interface SearchOfUser {
  readonly userId: UserId;
  readonly query: GlobalQuery;
  readonly place: GlobalPlace | SearchablePlace | undefined;
}

export interface FoundUser {
  readonly userId: UserId;
  readonly username: string;
}

/** A refusal is what the peer is answered instead. */
export type MembershipsResult =
  { readonly memberships: readonly Membership[]; readonly refusal?: undefined } | { readonly refusal: RefusalFacts };

/** A refusal is what the peer is answered instead. */
export type LoginSnapshotResult =
  { readonly snapshot: LoginSnapshot; readonly refusal?: undefined } | { readonly refusal: RefusalFacts };

export interface Credentials {
  /** Key of the name that failures count for. */
  readonly account: string;
  /** Undefined for a name that nobody has. */
  readonly userId: UserId | undefined;
  /** As registered; "" for a name that nobody has. */
  readonly username: string;
  readonly hash: string;
}

/** A planned write, and the request that it answers. */
export interface PendingWrite {
  readonly write: Write;
  readonly replyTo: ReplyTo;
  /** The rules of the write's kind add the fields that are known when it is done. */
  readonly reply: Reply;
  /** Completion of the reply; undefined when it is whole with the write. */
  readonly finish?: Finish | undefined;
  /** Carried out only when the write is done. */
  readonly effects: readonly Effect[];
}

/** Tasks of the storage thread. */
export type StorageTask =
  { readonly kind: "open" } | CommitTask | { readonly kind: "maintain" } | { readonly kind: "close" };

/** A batch. */
export interface CommitTask {
  readonly kind: "commit";
  readonly groups: readonly WriteGroup[];
  /** The batch's time, Unix milliseconds: that of its messages. Not the one of the batch before, so it tells them apart. */
  readonly timeMs: number;
  /** The batch was begun before, and nobody knows how that ended. */
  readonly isRepeat: boolean;
  /** Which events are compressed as well; undefined when no session takes them so. */
  readonly compression: Compression | undefined;
}

/** Events of a batch to be compressed; see `Fanout.compression`. */
export interface Compression {
  /** Events of a chat that have at least so many bytes together. */
  readonly fromBytes: number;
  /** Chats of whose events each is, however few. */
  readonly chatsOfMany: ReadonlySet<ChatId>;
}

/** Result of opening the store. */
export interface OpenResult {
  /** Why it could not be opened, in one line; undefined when it is open. */
  readonly problem: string | undefined;
  /** Guarantee of an acknowledgement with this store; undefined when it is not open. */
  readonly guarantee: string | undefined;
  /** True when it may open later: it could not be reached. */
  readonly isUnavailable: boolean;
}

/** The writes of one connection's task, or one of the server's own. */
export interface WriteGroup {
  /** How the answers are framed; undefined for the server's own writes, which nobody is answered. */
  readonly framing: Framing | undefined;
  /** Packed PendingWrite[]. Transferred. */
  readonly writes: Uint8Array;
}

export interface GroupResult {
  /** The responses, one frame a write; empty for the server's own. */
  readonly replies: Uint8Array;
  /** Of the server's own writes: what each came to, in order. Undefined for a connection's. */
  readonly outcomes: readonly OwnOutcome[] | undefined;
  readonly effects: readonly Effect[];
  /** Messages newly stored. */
  readonly messageCount: number;
  /** Writes that were not done, and were answered so. */
  readonly refusedCount: number;
}

/** The fate of a write of the server's own; a refusal as a client would be told it. */
export type OwnOutcome<K extends WriteKind = WriteKind> =
  { readonly done: true; readonly result: WriteResults[K] } | { readonly done: false; readonly refusal: RefusalFacts };

/** Events of one chat and of one kind, in length-prefixed framing. */
export interface EventChunk {
  readonly chatId: ChatId;
  readonly event: "message" | "changed";
  /** Numbers of the first and the last: the seq of messages, the rev of changes. */
  readonly from: number;
  readonly to: number;
  /**
   * The seq of each message, so that whoever may not see one is not told of it: of changes, and of messages that do not
   * follow one another.
   */
  readonly seqs?: readonly number[];
  readonly bytes: Uint8Array;
  /** The same events as one compressed frame, where that is shorter and somebody takes it. */
  readonly compressed?: Uint8Array | undefined;
}

export interface CommitResult {
  /** One per group, in order. */
  readonly groups: readonly GroupResult[];
  /** Per chat in the order of the commits. */
  readonly chunks: readonly (EventChunk | GroupChange | GroupReset)[];
  /** Writes carried out, messages newly stored among them, and how long the store's commit took. */
  readonly writeCount: number;
  readonly messageCount: number;
  readonly commitMs: number;
  /** True when the store could not be reached and every write was answered with 503. */
  readonly unavailable: boolean;
  /** True when messages of failed batches may still be found stored: then a batch, if need be an empty one, is to follow. */
  readonly unsettled: boolean;
}
