// The database server is killed, frozen, away: nothing acknowledged is lost, and the store is back by itself.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../../src/protocol/ids.ts";
import { openReader, openWriter } from "../../../src/store/open.ts";
import { StoreUnavailableError } from "../../../src/store/store.ts";
import type { Write } from "../../../src/domain/writes/table.ts";
import type { StoreReader, StoreWriter } from "../../../src/store/store.ts";
import { append, appended, newUser, START_MS } from "../../contract/fixture.ts";
import { describeMongodb } from "../../support/mongodb.ts";
import { wholeChat } from "../../support/store-check.ts";
import { searchToEnd } from "../../support/search.ts";

const [ANNA, BERT] = ["a".repeat(24), "b".repeat(24)];
const CHATS = [COMMON_CHAT, directChatId(ANNA, BERT)];
/** Rounds of `kill -9`; the twenty are run by scripts/fault-rounds.mjs. */
const KILL_ROUNDS = 3;
/** An operation that cannot succeed is refused within this time; the store's own limits are below it. */
const REFUSED_WITHIN_MS = 9_000;
/** How long a test waits for the store to be back. */
const BACK_WITHIN_MS = 20_000;

const GONE = { name: StoreUnavailableError.name };

describeMongodb("a MongoDB server in trouble", (server) => {
  let url: string;
  let writer: StoreWriter;
  let reader: StoreReader;
  beforeEach(async function () {
    if (!server().isOwn) this.skip();
    url = server().newUrl();
    writer = await openWriter(url, { dataDir: "/" });
    reader = await openReader(url, { dataDir: "/" });
    await writer.commit([newUser("anna", ANNA), newUser("bert", BERT)], START_MS);
  });
  afterEach(async () => {
    await reader?.close();
    await writer?.close();
  });

  /** Asks until the store can be reached. */
  const again = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadlineMs = performance.now() + BACK_WITHIN_MS;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError) || performance.now() > deadlineMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  /** As clients do that send again what was not acknowledged. */
  const commitAgain = async (writes: readonly Write[]): Promise<number[]> => {
    const outcomes = await again(() => writer.commit(writes, START_MS));
    return outcomes.map((outcome) => appended(outcome).message.seq);
  };
  const readAgain = () => again(() => reader.userById(ANNA));

  it("loses, doubles and leaves out nothing when it is killed under load", async function () {
    this.timeout(90_000);
    const acknowledged = new Map<string, number>();
    let batch = 0;
    let isOver = false;
    const load = (async () => {
      for (; !isOver; batch++) {
        const ids = Array.from({ length: 200 }, (_, index) => `b${batch}-${index}`);
        const writes = ids.map((id, index) => append(CHATS[index % 2] ?? "", ANNA, id, id));
        const seqs = await commitAgain(writes);
        for (const [index, id] of ids.entries()) acknowledged.set(`${CHATS[index % 2]} ${id}`, seqs[index] ?? 0);
      }
    })();
    for (let round = 0; round < KILL_ROUNDS; round++) {
      const before = batch;
      while (batch < before + 2) await new Promise((resolve) => setTimeout(resolve, 10));
      await server().signal("SIGKILL");
      await server().start();
    }
    isOver = true;
    await load;
    const stored = await Promise.all(CHATS.map((chatId) => wholeChat(reader, chatId)));
    const places = stored.flat().map(({ chat_id, message_id, seq }) => [`${chat_id} ${message_id}`, seq] as const);
    assert.deepEqual(new Map(places), acknowledged);
  });

  it("refuses quickly while it is away, and serves again when it is back", async function () {
    this.timeout(90_000);
    await writer.commit([append(COMMON_CHAT, ANNA, "m1", "one")], START_MS);
    await server().signal("SIGTERM");
    const startMs = performance.now();
    await assert.rejects(writer.commit([append(COMMON_CHAT, ANNA, "m2", "two")], START_MS), GONE);
    await assert.rejects(reader.userById(ANNA), GONE);
    await assert.rejects(searchToEnd(reader, COMMON_CHAT, "one", undefined, 1), GONE);
    assert.ok(performance.now() - startMs < REFUSED_WITHIN_MS);
    await server().start();
    assert.deepEqual(await commitAgain([append(COMMON_CHAT, ANNA, "m2", "two")]), [2]);
    await readAgain();
    assert.equal((await wholeChat(reader, COMMON_CHAT)).length, 2);
  });

  it("refuses while it is frozen, and serves again when it goes on", async function () {
    this.timeout(90_000);
    await writer.commit([append(COMMON_CHAT, ANNA, "m1", "one")], START_MS);
    await server().signal("SIGSTOP");
    try {
      const startMs = performance.now();
      const writes = [append(COMMON_CHAT, ANNA, "m2", "two")];
      const both = [writer.commit(writes, START_MS), reader.userById(ANNA)];
      for (const result of await Promise.allSettled(both)) assert.equal(result.status, "rejected");
      assert.ok(performance.now() - startMs < REFUSED_WITHIN_MS);
    } finally {
      await server().signal("SIGCONT");
    }
    await commitAgain([append(COMMON_CHAT, ANNA, "m2", "two"), append(COMMON_CHAT, ANNA, "m3", "three")]);
    await readAgain();
    const texts = (await wholeChat(reader, COMMON_CHAT)).map((message) => message.message);
    assert.deepEqual(texts, ["one", "two", "three"]);
  });
});
