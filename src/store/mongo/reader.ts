// The reading side of the MongoDB store.
import type { FindCursor } from "mongodb";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { TOKEN_LIFETIME_MS } from "../../protocol/limits.ts";
import { searchForm } from "../../protocol/text.ts";
import { isWanted } from "../store.ts";
import type { Changes, History, HistoryPage, NamePage } from "../store.ts";
import type { DirectoryQuery, ReactionTarget, StoreReader, User } from "../store.ts";
import type { SearchPlace, SearchQuery, SearchSlice } from "../store.ts";
import type { ListQuery } from "../slices.ts";
import { readAccounts, readBlocks, readIsBlocked } from "./account-reads.ts";
import { profileOf } from "./account-writes.ts";
import type { Member } from "../../domain/chats.ts";
import type { MongoConnection } from "./connection.ts";
import type { Collections, MessageDocument, UserDocument } from "./documents.ts";
import { readRev } from "./last-seqs.ts";
import { readDirectory } from "./directory.ts";
import { GroupReads } from "./group-reads.ts";
import { readBlocked, readChats, readContacts, readWatched } from "./lists.ts";
import { readMember, readSearchable } from "./member-reads.ts";
import { readPins } from "./pins.ts";
import { readReactions } from "./reactions.ts";
import { WITHOUT_FOLDED, withNames } from "./sent-messages.ts";
import { Page } from "./page.ts";
import { readIds } from "./users.ts";
import { literalPattern } from "./search-text.ts";

/** After so long a slice of a search ends, in milliseconds. */
const SEARCH_SLICE_MS = 10;
/**
 * Messages that the first query of a search looks through; each further one looks through twice as many while that is
 * quick, up to the last: a query that is under way takes the processor of the database from others.
 */
const FIRST_SEARCH_SPAN = 2_000;
const LAST_SEARCH_SPAN = 16_000;
/** Documents that a server sends at a time: a page's texts can be far more than what fits in it. */
const DOCUMENTS_PER_REPLY = 64;

/** See StoreReader. Owns the connection. */
export class MongoReader implements StoreReader {
  readonly #connection: MongoConnection;
  readonly #collections: Collections;
  readonly #groups: GroupReads;
  readonly #searchSliceMs: number;

  /** `searchSliceMs` is how long a slice of a search takes at least when there is more to look at. */
  constructor(connection: MongoConnection, searchSliceMs = SEARCH_SLICE_MS) {
    this.#searchSliceMs = searchSliceMs;
    this.#connection = connection;
    this.#collections = connection.collections;
    this.#groups = new GroupReads(connection.collections);
  }

  userByKey(usernameKey: string): Promise<User | undefined> {
    return this.#connection.run(async () =>
      userOf(await this.#collections.users.findOne({ username_key: usernameKey })),
    );
  }

  userById(userId: UserId): Promise<User | undefined> {
    return this.#connection.run(async () => userOf(await this.#collections.users.findOne({ _id: userId })));
  }

  userByToken(tokenHash: string, nowMs: number): Promise<User | undefined> {
    return this.#connection.run(async () => {
      const { tokens } = this.#collections;
      const valid = { $gte: nowMs - TOKEN_LIFETIME_MS };
      const token =
        (await tokens.findOne({ hash: tokenHash, created_ms: valid })) ??
        (await tokens.findOne({ previous_hash: tokenHash, previous_ms: valid }));
      return token === null ? undefined : userOf(await this.#collections.users.findOne({ _id: token.user_id }));
    });
  }

  contacts(userId: UserId, page: NamePage): ReturnType<StoreReader["contacts"]> {
    return this.#connection.run(() => readContacts(this.#collections, userId, page));
  }

  watchedBy(userId: UserId, limit: number): Promise<UserId[]> {
    return this.#connection.run(() => readWatched(this.#collections, userId, limit));
  }

  blocked(userId: UserId, page: NamePage): ReturnType<StoreReader["blocked"]> {
    return this.#connection.run(() => readBlocked(this.#collections, userId, page));
  }

  directory(query: DirectoryQuery): ReturnType<StoreReader["directory"]> {
    return this.#connection.run(() => readDirectory(this.#collections, query));
  }

  chats(...asked: Parameters<StoreReader["chats"]>): ReturnType<StoreReader["chats"]> {
    return this.#connection.run(() => readChats(this.#collections, ...asked));
  }

  member(chatId: ChatId, userId: UserId): Promise<Member | undefined> {
    return this.#connection.run(() => readMember(this.#collections, chatId, userId));
  }

  group(...args: Parameters<StoreReader["group"]>): ReturnType<StoreReader["group"]> {
    return this.#connection.run(() => this.#groups.group(...args));
  }

  groupCreator(...args: Parameters<StoreReader["groupCreator"]>): ReturnType<StoreReader["groupCreator"]> {
    return this.#connection.run(() => this.#groups.groupCreator(...args));
  }

  groupMembers(...args: Parameters<StoreReader["groupMembers"]>): ReturnType<StoreReader["groupMembers"]> {
    return this.#connection.run(() => this.#groups.groupMembers(...args));
  }

  groups(query: ListQuery): ReturnType<StoreReader["groups"]> {
    return this.#connection.run(() => this.#groups.groups(query));
  }

  readMarks(...args: Parameters<StoreReader["readMarks"]>): ReturnType<StoreReader["readMarks"]> {
    return this.#connection.run(() => this.#groups.readMarks(...args));
  }

  groupsOf(...args: Parameters<StoreReader["groupsOf"]>): ReturnType<StoreReader["groupsOf"]> {
    return this.#connection.run(() => this.#groups.groupsOf(...args));
  }

  history(chatId: ChatId, page: HistoryPage): Promise<History> {
    return this.#connection.run(async () => {
      // The revision first: the messages are then in its state or a later one.
      const rev = await readRev(this.#collections, chatId);
      const [found, last] = await Promise.all([this.#page(chatId, page), this.#lastSeq(chatId)]);
      const messages = await withNames(this.#collections, found.documents);
      // The page may be newer than the last seq read beside it.
      const lastSeq = Math.max(last, messages.at(-1)?.seq ?? 0);
      return { lastSeq, rev, messages, hasMore: found.hasMore };
    });
  }

  changes(chatId: ChatId, afterRev: number, limit: number, firstSeq = 1): Promise<Changes> {
    return this.#connection.run(async () => {
      const rev = await readRev(this.#collections, chatId);
      const page = new Page(limit);
      const changed = this.#collections.messages
        .find(
          { chat_id: chatId, rev: { $gt: afterRev }, ...(firstSeq > 1 && { seq: { $gte: firstSeq } }) },
          { projection: WITHOUT_FOLDED, batchSize: DOCUMENTS_PER_REPLY },
        )
        .sort({ rev: 1 });
      await fill(page, changed.limit(limit + 1));
      return { rev, messages: await withNames(this.#collections, page.documents), hasMore: page.hasMore };
    });
  }

  reactions(target: ReactionTarget, page: NamePage): ReturnType<StoreReader["reactions"]> {
    return this.#connection.run(() => readReactions(this.#collections, target, page));
  }

  pins(chatId: ChatId, before: number | undefined, firstSeq = 1): ReturnType<StoreReader["pins"]> {
    return this.#connection.run(() => readPins(this.#collections, chatId, before, firstSeq));
  }

  usersNamed(usernameKeys: readonly string[]): ReturnType<StoreReader["usersNamed"]> {
    return this.#connection.run(() => readIds(this.#collections, usernameKeys));
  }

  search(query: SearchQuery, from?: SearchPlace): Promise<SearchSlice> {
    return this.#connection.run(async () => {
      const { chatId, limit } = query;
      const page = new Page(limit);
      const start = from ?? (await this.#searchStart(query));
      const { firstSeq = 1 } = query;
      const foundBefore = await this.#found(
        chatId,
        start.foundSeqs.filter((seq) => seq >= firstSeq),
      );
      const isFull = !foundBefore.every((document) => page.add(document));
      const place = isFull ? undefined : await this.#collectHits(query, start, page);
      if (place !== undefined) return { place };
      return { result: { messages: await withNames(this.#collections, page.documents), hasMore: page.hasMore } };
    });
  }

  searchable(userId: UserId): ReturnType<StoreReader["searchable"]> {
    return this.#connection.run(() => readSearchable(this.#collections, userId));
  }

  accounts(query: ListQuery): ReturnType<StoreReader["accounts"]> {
    return this.#connection.run(() => readAccounts(this.#collections, query));
  }

  blocksOf(userId: UserId): ReturnType<StoreReader["blocksOf"]> {
    return this.#connection.run(() => readBlocks(this.#collections, userId));
  }

  isBlocked(one: UserId, other: UserId): Promise<boolean> {
    return this.#connection.run(() => readIsBlocked(this.#collections, one, other));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #page(chatId: ChatId, { before, after, limit, firstSeq = 1 }: HistoryPage): Promise<Page> {
    const from = Math.max(after ?? 0, firstSeq - 1);
    const range = { ...(from > 0 && { $gt: from }), ...(before === undefined ? {} : { $lt: before }) };
    const filter = Object.keys(range).length === 0 ? { chat_id: chatId } : { chat_id: chatId, seq: range };
    const page = new Page(limit);
    const ordered = this.#collections.messages
      .find(filter, { projection: WITHOUT_FOLDED, batchSize: DOCUMENTS_PER_REPLY })
      .sort({ seq: after === undefined ? -1 : 1 });
    await fill(page, ordered.limit(limit + 1));
    if (after === undefined) page.documents.reverse();
    return page;
  }

  async #searchStart({ chatId, before = Infinity }: SearchQuery): Promise<SearchPlace> {
    const last = await this.#lastSeq(chatId);
    return { before: Math.min(last + 1, before), foundSeqs: [], span: FIRST_SEARCH_SPAN };
  }

  /** Hits of the slices before, newest first. */
  async #found(chatId: ChatId, seqs: readonly number[]): Promise<MessageDocument[]> {
    if (seqs.length === 0) return [];
    const filter = { chat_id: chatId, seq: { $in: [...seqs] } };
    return this.#collections.messages.find(filter, { projection: WITHOUT_FOLDED }).sort({ seq: -1 }).toArray();
  }

  /**
   * Looks down from a place in spans that an index bounds, each a short query, until the page is full, nothing is left or
   * the slice is over; then it resolves with the place where to go on.
   */
  async #collectHits(query: SearchQuery, from: SearchPlace, page: Page): Promise<SearchPlace | undefined> {
    const { chatId, word, firstSeq = 1 } = query;
    const $regex = literalPattern(word);
    const folded = searchForm(word);
    const endMs = performance.now() + this.#searchSliceMs;
    let { before, span } = from;
    while (before > firstSeq) {
      const startMs = performance.now();
      const filter = {
        chat_id: chatId,
        seq: { $gte: Math.max(before - span, firstSeq), $lt: before },
        folded: { $regex },
      };
      const hits = this.#collections.messages
        .find(filter, { projection: WITHOUT_FOLDED, batchSize: DOCUMENTS_PER_REPLY })
        .sort({ seq: -1 });
      if (
        !(await fill(
          page,
          hits,
          ({ text, user_id, time_ms }) => isWanted(query, user_id, time_ms) && searchForm(text).includes(folded),
        ))
      )
        return undefined;
      before -= span;
      const nowMs = performance.now();
      const isQuick = nowMs - startMs < this.#searchSliceMs;
      span = isQuick ? Math.min(span * 2, LAST_SEARCH_SPAN) : Math.max(FIRST_SEARCH_SPAN, span / 2);
      if (nowMs >= endMs && before > firstSeq) return { before, span, foundSeqs: page.documents.map(({ seq }) => seq) };
    }
    return undefined;
  }

  async #lastSeq(chatId: ChatId): Promise<number> {
    const newest = this.#collections.messages
      .find({ chat_id: chatId }, { projection: { _id: 0, seq: 1 } })
      .sort({ seq: -1 })
      .limit(1);
    return (await newest.next())?.seq ?? 0;
  }
}

/** Adds what the cursor gives until the page is full; resolves with whether there is room for more. */
async function fill(
  page: Page,
  cursor: FindCursor<MessageDocument>,
  isHit: (document: MessageDocument) => boolean = () => true,
): Promise<boolean> {
  for await (const document of cursor) {
    if (isHit(document) && !page.add(document)) return false;
  }
  return true;
}

function userOf(document: UserDocument | null): User | undefined {
  if (document === null) return undefined;
  const { _id: userId, username, username_key: usernameKey, password_hash: passwordHash } = document;
  const { state = "active" } = document;
  const mustChangePassword = document.must_change_password === 1;
  return { userId, username, usernameKey, passwordHash, profile: profileOf(document), state, mustChangePassword };
}
