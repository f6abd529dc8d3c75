// The lists of one user, page by page: chats, contacts, blocked users.
import { lastMessageOf, type ChatSummary, type Message } from "../../protocol/entities.ts";
import { chatForm, COMMON_CHAT, directChatId, otherUser } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { FIRST_MS } from "../store.ts";
import type { ChatPage, ChatPosition, Contact, ListedContact, NamePage } from "../store.ts";
import { readBlockedAmong } from "./account-reads.ts";
import { pairId } from "./documents.ts";
import type { ChatDocument, Collections, MessageDocument } from "./documents.ts";
import { groupOf, IN_GROUP, summaryOf } from "./group-reads.ts";
import { isHintExact, readRev } from "./last-seqs.ts";
import { WITHOUT_FOLDED, withNames } from "./sent-messages.ts";
import { usernames } from "./users.ts";

/** Changed messages that one query for the revisions of chats may find. */
const MAX_CHANGED = 2_000;
/** Contacts of which one query tells whether there are messages with them. */
const CONTACTS_PER_QUERY = 1_000;

const COMMON: ChatDocument = { _id: COMMON_CHAT, first_id: null, second_id: null, seq_hint: 0, last_ms: 0 };

/** See StoreReader.contacts. */
export async function readContacts(
  collections: Collections,
  userId: UserId,
  page: NamePage,
): Promise<{ contacts: ListedContact[]; hasMore: boolean }> {
  const filter = { user_id: userId, name_key: { $gt: page.after } };
  const found = await collections.contacts
    .find(filter)
    .sort({ name_key: 1 })
    .limit(page.limit + 1)
    .toArray();
  const ids = found.slice(0, page.limit).map((contact) => contact.contact_id);
  const [people, blocked] = await Promise.all([named(collections, ids), readBlockedAmong(collections, userId, ids)]);
  const contacts = people.map((contact) => ({ ...contact, isBlocked: blocked.has(contact.userId) }));
  return { contacts, hasMore: found.length > page.limit };
}

/** See StoreReader.watchedBy. */
export async function readWatched(collections: Collections, userId: UserId, limit: number): Promise<UserId[]> {
  const found = await collections.contacts
    .find({ user_id: userId }, { projection: { _id: 0, contact_id: 1 } })
    .limit(limit)
    .toArray();
  const ids = found.map((contact) => contact.contact_id);
  const blocked = await readBlockedAmong(collections, userId, ids);
  return ids.filter((id) => !blocked.has(id));
}

/** See StoreReader.blocked. */
export async function readBlocked(
  collections: Collections,
  userId: UserId,
  page: NamePage,
): Promise<{ blocked: Contact[]; hasMore: boolean }> {
  const filter = { user_id: userId, name_key: { $gt: page.after } };
  const found = await collections.blocks
    .find(filter)
    .sort({ name_key: 1 })
    .limit(page.limit + 1)
    .toArray();
  const ids = found.slice(0, page.limit).map((block) => block.blocked_id);
  return { blocked: await named(collections, ids), hasMore: found.length > page.limit };
}

/** The users, in the order of their ids. */
async function named(collections: Collections, ids: readonly UserId[]): Promise<Contact[]> {
  const names = await usernames(collections, ids);
  return ids.map((userId) => ({ userId, username: names.get(userId) ?? "" }));
}

/** See StoreReader.chats. */
export async function readChats(
  collections: Collections,
  userId: UserId,
  after: ChatPosition | undefined,
  limit: number,
  withGroups = false,
): Promise<ChatPage> {
  const lastMs = after?.lastMs ?? FIRST_MS;
  const found: ChatDocument[] = [];
  if (after === undefined) {
    found.push({ ...((await collections.chats.findOne({ _id: COMMON_CHAT })) ?? COMMON), last_ms: FIRST_MS });
  }
  if (lastMs > 0) {
    const [written, groups] = await Promise.all([
      readWritten(collections, userId, after, limit + 1 - found.length),
      withGroups ? readGroups(collections, userId, after) : [],
    ]);
    found.push(...[...written, ...groups].toSorted(byPlace).slice(0, limit + 1 - found.length));
  }
  if (found.length <= limit) {
    const chatId = lastMs > 0 ? undefined : after?.chatId;
    found.push(...(await readEmpty(collections, userId, chatId, limit + 1 - found.length)));
  }
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    chats: await summaries(collections, userId, page),
    next: last && { lastMs: last.last_ms, chatId: last._id },
  };
}

/** One-to-one chats with messages, from the position on. */
async function readWritten(
  { chats }: Collections,
  userId: UserId,
  after: ChatPosition | undefined,
  limit: number,
): Promise<ChatDocument[]> {
  const { lastMs = FIRST_MS, chatId = "" } = after ?? {};
  const behind =
    lastMs === FIRST_MS
      ? { last_ms: { $gt: 0 } }
      : {
          last_ms: { $gt: 0, $lte: lastMs },
          $or: [{ last_ms: { $lt: lastMs } }, { last_ms: lastMs, _id: { $gt: chatId } }],
        };
  // Two queries in place of one with $or: each takes its chats from an index, in order.
  const both = await Promise.all(
    [{ first_id: userId }, { second_id: userId }].map((mine) =>
      chats
        .find({ ...mine, ...behind })
        .sort({ last_ms: -1, _id: 1 })
        .limit(limit)
        .toArray(),
    ),
  );
  return both.flat().toSorted(byPlace).slice(0, limit);
}

/** The groups that the user is in, from the position on: as many as one user may be in. */
async function readGroups(
  { chats, members }: Collections,
  userId: UserId,
  after: ChatPosition | undefined,
): Promise<ChatDocument[]> {
  const { lastMs = FIRST_MS, chatId = "" } = after ?? {};
  const mine = await members.find({ user_id: userId, ...IN_GROUP }, { projection: { chat_id: 1 } }).toArray();
  if (mine.length === 0) return [];
  const groups = await chats.find({ _id: { $in: mine.map(({ chat_id }) => chat_id) }, kind: "group" }).toArray();
  return groups.filter(({ _id, last_ms }) => last_ms < lastMs || (last_ms === lastMs && _id > chatId));
}

function byPlace(one: ChatDocument, other: ChatDocument): number {
  return other.last_ms - one.last_ms || (one._id < other._id ? -1 : 1);
}

/** One-to-one chats with contacts in which nothing was written, after the chat; the order of ids is that of chats. */
async function readEmpty(
  { chats, contacts }: Collections,
  userId: UserId,
  after: ChatId | undefined,
  limit: number,
): Promise<ChatDocument[]> {
  const empty: ChatDocument[] = [];
  for (let place = after === undefined ? "" : (otherUser(after, userId) ?? ""); empty.length < limit;) {
    const found = await contacts
      .find({ user_id: userId, _id: { $gt: pairId(userId, place), $lt: pairId(userId, "g") } })
      .sort({ _id: 1 })
      .limit(CONTACTS_PER_QUERY)
      .toArray();
    const ids = found.map((contact) => directChatId(userId, contact.contact_id));
    const filter = { _id: { $in: ids }, last_ms: { $gt: 0 } };
    const written = new Set<ChatId>();
    for await (const { _id } of chats.find(filter, { projection: { _id: 1 } })) written.add(_id);
    empty.push(...ids.filter((id) => !written.has(id)).map((_id) => ({ ...COMMON, _id })));
    const last = found.at(-1);
    if (last === undefined || found.length < CONTACTS_PER_QUERY) break;
    place = last.contact_id;
  }
  return empty.slice(0, limit);
}

async function summaries(
  collections: Collections,
  userId: UserId,
  chats: readonly ChatDocument[],
): Promise<ChatSummary[]> {
  const written = chats.filter(({ last_ms }) => last_ms > 0);
  const others = chats.flatMap(({ _id }) => otherUser(_id, userId) ?? []);
  const marks = collections.members.find({ _id: { $in: chats.map(({ _id }) => pairId(userId, _id)) } });
  const [names, read, newest, revs] = await Promise.all([
    usernames(collections, others),
    marks.toArray(),
    readNewest(collections, written),
    readRevs(
      collections,
      written.map(({ _id }) => _id),
    ),
  ]);
  const mine = new Map(read.map((member) => [member.chat_id, member]));
  return chats.flatMap((document): ChatSummary | [] => {
    const { _id: chat_id } = document;
    const member = mine.get(chat_id);
    if (document.kind !== undefined) {
      const group = groupOf(document, revs.get(chat_id) ?? 0, newest.get(chat_id));
      return (member && summaryOf(group, member)) ?? [];
    }
    const other = otherUser(chat_id, userId);
    const last = newest.get(chat_id);
    const last_seq = last?.seq ?? 0;
    const read_seq = Math.min(member?.seq ?? 0, last_seq);
    return {
      chat_id,
      kind: chatForm(chat_id)?.kind ?? "direct",
      ...(other !== undefined && { contact_user_id: other, contact_username: names.get(other) ?? "" }),
      last_seq,
      rev: revs.get(chat_id) ?? 0,
      read_seq,
      unread: last_seq - read_seq,
      ...(last !== undefined && { last_message: lastMessageOf(last) }),
    };
  });
}

/** The newest message of each of the chats. */
async function readNewest(collections: Collections, chats: readonly ChatDocument[]): Promise<Map<ChatId, Message>> {
  // A query for all chats that end at the same seq: one with $or takes some servers 3 ms for each chat.
  const byHint = new Map<number, ChatId[]>();
  const busy: ChatId[] = [];
  for (const { _id, seq_hint } of chats) {
    if (isHintExact(_id)) byHint.set(seq_hint, [...(byHint.get(seq_hint) ?? []), _id]);
    else busy.push(_id);
  }
  const options = { projection: WITHOUT_FOLDED };
  const queries = [...byHint].map(([hint, ids]) =>
    collections.messages.find({ chat_id: { $in: ids }, seq: { $gte: hint } }, options).toArray(),
  );
  for (const chat_id of busy) {
    queries.push(collections.messages.find({ chat_id }, options).sort({ seq: -1 }).limit(1).toArray());
  }
  const found = await Promise.all(queries);
  const newest = new Map<ChatId, MessageDocument>();
  for (const document of found.flat()) {
    if (document.seq > (newest.get(document.chat_id)?.seq ?? 0)) newest.set(document.chat_id, document);
  }
  return new Map((await withNames(collections, [...newest.values()])).map((message) => [message.chat_id, message]));
}

/** Where few messages were changed one query tells all; else each is the first entry of an index. */
async function readRevs(collections: Collections, chatIds: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>> {
  const filter = { chat_id: { $in: [...chatIds] }, rev: { $gt: 0 } };
  const changed = await collections.messages
    .find(filter, { projection: { _id: 0, chat_id: 1, rev: 1 } })
    .limit(MAX_CHANGED)
    .toArray();
  if (changed.length === MAX_CHANGED) {
    return new Map(await Promise.all(chatIds.map(async (id) => [id, await readRev(collections, id)] as const)));
  }
  const revs = new Map<ChatId, number>();
  for (const { chat_id, rev = 0 } of changed) revs.set(chat_id, Math.max(rev, revs.get(chat_id) ?? 0));
  return revs;
}
