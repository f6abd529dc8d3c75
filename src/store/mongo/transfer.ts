// The MongoDB store as source or target of a migration.
import { ObjectId } from "mongodb";
import type { Collection, Document, Filter } from "mongodb";
import type { ChatId } from "../../protocol/ids.ts";
import { ROLES } from "../../protocol/entities.ts";
import { BATCH_COUNT } from "../transfer.ts";
import type {
  ChatEnd,
  GroupRecord,
  MessageRecord,
  PairRecord,
  RecordKind,
  Records,
  StoreTransfer,
  UserRecord,
} from "../transfer.ts";
import type { MongoConnection } from "./connection.ts";
import { pairId, pairOf } from "./documents.ts";
import type {
  ChatDocument,
  Collections,
  MemberDocument,
  MessageDocument,
  ReactionDocument,
  UserDocument,
} from "./documents.ts";
import { readLastSeqs } from "./last-seqs.ts";
import { notePin } from "./pins.ts";
import { reactionId } from "./reactions.ts";
import { fillSortKeys } from "./upgrade.ts";
import { searchable } from "./search-text.ts";

/** Chats whose end is asked for at the same time. */
const CHATS_AT_ONCE = 16;

/** How a record of a kind becomes a document, and back. */
interface Form<R> {
  readonly filter?: Document;
  /** Key of documents about the same thing; `_id` where nothing else is said. */
  readonly key?: string;
  toDocument(record: R): Document;
  toRecord(document: Document): R;
}

function pairForm(other: string): Form<PairRecord> {
  return {
    toDocument: ({ user_id, other_id }) => ({ _id: pairId(user_id, other_id), user_id, [other]: other_id }),
    toRecord: (document) => ({ user_id: String(document["user_id"]), other_id: String(document[other]) }),
  };
}

const FORMS: { readonly [K in RecordKind]: Form<Records[K]> } = {
  users: { toDocument: userDocument, toRecord: (document) => userRecord(document as UserDocument) },
  groups: {
    filter: { kind: { $in: ["group", "gone"] } },
    toDocument: ({ chat_id: _id, ...group }) => {
      return { _id, first_id: null, second_id: null, seq_hint: 0, changed_ms: 0, version: 1, ...group };
    },
    toRecord: (document) => groupRecord(document as ChatDocument),
  },
  contacts: pairForm("contact_id"),
  blocks: pairForm("blocked_id"),
  tokens: {
    key: "hash",
    toDocument: ({ token_hash, user_id, time_ms, previous_hash, previous_ms }) => ({
      hash: token_hash,
      user_id,
      created_ms: time_ms,
      previous_hash,
      previous_ms,
    }),
    toRecord: (token) => ({
      token_hash: String(token["hash"]),
      user_id: String(token["user_id"]),
      time_ms: Number(token["created_ms"]),
      previous_hash: token["previous_hash"] == null ? null : String(token["previous_hash"]),
      previous_ms: token["previous_ms"] == null ? null : Number(token["previous_ms"]),
    }),
  },
  reactions: {
    toDocument: (record) => ({ _id: reactionId(record), ...record }),
    toRecord: (document) => {
      const { chat_id, seq, reaction, user_id, rev } = document as ReactionDocument;
      return { chat_id, seq, reaction, user_id, rev };
    },
  },
  members: {
    filter: { $or: [{ seq: { $gt: 0 } }, { role: { $in: [...ROLES] } }] },
    toDocument: ({ role, since_seq, ...mark }) => {
      return {
        _id: pairId(mark.user_id, mark.chat_id),
        ...mark,
        ...(role !== null && { role, since_seq, version: 1 }),
      };
    },
    toRecord: (document) => {
      const { user_id, chat_id, seq, role = null, since_seq = 1 } = document as MemberDocument;
      return { user_id, chat_id, seq, role, since_seq };
    },
  },
};

/** See StoreTransfer. Owns the connection. */
export class MongoTransfer implements StoreTransfer {
  readonly label: string;
  readonly #connection: MongoConnection;
  readonly #collections: Collections;

  constructor(connection: MongoConnection) {
    this.label = connection.url.label;
    this.#connection = connection;
    this.#collections = connection.collections;
  }

  unfinished(): Promise<string | undefined> {
    return this.#connection.run(async () => (await this.#collections.meta.findOne({ _id: "import" }))?.source);
  }

  begin(source: string): Promise<void> {
    return this.#connection.run(async () => {
      await this.#collections.meta.updateOne({ _id: "import" }, { $set: { source } }, { upsert: true });
    });
  }

  finish(): Promise<void> {
    return this.#connection.run(async () => {
      await fillSortKeys(this.#collections);
      await this.#collections.meta.deleteOne({ _id: "import" });
    });
  }

  isEmpty(): Promise<boolean> {
    const { users, messages } = this.#collections;
    return this.#connection.run(
      async () => (await users.findOne({})) === null && (await messages.findOne({})) === null,
    );
  }

  async *read<K extends RecordKind>(kind: K): AsyncIterable<readonly Records[K][]> {
    const { filter = {}, toRecord } = FORMS[kind];
    const collection = this.#collection(kind);
    for (let place: unknown; ;) {
      const after = place === undefined ? filter : { ...filter, _id: { $gt: place } };
      const page = collection.find(after as Filter<Document>).sort({ _id: 1 });
      const documents = await this.#connection.run(() => page.limit(BATCH_COUNT).toArray());
      const last = documents.at(-1);
      if (last === undefined) return;
      place = last._id;
      yield documents.map(toRecord);
    }
  }

  async write<K extends RecordKind>(kind: K, records: readonly Records[K][]): Promise<void> {
    if (records.length === 0) return;
    const { key = "_id", toDocument } = FORMS[kind];
    const operations = records.map((record) => {
      const { _id, ...rest } = toDocument(record);
      const value: unknown = key === "_id" ? _id : rest[key];
      const filter = { [key]: value };
      return { updateOne: { filter, update: { $set: rest }, upsert: true } };
    });
    await this.#connection.run(() => this.#collection(kind).bulkWrite(operations, { ordered: false }));
  }

  chats(): Promise<ChatEnd[]> {
    return this.#connection.run(async () => {
      const chats = await this.#collections.chats.find({ kind: { $ne: "gone" } }).toArray();
      const ends: ChatEnd[] = [];
      for (let start = 0; start < chats.length; start += CHATS_AT_ONCE) {
        const some = chats.slice(start, start + CHATS_AT_ONCE);
        const seqs = await Promise.all(some.map((chat) => readLastSeqs(this.#collections, [chat])));
        ends.push(...seqs.flatMap((found) => [...found].map(([chatId, lastSeq]) => ({ chatId, lastSeq }))));
      }
      return ends;
    });
  }

  async *messages(chatId: ChatId, afterSeq: number): AsyncIterable<readonly MessageRecord[]> {
    // There are no holes, so the next messages are a range, and no server has to sort what comes after them.
    for (let seq = afterSeq; ; seq += BATCH_COUNT) {
      const range = { chat_id: chatId, seq: { $gt: seq, $lte: seq + BATCH_COUNT } };
      const page = this.#collections.messages.find(range, { projection: { folded: 0 } });
      const messages = await this.#connection.run(() => page.sort({ seq: 1 }).toArray());
      if (messages.length === 0) return;
      yield messages.map(messageRecord);
    }
  }

  async append(chatId: ChatId, messages: readonly MessageRecord[]): Promise<void> {
    const documents = messages.map((message) => messageDocument(chatId, message));
    const pinned = documents.filter((document) => document.pinned !== undefined);
    // First where to look for the messages; then these in order: what a break leaves is the beginning, and can be found.
    const update = { $max: { seq_hint: (messages[0]?.seq ?? 1) - 1 }, $setOnInsert: pairOf(chatId) };
    await this.#connection.run(async () => {
      await this.#collections.chats.updateOne({ _id: chatId }, update, { upsert: true });
      for (const document of pinned) await notePin(this.#collections, document, document.pinned ?? 0);
      await this.#collections.messages.insertMany(documents, { ordered: true });
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #collection(kind: RecordKind): Collection<Document> {
    return this.#collections[kind === "groups" ? "chats" : kind] as unknown as Collection<Document>;
  }
}

function messageRecord(document: MessageDocument): MessageRecord {
  const { seq, user_id, message_id, time_ms, text } = document;
  const { rev = null, changed_ms = null, edited_ms = null, deleted = null, reply_to = null } = document;
  const { mentions = null, mentions_all = null, pinned = null, reactions = null } = document;
  return {
    ...{ seq, user_id, message_id, time_ms, text, rev, changed_ms, edited_ms, deleted },
    ...{ reply_to, mentions, mentions_all, pinned, reactions },
  };
}

function messageDocument(chat_id: ChatId, record: MessageRecord): MessageDocument {
  const { seq, user_id, message_id, time_ms, text, ...rest } = record;
  const given = Object.entries(rest).filter(([, value]) => value !== null);
  return {
    ...{ _id: new ObjectId(), chat_id, seq, user_id, message_id, time_ms, text, folded: searchable(text) },
    ...Object.fromEntries(given),
  };
}

function groupRecord(document: ChatDocument): GroupRecord {
  const { _id: chat_id, title = "", topic = "", posting = "all", history_rule = "all" } = document;
  const { archived = 0, creator_id = null, member_count = 0 } = document;
  const kind = document.kind ?? "gone";
  const last_ms = kind === "gone" ? 0 : document.last_ms;
  return { chat_id, kind, title, topic, posting, history_rule, archived, creator_id, member_count, last_ms };
}

function userDocument({ user_id: _id, last_login_ms, ...rest }: UserRecord): Document {
  return { _id, ...rest, ...(last_login_ms === null ? {} : { last_login_ms }) };
}

function userRecord(user: UserDocument): UserRecord {
  const { _id: user_id, username, username_key, password_hash, first_name, second_name, bio, file_name } = user;
  const { state = "active", must_change_password = 0, created_ms = 0, last_login_ms = null } = user;
  const names = { username, username_key, password_hash, first_name, second_name, bio, file_name };
  return { user_id, ...names, state, must_change_password, created_ms, last_login_ms };
}
