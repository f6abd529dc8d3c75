// The interface of a store, in plain verbs. No SQL and no MongoDB type leaves its folder.
import type { AccountState } from "../protocol/admin.ts";
import type { ChatSummary, Message, Profile } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import { searchForm } from "../protocol/text.ts";
import type { Member } from "../domain/chats.ts";
import type { Write, WriteOutcome } from "../domain/writes/table.ts";
import type { GroupReader } from "./group-reader.ts";
import type { ListQuery, Slice } from "./slices.ts";

/** A user as stored. */
export interface User {
  readonly userId: UserId;
  /** As registered, NFKC. */
  readonly username: string;
  /** `usernameKey(username)`: unique. */
  readonly usernameKey: string;
  readonly passwordHash: string;
  readonly profile: Profile;
  readonly state: AccountState;
  /** The password is a one-time one, made by the administrator. */
  readonly mustChangePassword: boolean;
}

/** A user as the administrator sees them. Times are Unix milliseconds. */
export interface Account {
  readonly userId: UserId;
  readonly username: string;
  readonly usernameKey: string;
  readonly state: AccountState;
  readonly createdMs: number;
  /** The last login; undefined before the first. */
  readonly lastLoginMs: number | undefined;
}

export interface Contact {
  readonly userId: UserId;
  readonly username: string;
}

/** One entry of a user's contacts. */
export interface ListedContact extends Contact {
  /** Whether one of the two has blocked the other. */
  readonly isBlocked: boolean;
}

/** Which part of a list of users is read, sorted by the code points of `usernameKey`. */
export interface NamePage {
  /** Key of a name, exclusive; "" for the first page. */
  readonly after: string;
  readonly limit: number;
}

/** Which part of the directory is read. */
export interface DirectoryQuery {
  /** The asking user. */
  readonly userId: UserId;
  /** Case-folded part of the username, or of the first or second name; nothing in it is a pattern. Empty for all. */
  readonly contains: string;
  /** Key of a name, exclusive; "" for the first. */
  readonly after: string;
  /** Users that are found at most. */
  readonly limit: number;
}

/** A user in the directory. */
export interface DirectoryUser {
  readonly profile: Profile;
  /** Whether the one who asks has blocked this user: then only the name counts. */
  readonly isBlocked: boolean;
}

/** Result of a slice of the directory: users sorted by the key of their name, and where the next slice begins. */
export interface DirectorySlice {
  readonly users: DirectoryUser[];
  /** Key of the last name that was looked at; undefined at the end. */
  readonly next: string | undefined;
}

/** Whether a user is one of those that the directory is asked for; `contains` is in the form of the search. */
export function isInDirectory({ profile, isBlocked }: DirectoryUser, contains: string): boolean {
  if (contains === "" || searchForm(profile.username).includes(contains)) return true;
  if (isBlocked) return false;
  return searchForm(profile.first_name).includes(contains) || searchForm(profile.second_name).includes(contains);
}

/** `lastMs` of the common chat: it comes before all others. */
export const FIRST_MS = Number.MAX_SAFE_INTEGER;

/** A place between the chats of a list: behind this chat. */
export interface ChatPosition {
  /** Time of the chat's last message, Unix milliseconds; 0 without one, FIRST_MS for the common chat. */
  readonly lastMs: number;
  readonly chatId: ChatId;
}

export interface ChatPage {
  readonly chats: ChatSummary[];
  /** Where the next page begins; undefined at the end. */
  readonly next: ChatPosition | undefined;
}

/** Which part of a chat is read; both cursors are exclusive. See docs/protocol.md, "Pages". */
export interface HistoryPage {
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly limit: number;
  /** Messages before it are not there for this reader; 1 by default. */
  readonly firstSeq?: number;
}

export interface History {
  /** Sequence number of the chat's newest message; 0 for a chat without any. */
  readonly lastSeq: number;
  /** The chat's revision: number of changes of its messages so far. The messages are in the state of this or a later one. */
  readonly rev: number;
  /** Ascending by seq. */
  readonly messages: Message[];
  readonly hasMore: boolean;
}

export interface Changes {
  /** See History. */
  readonly rev: number;
  /** In their present state, ascending by rev. */
  readonly messages: Message[];
  readonly hasMore: boolean;
}

export interface ReactionTarget {
  readonly chatId: ChatId;
  readonly seq: number;
  readonly reaction: string;
}

export interface ReactionPage {
  readonly users: Contact[];
  readonly hasMore: boolean;
}

export interface PinPage {
  readonly messages: Message[];
  /** Cursor of the next page; undefined at the end. */
  readonly next: number | undefined;
}

export interface SearchQuery {
  readonly chatId: ChatId;
  /** Compared with the texts when both are in the form of the search (`searchForm`). */
  readonly word: string;
  /** Exclusive; undefined for the whole chat. */
  readonly before: number | undefined;
  readonly limit: number;
  /** See HistoryPage. */
  readonly firstSeq?: number;
  /** Only messages of this user, and between these times (exclusive, Unix milliseconds). */
  readonly authorId?: UserId | undefined;
  readonly afterMs?: number | undefined;
  readonly beforeMs?: number | undefined;
  /** So many messages are looked at before an index is asked: where the word is frequent that finds enough sooner. */
  readonly scanFirst?: number;
  /** The search ends after those; see SearchSlice. */
  readonly endsAfterScan?: boolean;
  /** See SearchableChat. */
  readonly candidates?: SearchCandidates | undefined;
}

/** Whether a message whose text was found is one of those that are wanted. */
export function isWanted({ authorId, afterMs, beforeMs }: SearchQuery, userId: UserId, timeMs: number): boolean {
  const isByAuthor = authorId === undefined || authorId === userId;
  return isByAuthor && timeMs > (afterMs ?? -Infinity) && timeMs < (beforeMs ?? Infinity);
}

/** Up to a seq of a chat these messages alone may hold a word; descending. */
export interface SearchCandidates {
  readonly upTo: number;
  readonly seqs: readonly number[];
}

/** A chat in which a user may find messages. */
export interface SearchableChat {
  readonly chatId: ChatId;
  /** Not before the time of its last message, Unix milliseconds. */
  readonly lastMs: number;
  /** Messages before it are not there for this reader. */
  readonly firstSeq: number;
  /** Absent where all messages may hold the word. */
  readonly candidates?: SearchCandidates;
}

/** Where the question which chats these are goes on; as SearchPlace. */
export interface SearchablePlace {
  readonly walked: number;
}

/** Result of a slice of that question. */
export type SearchableSlice = { readonly chats: readonly SearchableChat[] } | { readonly place: SearchablePlace };

export interface SearchResult {
  /** Descending by seq. */
  readonly messages: Message[];
  readonly hasMore: boolean;
}

/** Where a search goes on. Plain data that may cross threads and wait; only the store that made it looks into it. */
export interface SearchPlace {
  /** Messages from this seq on have been looked at. */
  readonly before: number;
  readonly foundSeqs: readonly number[];
  /** How many seqs the next step looks at. */
  readonly span: number;
  /** SQLite, for words that are too short for its index: messages scanned, and trigrams found, with the next to look for. */
  readonly scannedCount?: number;
  readonly terms?: readonly string[];
  readonly nextTerm?: string;
}

/**
 * Result of a slice of a search. `rest` is there for one that was to end after a scan, and says where another search
 * goes on: before this seq, where no message is newer than this time (Unix milliseconds).
 */
export type SearchSlice =
  | { readonly result: SearchResult; readonly rest?: { readonly before: number; readonly boundMs: number } }
  | { readonly place: SearchPlace };

/**
 * The reading side; any number may be open on one store, in any thread. Every method rejects with StoreUnavailableError
 * when the store cannot be reached (nothing else is thrown on purpose).
 */
export interface StoreReader extends GroupReader {
  userByKey(usernameKey: string): Promise<User | undefined>;
  userById(userId: UserId): Promise<User | undefined>;
  /** The user whose token has this hash and is not older than its lifetime at `nowMs`. */
  userByToken(tokenHash: string, nowMs: number): Promise<User | undefined>;
  contacts(userId: UserId, page: NamePage): Promise<{ readonly contacts: ListedContact[]; readonly hasMore: boolean }>;
  /** Contacts without those of whom one has blocked the other, in any order. */
  watchedBy(userId: UserId, limit: number): Promise<UserId[]>;
  /** Users whom this user has blocked. */
  blocked(userId: UserId, page: NamePage): Promise<{ readonly blocked: Contact[]; readonly hasMore: boolean }>;
  /** Active users, without those who have blocked the one who asks; looks at SLICE_ROWS accounts at most. */
  directory(query: DirectoryQuery): Promise<DirectorySlice>;
  /**
   * The common chat first, then groups and one-to-one chats with messages: by the time of the last message (of a group
   * without one: of its making), newest first, equal times by chat id; then those with contacts in which nothing was
   * written, by chat id. `limit` is from 1. Groups are left out unless `withGroups`.
   */
  chats(userId: UserId, after: ChatPosition | undefined, limit: number, withGroups?: boolean): Promise<ChatPage>;
  /**
   * Membership of the user in the chat; undefined for who is no member of it. Everybody that is there is a member of the common
   * chat, and the two of a one-to-one chat are its members before anything is written in it, also if one of them is
   * deleted since. The one question before anything of a chat is read; asked again at the commit of what is written.
   */
  member(chatId: ChatId, userId: UserId): Promise<Member | undefined>;
  history(chatId: ChatId, page: HistoryPage): Promise<History>;
  /** The changed messages with a greater `rev` than `afterRev`; `firstSeq` as in HistoryPage. */
  changes(chatId: ChatId, afterRev: number, limit: number, firstSeq?: number): Promise<Changes>;
  /** Users who have reacted to a message in this way, sorted by username; undefined for one that is not there, or deleted. */
  reactions(target: ReactionTarget, page: NamePage): Promise<ReactionPage | undefined>;
  /** The pinned messages that were pinned before `before` (PinPage.next; undefined for all), newest pin first. */
  pins(chatId: ChatId, before: number | undefined, firstSeq?: number): Promise<PinPage>;
  /** The ids of users with these names, by `usernameKey`; deleted accounts have none. */
  usersNamed(usernameKeys: readonly string[]): Promise<Map<string, UserId>>;
  /**
   * Messages whose text holds a word, newest first. Looks for some milliseconds, whatever the chat's size, and gives the
   * result, or the place at which the caller asks it to go on.
   */
  search(query: SearchQuery, from?: SearchPlace): Promise<SearchSlice>;
  /** The chats of a user in which messages may hold the word, in any order; looked for as `search` looks. */
  searchable(userId: UserId, word: string, from?: SearchablePlace): Promise<SearchableSlice>;
  /** A slice of the accounts that are not deleted, by the keys of their names, which `contains` is looked for in. */
  accounts(query: ListQuery): Promise<Slice<Account>>;
  /** Users whom this user has blocked, sorted by username, and those who have blocked this user. */
  blocksOf(userId: UserId): Promise<{ readonly blocked: Contact[]; readonly blockedBy: UserId[] }>;
  /** Whether one of the two has blocked the other. */
  isBlocked(one: UserId, other: UserId): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * The writing side; one is open on a store, in the storage thread alone.
 *
 * `commit` carries the writes out in order and resolves after all that was done is durable, with one outcome per
 * write: a message gets the next `seq` of its chat (from 1, without holes), a `messageId` that the user already sent
 * in this chat stores nothing, an append marks the chat as read by its sender up to the new seq, `createUser` sets the
 * common chat's mark to its last seq. NotFound is what a deleted account writes, and contacts and blocks of one; a
 * message that it had sent before is a repeat even then. It rejects with StoreUnavailableError when nothing is known to
 * be stored; the same batch may then be committed again. `nowMs` (server clock) is the time of all of them; `steadyMs` is
 * the same by a clock that never jumps, for what expires.
 */
export interface StoreWriter {
  /** Guarantee of a resolved `commit`, in one line for the log and the administrator. */
  readonly guarantee?: string;
  commit(writes: readonly Write[], nowMs: number, steadyMs?: number): Promise<WriteOutcome[]>;
  /**
   * Messages of commits that were rejected, found to be stored all the same; to be called after each `commit` that
   * resolved. Their events come before those of that commit; of each chat they are in the order of seq.
   */
  takeLateMessages?(): Message[];
  /** The same for groups, before those messages: nobody was told who is in them now. */
  takeLateGroups?(): LateGroup[];
  /**
   * Whether something of rejected commits may still be found stored, or waits for `takeLateMessages` or `takeLateGroups`.
   * A `commit` without writes looks for it: so that it is told although nobody writes.
   */
  readonly isUnsettled?: boolean;
  /**
   * One short step (a few milliseconds) of work that can wait, such as the search index; to be called when no batch
   * waits, never during a `commit`. Resolves with whether more is to do. Not needed for right results, only for fast
   * ones. Rejects with StoreUnavailableError; the next step tries again.
   */
  maintain?(nowMs: number): Promise<boolean>;
  /** Idempotent. To be called after the readers' `close`. */
  close(): Promise<void>;
}

/** The store cannot be reached or cannot store (disk full): the request may be tried again later. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** A group that a rejected commit has changed, and its members now. */
export interface LateGroup {
  readonly chatId: ChatId;
  readonly memberIds: readonly UserId[];
}

/** How far a copy of the store has come. */
export interface BackupProgress {
  /** From 0 to 1. */
  readonly doneShare: number;
}

/** Contents of a copy of the store. */
export interface BackupSummary {
  readonly userCount: number;
  readonly chatCount: number;
  readonly messageCount: number;
  readonly bytes: number;
}

/** A store that cannot be opened as it is: damaged, locked, from a newer version. The message says what to do. */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";
}
