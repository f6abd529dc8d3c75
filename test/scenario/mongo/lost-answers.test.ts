// Batches whose answer gets lost on the way, or of which a part fails: what is stored is told once, and nothing else.
import assert from "node:assert/strict";
import { COMMON_CHAT, groupChatId } from "../../../src/protocol/ids.ts";
import { openReader, openWriter } from "../../../src/store/open.ts";
import { StoreUnavailableError } from "../../../src/store/store.ts";
import type { Write } from "../../../src/domain/writes/table.ts";
import type { StoreReader, StoreWriter } from "../../../src/store/store.ts";
import { append, appended, newUser, putToken, START_MS } from "../../contract/fixture.ts";
import { describeMongodb } from "../../support/mongodb.ts";
import type { MongodbServer } from "../../support/mongodb.ts";
import { wholeChat } from "../../support/store-check.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";

const [ANNA, BERT] = ["a".repeat(24), "b".repeat(24)];

/** Too big for a document of MongoDB. */
const TOO_LONG = "x".repeat(17 * 1024 * 1024);

interface Stage {
  readonly proxy: TcpProxy;
  readonly writer: StoreWriter;
  readonly reader: StoreReader;
  readonly url: string;
}

async function setUp(server: MongodbServer): Promise<Stage> {
  const url = server.newUrl();
  const { hostname, port } = new URL(url);
  assert.equal(hostname, "127.0.0.1");
  const proxy = await TcpProxy.start(Number(port));
  const writer = await openWriter(url.replace(`:${port}`, `:${proxy.port}`), { dataDir: "/" });
  const reader = await openReader(url, { dataDir: "/" });
  await writer.commit([newUser("anna", ANNA), newUser("bert", BERT)], START_MS);
  return { proxy, writer, reader, url };
}

const messages = (prefix: string, count: number): Write[] =>
  Array.from({ length: count }, (_, index) => append(COMMON_CHAT, ANNA, `${prefix}${index}`, `${prefix}${index}`));

const holds = (text: string) => (request: Buffer) => request.includes(text);

describeMongodb("MongoDB batches without an answer", (server) => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setUp(server());
  });
  afterEach(async () => {
    await stage.reader.close();
    await stage.writer.close();
    await stage.proxy.close();
    await server().drop(stage.url);
  });

  it("are carried on where they stopped, and every message is new once", async () => {
    const { proxy, writer, reader } = stage;
    await writer.commit(messages("before", 3), START_MS);
    const lost = proxy.loseAnswers(holds("first0"));
    void lost.then(() => proxy.heal());
    const outcomes = await writer.commit(messages("first", 5), START_MS);
    await lost;
    assert.deepEqual(
      outcomes.map((outcome) => [appended(outcome).message.seq, appended(outcome).isNew]),
      [4, 5, 6, 7, 8].map((seq) => [seq, true]),
    );
    assert.equal((await wholeChat(reader, COMMON_CHAT)).length, 8);
    assert.deepEqual(writer.takeLateMessages?.(), []);
    const [again] = await writer.commit(messages("first", 1), START_MS);
    assert.equal(appended(again).isNew, false);
  });

  it("tell a message of before them apart from their own", async () => {
    const { proxy, writer, reader } = stage;
    await writer.commit(messages("m", 2), START_MS);
    const lost = proxy.loseAnswers(holds("m2"));
    void lost.then(() => proxy.heal());
    const outcomes = await writer.commit(messages("m", 4), START_MS);
    assert.deepEqual(
      outcomes.map((outcome) => appended(outcome).isNew),
      [false, false, true, true],
    );
    assert.equal((await wholeChat(reader, COMMON_CHAT)).length, 4);
  });

  it("are refused when no answer comes; what was stored all the same is told before anything newer", async () => {
    const { proxy, writer, reader } = stage;
    void proxy.loseAnswers(holds("stored0"));
    await assert.rejects(writer.commit(messages("stored", 3), START_MS), { name: StoreUnavailableError.name });
    proxy.heal();
    const outcomes = await writer.commit([...messages("next", 1), ...messages("stored", 2)], START_MS);
    assert.deepEqual(
      outcomes.map((outcome) => [appended(outcome).message.seq, appended(outcome).isNew]),
      [
        [4, true],
        [1, false],
        [2, false],
      ],
    );
    const late = writer.takeLateMessages?.().map((message) => [message.seq, message.message, message.username]);
    assert.deepEqual(late, [
      [1, "stored0", "anna"],
      [2, "stored1", "anna"],
      [3, "stored2", "anna"],
    ]);
    assert.deepEqual(writer.takeLateMessages?.(), []);
    assert.equal((await wholeChat(reader, COMMON_CHAT)).length, 4);
  });

  it("answer a token, a contact and a name as done that were written", async () => {
    const { proxy, writer, reader } = stage;
    const carl = "c".repeat(24);
    const cases: readonly [string, Write][] = [
      ["hash-one", putToken(ANNA, "hash-one")],
      ["hash-two", putToken(ANNA, "hash-two", "hash-one")],
      [`${ANNA}|${BERT}`, { kind: "addContact", userId: ANNA, contactId: BERT }],
      ["hash-two", { kind: "deleteToken", tokenHash: "hash-two" }],
    ];
    for (const [sign, write] of cases) {
      const lost = proxy.loseAnswers(holds(sign));
      void lost.then(() => proxy.heal());
      const [outcome] = await writer.commit([write], START_MS);
      assert.equal(outcome?.done, true, write.kind);
    }
    const lost = proxy.loseAnswers(holds("hash of carl"));
    void lost.then(() => proxy.heal());
    const [created] = await writer.commit([newUser("carl", carl)], START_MS);
    assert.equal(created?.done, true);
    assert.equal((await reader.userByKey("carl"))?.userId, carl);
    assert.equal((await reader.contacts(ANNA, { after: "", limit: 9 })).contacts.length, 1);
  });

  it("answer a change of a group as done that was done by them before they were given up", async function () {
    this.timeout(60_000);
    const { proxy, writer } = stage;
    const chatId = groupChatId("d".repeat(24));
    const limits = { members: 9, groups: 9 };
    const change = { chatId, userId: ANNA, memberId: BERT } as const;
    const group = { kind: "createGroup", chatId, userId: ANNA, title: "t", topic: "", memberIds: [], limits } as const;
    await writer.commit([group], START_MS);
    const writes: readonly Write[] = [
      { kind: "addMember", ...change, role: "member", limits },
      { kind: "removeMember", ...change },
      { kind: "deleteGroup", chatId, userId: ANNA },
    ];
    for (const [index, write] of writes.entries()) {
      let isClaimed = false;
      void proxy.loseAnswers((request) => {
        isClaimed ||= request.includes("pending");
        return isClaimed && request.includes(chatId);
      });
      const timeMs = START_MS + 1 + index;
      await assert.rejects(writer.commit([write], timeMs), { name: StoreUnavailableError.name });
      proxy.heal();
      const [outcome] = await writer.commit([write], timeMs);
      assert.equal(outcome?.done, true, write.kind);
      if (write.kind === "deleteGroup") assert.deepEqual(outcome.result, { memberIds: [ANNA] });
      await writer.commit([], START_MS + 10 + index);
      assert.equal(writer.takeLateGroups?.().length, 1);
    }
  });

  it("store the rest when one message cannot be", async () => {
    const { writer, reader } = stage;
    const bad = append(COMMON_CHAT, BERT, "bad", TOO_LONG);
    const outcomes = await writer.commit([...messages("a", 2), bad, ...messages("b", 2), bad], START_MS);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.done),
      [true, true, false, true, true, false],
    );
    assert.deepEqual(outcomes[2], { done: false, refusal: "rejected" });
    const stored = await wholeChat(reader, COMMON_CHAT);
    assert.deepEqual(
      stored.map((message) => message.message),
      ["a0", "a1", "b0", "b1"],
    );
  });

  it("tell every stored message once when connections are cut again and again", async () => {
    const { proxy, writer, reader } = stage;
    const told: number[] = [];
    const send = async (prefix: string): Promise<void> => {
      const outcomes = await writer.commit(messages(prefix, 40), START_MS);
      const late = writer.takeLateMessages?.() ?? [];
      const results = outcomes.map(appended);
      told.push(...late.map(({ seq }) => seq));
      told.push(...results.filter(({ isNew }) => isNew).map(({ message }) => message.seq));
    };
    const cutter = setInterval(() => proxy.cut(), 120);
    for (let batch = 0; batch < 5; batch++) await send(`b${batch}-`).catch(() => undefined);
    clearInterval(cutter);
    await send("last-");
    const stored = await wholeChat(reader, COMMON_CHAT);
    assert.deepEqual(
      told,
      stored.map((message) => message.seq),
    );
  });
});
