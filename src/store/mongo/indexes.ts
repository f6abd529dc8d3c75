// The indexes that the store needs: made in small collections, asked for in big ones.
import type { Collection, IndexDescriptionInfo } from "mongodb";
import { MongoServerError } from "mongodb";
import { StoreOpenError } from "../store.ts";
import type { Collections } from "./documents.ts";
import { NAMESPACE_NOT_FOUND } from "./errors.ts";

interface Index {
  readonly collection: keyof Collections;
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique: boolean;
}

const INDEXES: readonly Index[] = [
  { collection: "users", name: "name", key: { username_key: 1 }, unique: true },
  { collection: "tokens", name: "hash", key: { hash: 1 }, unique: true },
  { collection: "tokens", name: "previous", key: { previous_hash: 1 }, unique: false },
  { collection: "tokens", name: "user", key: { user_id: 1 }, unique: false },
  { collection: "tokens", name: "age", key: { created_ms: 1 }, unique: false },
  { collection: "contacts", name: "list", key: { user_id: 1, name_key: 1 }, unique: false },
  { collection: "contacts", name: "contact", key: { contact_id: 1 }, unique: false },
  { collection: "blocks", name: "list", key: { user_id: 1, name_key: 1 }, unique: false },
  { collection: "blocks", name: "blocked", key: { blocked_id: 1 }, unique: false },
  { collection: "chats", name: "first-list", key: { first_id: 1, last_ms: -1 }, unique: false },
  { collection: "chats", name: "second-list", key: { second_id: 1, last_ms: -1 }, unique: false },
  { collection: "members", name: "chat", key: { chat_id: 1, role: 1 }, unique: false },
  { collection: "members", name: "user", key: { user_id: 1, role: 1 }, unique: false },
  { collection: "messages", name: "place", key: { chat_id: 1, seq: 1 }, unique: true },
  { collection: "messages", name: "changed", key: { chat_id: 1, rev: 1 }, unique: false },
  { collection: "messages", name: "once", key: { chat_id: 1, user_id: 1, message_id: 1 }, unique: true },
  { collection: "reactions", name: "order", key: { chat_id: 1, seq: 1, reaction: 1, rev: 1 }, unique: false },
  { collection: "reactions", name: "list", key: { chat_id: 1, seq: 1, reaction: 1, name_key: 1 }, unique: false },
  { collection: "reactions", name: "user", key: { user_id: 1 }, unique: false },
  { collection: "pins", name: "chat", key: { chat_id: 1 }, unique: false },
];

/** Up to so many documents an index is made at the start; beyond, that could stop a server for long. */
const MAX_DOCUMENTS = 100_000;

/** Makes the missing indexes. Throws StoreOpenError when one is wrong, or missing in a collection of more documents. */
export async function ensureIndexes(
  collections: Collections,
  label: string,
  maxDocuments = MAX_DOCUMENTS,
): Promise<void> {
  const names = [...new Set(INDEXES.map((index) => index.collection))];
  for (const name of names) {
    const collection = collections[name] as unknown as Collection;
    const wanted = INDEXES.filter((index) => index.collection === name);
    const present = await presentIndexes(collection);
    const missing = wanted.filter((index) => !isPresent(index, present, label));
    if (missing.length === 0) continue;
    const count = present.length === 0 ? 0 : await collection.estimatedDocumentCount();
    if (count > maxDocuments) throw new StoreOpenError(missingText(missing, count, label));
    await collection.createIndexes(missing.map(({ key, unique, name: index }) => ({ key, unique, name: index })));
  }
}

async function presentIndexes(collection: Collection): Promise<IndexDescriptionInfo[]> {
  try {
    return await collection.indexes();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}

/** Servers may name indexes as they like; their keys and uniqueness count. */
function isPresent(index: Index, present: readonly IndexDescriptionInfo[], label: string): boolean {
  const found = present.find((other) => JSON.stringify(Object.entries(other.key)) === keyText(index));
  if (found === undefined) return false;
  const isWhole = found.partialFilterExpression === undefined && found["sparse"] !== true;
  if (isWhole && (!index.unique || found.unique === true)) return true;
  throw new StoreOpenError(
    `store ${label}: index ${found.name} of ${index.collection} is not ${index.unique ? "unique" : "whole"}; ` +
      `drop it with db.${index.collection}.dropIndex("${found.name}") and start again`,
  );
}

function keyText(index: Index): string {
  return JSON.stringify(Object.entries(index.key));
}

function missingText(missing: readonly Index[], count: number, label: string): string {
  const commands = missing.map(({ collection, key, name, unique }) => {
    return `db.${collection}.createIndex(${JSON.stringify(key)}, ${JSON.stringify({ name, unique })})`;
  });
  return (
    `store ${label}: ${missing[0]?.collection} has about ${count} documents and lacks indexes. Making them takes time, ` +
    `so it is not done at a start; do it yourself, then start again: ${commands.join("; ")}`
  );
}
