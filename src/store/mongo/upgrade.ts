// Upgrade of an older store's documents: what lists are sorted by, and the form of texts for the search.
import { MongoServerError } from "mongodb";
import type { AnyBulkWriteOperation, Collection, Db } from "mongodb";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { SCHEMA_VERSION } from "./documents.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { NAMESPACE_NOT_FOUND } from "./errors.ts";
import { isHintExact, readLastSeqs } from "./last-seqs.ts";
import { searchable } from "./search-text.ts";

/** Documents of one round. */
const DOCUMENTS_PER_ROUND = 500;

/** Of format 2 and before: how far each user has read each chat, what `members` holds since. */
const OLD_MARKS = "marks";

/**
 * First part of an upgrade, before the indexes: its read marks become memberships. An unfinished upgrade goes on at the
 * next start; an older program must not write meanwhile.
 */
export async function renameMarks(database: Db): Promise<void> {
  try {
    await database.renameCollection(OLD_MARKS, "members");
  } catch (error) {
    // Renamed before, or never made.
    if (!(error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND)) throw error;
  }
}

/** Second part, after the indexes: version 1 lacks what lists are sorted by, and all until 3 the present form of texts. Goes on in the same way. */
export async function upgradeDocuments(collections: Collections): Promise<void> {
  await fillSortKeys(collections);
  await foldTexts(collections);
  await collections.meta.updateOne({ _id: "schema" }, { $set: { version: SCHEMA_VERSION } });
}

/** Gives chats the time of their last message, and contacts and blocks the key of the name, where they lack it. */
export async function fillSortKeys(collections: Collections): Promise<void> {
  while (await fillChats(collections));
  while (await fillNames(collections, "contacts", "contact_id"));
  while (await fillNames(collections, "blocks", "blocked_id"));
  while (await fillNames(collections, "reactions", "user_id"));
}

/** Until version 3 the form of the search was not decomposed. Without a character beyond ASCII the forms are the same. */
async function foldTexts({ messages }: Collections): Promise<void> {
  const projection = { text: 1, folded: 1 };
  const found = messages.find({ folded: { $regex: "[^\\x01-\\x7f]" } }, { projection, batchSize: DOCUMENTS_PER_ROUND });
  let operations: AnyBulkWriteOperation<MessageDocument>[] = [];
  const write = async (): Promise<void> => {
    if (operations.length > 0) await messages.bulkWrite(operations, { ordered: false });
    operations = [];
  };
  for await (const { _id, text, folded } of found) {
    const $set = { folded: searchable(text) };
    if ($set.folded !== folded) operations.push({ updateOne: { filter: { _id }, update: { $set } } });
    if (operations.length === DOCUMENTS_PER_ROUND) await write();
  }
  await write();
}

/** A contact, a block or a reaction. */
interface NamedDocument {
  readonly _id: string;
  readonly contact_id?: UserId;
  readonly blocked_id?: UserId;
  readonly user_id?: UserId;
  readonly name_key?: string;
}

const LACKS_TIME = { last_ms: { $exists: false } };
const LACKS_NAME = { name_key: { $exists: false } };

/** One round; resolves with whether there may be more to do. */
async function fillChats(collections: Collections): Promise<boolean> {
  const chats = await collections.chats.find(LACKS_TIME).limit(DOCUMENTS_PER_ROUND).toArray();
  if (chats.length === 0) return false;
  const seqs = await readLastSeqs(collections, chats);
  const times = await readTimes(collections, seqs);
  const operations = chats.map(({ _id, seq_hint }) => {
    const hint = isHintExact(_id) ? (seqs.get(_id) ?? 0) : seq_hint;
    const $set = { seq_hint: hint, last_ms: times.get(_id) ?? 0 };
    return { updateOne: { filter: { _id, ...LACKS_TIME }, update: { $set } } };
  });
  await collections.chats.bulkWrite(operations, { ordered: false });
  return true;
}

async function readTimes(
  { messages }: Collections,
  seqs: ReadonlyMap<ChatId, number>,
): Promise<ReadonlyMap<ChatId, number>> {
  const places = [...seqs].map(([chat_id, seq]) => ({ chat_id, seq }));
  const [only] = places;
  if (only === undefined) return new Map();
  const filter = places.length === 1 ? only : { $or: places };
  const times = new Map<ChatId, number>();
  const found = messages.find(filter, { projection: { _id: 0, chat_id: 1, time_ms: 1 } });
  for await (const { chat_id, time_ms } of found) times.set(chat_id, time_ms);
  return times;
}

async function fillNames(
  collections: Collections,
  kind: "contacts" | "blocks" | "reactions",
  other: "contact_id" | "blocked_id" | "user_id",
): Promise<boolean> {
  const collection = collections[kind] as unknown as Collection<NamedDocument>;
  const documents = await collection.find(LACKS_NAME).limit(DOCUMENTS_PER_ROUND).toArray();
  if (documents.length === 0) return false;
  const ids = documents.map((document) => String(document[other]));
  const keys = new Map<UserId, string>();
  const projection = { username: 1, username_key: 1, state: 1 };
  const found = collections.users.find({ _id: { $in: ids } }, { projection });
  for await (const { _id, username, username_key, state } of found) {
    keys.set(_id, state === "deleted" ? username : username_key);
  }
  const operations = documents.map((document) => {
    const update = { $set: { name_key: keys.get(String(document[other])) ?? "" } };
    return { updateOne: { filter: { _id: document._id }, update } };
  });
  await collection.bulkWrite(operations, { ordered: false });
  return true;
}
