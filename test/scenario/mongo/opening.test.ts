// Errors of opening a MongoDB database: each names its cause, none has a password in it.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { MongoClient } from "mongodb";
import { directChatId } from "../../../src/protocol/ids.ts";
import { collectionsOf, SCHEMA_VERSION } from "../../../src/store/mongo/documents.ts";
import { ensureIndexes } from "../../../src/store/mongo/indexes.ts";
import { openReader, openWriter } from "../../../src/store/open.ts";
import { StoreOpenError, StoreUnavailableError } from "../../../src/store/store.ts";
import { append, newUser, START_MS } from "../../contract/fixture.ts";
import { describeMongodb } from "../../support/mongodb.ts";
import { searchToEnd } from "../../support/search.ts";

const SECRET = "hunter2-secret";
/** The contract: a start that cannot work ends within 10 s. */
const OPEN_WITHIN_MS = 9_000;

/** Opens and returns the error; it must not show the secret anywhere. */
async function fault(url: string): Promise<Error> {
  const startMs = performance.now();
  const error: unknown = await openWriter(url, { dataDir: "/" }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(SECRET), "the password is in the error");
  assert.ok(performance.now() - startMs < OPEN_WITHIN_MS);
  return error;
}

describe("opening MongoDB that is not there", () => {
  it("says in one line which store cannot be reached", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    const error = await fault(`mongodb://anna:${SECRET}@127.0.0.1:${port}/chat?authSource=admin`);
    assert.ok(error instanceof StoreUnavailableError);
    assert.match(
      error.message,
      new RegExp(`^store mongodb://anna:\\*\\*\\*@127.0.0.1:${port}/chat: cannot be reached`),
    );
    assert.ok(!error.message.includes("\n"));
  });

  it("says what is wrong with a URL, without the password", async () => {
    const urls = [
      `mongodb://anna:${SECRET}@/chat`,
      `mongodb://anna:${SECRET}:x@127.0.0.1/chat`,
      `mongodb://anna:${SECRET}@127.0.0.1:99999/chat`,
      `mongodb://anna:${SECRET}@127.0.0.1/chat?noSuchOption=1`,
      `mongodb://127.0.0.1/chat?tlsCertificateKeyFilePassword=${SECRET}&tls=maybe`,
      `mongodb://anna:%zz${SECRET}@127.0.0.1/chat`,
      `mongodb+srv://anna:${SECRET}@127.0.0.1:1/chat`,
    ];
    for (const url of urls) {
      const error = await fault(url);
      assert.ok(error instanceof StoreOpenError, `${url}: ${error.name} ${error.message}`);
    }
  });
});

describeMongodb("opening a MongoDB database", (server) => {
  let url: string;
  let client: MongoClient;
  beforeEach(() => {
    url = server().newUrl();
    client = new MongoClient(url);
  });
  afterEach(async () => {
    await client.close();
    await server().drop(url);
  });

  it("reads back what an acknowledgement is worth", async () => {
    const writer = await openWriter(url, { dataDir: "/" });
    assert.match(
      writer.guarantee ?? "",
      /^\S+ \S+, (standalone server|replica set|sharded cluster): .*w: majority, j: true/,
    );
    await writer.close();
  });

  it("refuses a database of another program, and changes nothing in it", async () => {
    await client.db().collection<{ _id: string }>("users").insertOne({ _id: "somebody else's" });
    await assert.rejects(openWriter(url, { dataDir: "/" }), { name: StoreOpenError.name, message: /another program/ });
    const collections = await client.db().listCollections().toArray();
    assert.deepEqual(
      collections.map(({ name }) => String(name)),
      ["users"],
    );
  });

  it("refuses a database of a newer version", async () => {
    await client.db().collection<{ _id: string; version: number }>("meta").insertOne({ _id: "schema", version: 99 });
    await assert.rejects(openWriter(url, { dataDir: "/" }), { name: StoreOpenError.name, message: /format 99/ });
  });

  it("refuses an index that is not unique, and says what to do", async () => {
    const messages = client.db().collection("messages");
    await messages.createIndex({ chat_id: 1, seq: 1 }, { name: "mine" });
    const expected = { name: StoreOpenError.name, message: /not unique; drop it with db\.messages\.dropIndex\(".*"\)/ };
    await assert.rejects(openWriter(url, { dataDir: "/" }), expected);
  });

  it("does not make a missing index of a big collection, and says how to", async () => {
    await (await openWriter(url, { dataDir: "/" })).close();
    const collections = collectionsOf(client.db());
    const documents = Array.from({ length: 3 }, (_, index) => ({
      chat_id: "common",
      seq: index + 1,
      message_id: `m${index}`,
    }));
    await client.db().collection("messages").insertMany(documents);
    await ensureIndexes(collections, "the store", 2);
    const indexes = await client.db().collection("messages").indexes();
    const place = indexes.find((index) => JSON.stringify(index.key) === '{"chat_id":1,"seq":1}');
    await client
      .db()
      .collection("messages")
      .dropIndex(place?.name ?? "");
    await assert.rejects(ensureIndexes(collections, "the store", 2), {
      name: StoreOpenError.name,
      message:
        /about 3 documents.*db\.messages\.createIndex\(\{"chat_id":1,"seq":1\}, \{"name":"place","unique":true\}\)/,
    });
    await ensureIndexes(collections, "the store", 3);
  });

  it("makes every index once", async () => {
    for (let time = 0; time < 2; time++) await (await openWriter(url, { dataDir: "/" })).close();
    const messages = await client.db().collection("messages").indexes();
    const unique = messages.filter((index) => index.unique === true).map((index) => JSON.stringify(index.key));
    assert.deepEqual(unique.sort(), ['{"chat_id":1,"seq":1}', '{"chat_id":1,"user_id":1,"message_id":1}']);
  });

  it("brings a database of the first version up to date, and lists what is in it", async () => {
    const [anna, bert, carl] = ["a", "b", "c"].map((digit) => digit.repeat(24)) as [string, string, string];
    const writer = await openWriter(url, { dataDir: "/" });
    await writer.commit([newUser("anna", anna), newUser("bert", bert), newUser("carl", carl)], START_MS);
    await writer.commit([append(directChatId(anna, carl), carl, "m1", "first")], START_MS + 1);
    await writer.commit([append(directChatId(anna, bert), bert, "m1", "second")], START_MS + 2);
    await writer.commit([{ kind: "addContact", userId: anna, contactId: bert }], START_MS + 3);
    await writer.commit([{ kind: "block", userId: anna, blockedId: carl }], START_MS + 3);
    await writer.close();
    const { chats, contacts, blocks, meta } = collectionsOf(client.db());
    await chats.updateMany({}, { $unset: { last_ms: 1 }, $set: { seq_hint: 0 } });
    for (const documents of [contacts, blocks]) await documents.updateMany({}, { $unset: { name_key: 1 } });
    await meta.updateOne({ _id: "schema" }, { $set: { version: 1 } });
    await client.db().renameCollection("members", "marks");
    await (await openWriter(url, { dataDir: "/" })).close();
    const reader = await openReader(url, { dataDir: "/" });
    const list = (await reader.chats(anna, undefined, 9)).chats.map(({ chat_id }) => chat_id);
    assert.deepEqual(list, ["common", directChatId(anna, bert), directChatId(anna, carl)]);
    assert.equal((await reader.contacts(anna, { after: "bers", limit: 9 })).contacts[0]?.username, "bert");
    assert.equal((await reader.blocked(anna, { after: "care", limit: 9 })).blocked[0]?.username, "carl");
    await reader.close();
    assert.equal((await meta.findOne({ _id: "schema" }))?.version, SCHEMA_VERSION);
  });

  it("goes on with an upgrade that was broken off, after the read marks and before the indexes", async () => {
    const [anna, bert] = ["a", "b"].map((digit) => digit.repeat(24)) as [string, string];
    const writer = await openWriter(url, { dataDir: "/" });
    await writer.commit([newUser("anna", anna), newUser("bert", bert)], START_MS);
    await writer.commit([append(directChatId(anna, bert), bert, "m1", "one")], START_MS + 1);
    await writer.commit([append(directChatId(anna, bert), anna, "m2", "two")], START_MS + 2);
    await writer.close();
    const { members, meta } = collectionsOf(client.db());
    await members.dropIndex("chat");
    await meta.updateOne({ _id: "schema" }, { $set: { version: 2 } });
    await (await openWriter(url, { dataDir: "/" })).close();
    const reader = await openReader(url, { dataDir: "/" });
    const unread = await Promise.all([anna, bert].map(async (id) => (await reader.chats(id, undefined, 9)).chats[1]));
    assert.deepEqual(
      unread.map((chat) => chat?.unread),
      [0, 1],
    );
    await reader.close();
    assert.ok((await members.indexes()).some(({ key }) => JSON.stringify(key) === '{"chat_id":1,"role":1}'));
    assert.equal((await meta.findOne({ _id: "schema" }))?.version, SCHEMA_VERSION);
  });

  it("finds what a version before stored in another form, also after an upgrade that was broken off", async () => {
    const anna = "a".repeat(24);
    const texts = ["plain CAF", "Caf\u00e9", "cafe\u0301", "\u0000 Vi\u1ec7t", "\ud68c\uc758"];
    const writer = await openWriter(url, { dataDir: "/" });
    await writer.commit([newUser("anna", anna)], START_MS);
    for (const text of texts) await writer.commit([append("common", anna, text, text)], START_MS);
    await writer.close();
    const { messages, meta } = collectionsOf(client.db());
    const folded = (text: string): string => text.toLowerCase().replace("\0", "\u0001a");
    for (const [index, text] of texts.entries()) {
      if (index !== 1) await messages.updateOne({ seq: index + 1 }, { $set: { folded: folded(text) } });
    }
    await meta.updateOne({ _id: "schema" }, { $set: { version: 3 } });
    await (await openWriter(url, { dataDir: "/" })).close();
    const reader = await openReader(url, { dataDir: "/" });
    const seqsOf = async (word: string): Promise<number[]> =>
      (await searchToEnd(reader, "common", word, undefined, 9)).messages.map(({ seq }) => seq);
    assert.deepEqual(await seqsOf("CAF\u00c9"), [3, 2]);
    assert.deepEqual(await seqsOf("cafe\u0301"), [3, 2]);
    assert.deepEqual(await seqsOf("vie\u0323\u0302t"), [4]);
    assert.deepEqual(await seqsOf("\u1112\u116c\u110b\u1174"), [5]);
    assert.deepEqual(await seqsOf("caf"), [3, 2, 1]);
    await reader.close();
  });

  it("keeps a reader of an empty database from failing", async () => {
    const reader = await openReader(url, { dataDir: "/" });
    assert.equal(await reader.userByKey("anna"), undefined);
    await reader.close();
    const writer = await openWriter(url, { dataDir: "/" });
    await writer.commit([newUser("anna", "a".repeat(24))], START_MS);
    await writer.close();
  });
});
