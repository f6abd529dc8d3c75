// Two servers that by mistake write to one database: nothing is lost, doubled or left out.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../../src/protocol/ids.ts";
import { openReader, openWriter } from "../../../src/store/open.ts";
import type { StoreWriter } from "../../../src/store/store.ts";
import { append, appended, newUser, START_MS } from "../../contract/fixture.ts";
import { describeMongodb } from "../../support/mongodb.ts";
import { wholeChat } from "../../support/store-check.ts";

const [ANNA, BERT] = ["a".repeat(24), "b".repeat(24)];
const DIRECT = directChatId(ANNA, BERT);

describeMongodb("two writers on one MongoDB database", (server) => {
  let url: string;
  let writers: StoreWriter[];
  beforeEach(async () => {
    url = server().newUrl();
    writers = await Promise.all([1, 2, 3].map(() => openWriter(url, { dataDir: "/" })));
    await writers[0]?.commit([newUser("anna", ANNA), newUser("bert", BERT)], START_MS);
  });
  afterEach(async () => {
    await Promise.all(writers.map((writer) => writer.close()));
    await server().drop(url);
  });

  it("number the chats together, without holes", async () => {
    const send = async (writer: StoreWriter, name: number): Promise<string[]> => {
      const sent: string[] = [];
      for (let batch = 0; batch < 8; batch++) {
        const ids = Array.from({ length: 20 }, (_, index) => `w${name}-b${batch}-${index}`);
        const writes = ids.map((id, index) => append(index % 3 === 0 ? DIRECT : COMMON_CHAT, ANNA, id, id));
        const outcomes = await writer.commit(writes, START_MS);
        assert.ok(outcomes.every((outcome) => appended(outcome).isNew));
        sent.push(
          ...outcomes.map((outcome) => `${appended(outcome).message.chat_id} ${appended(outcome).message.seq}`),
        );
      }
      return sent;
    };
    const places = (await Promise.all(writers.map(send))).flat();
    const reader = await openReader(url, { dataDir: "/" });
    const stored = [...(await wholeChat(reader, COMMON_CHAT)), ...(await wholeChat(reader, DIRECT))];
    await reader.close();
    assert.equal(stored.length, 3 * 8 * 20);
    assert.deepEqual(places.sort(), stored.map((message) => `${message.chat_id} ${message.seq}`).sort());
  });

  it("store a message that both are sent once, and tell both the same seq", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const writes = ids.map((id) => append(COMMON_CHAT, BERT, id, id));
    const results = await Promise.all(writers.map((writer) => writer.commit(writes, START_MS)));
    const seqs = results.map((outcomes) => outcomes.map((outcome) => appended(outcome).message.seq));
    assert.deepEqual(seqs[1], seqs[0]);
    assert.deepEqual(seqs[2], seqs[0]);
    const newCount = results.flat().filter((outcome) => appended(outcome).isNew).length;
    assert.equal(newCount, ids.length);
    const reader = await openReader(url, { dataDir: "/" });
    assert.equal((await wholeChat(reader, COMMON_CHAT)).length, ids.length);
    await reader.close();
  });

  it("give a name to one user only", async () => {
    const outcomes = await Promise.all(
      writers.map((writer, index) => writer.commit([newUser("Carl", `${index}`.repeat(24))], START_MS)),
    );
    assert.equal(outcomes.flat().filter((outcome) => outcome.done).length, 1);
  });
});
