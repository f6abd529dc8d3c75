// The one suite that every store passes; a store's own test calls it with a way to make empty stores.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import { MAX_PAGE } from "../../src/protocol/limits.ts";
import { StoreUnavailableError } from "../../src/store/store.ts";
import { accountsContract } from "./accounts-contract.ts";
import { administratorContract } from "./administrator-contract.ts";
import { append, appended, Fixture, putToken } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";
import { globalSearchContract } from "./global-search-contract.ts";
import { changesContract } from "./changes-contract.ts";
import { editsContract } from "./edits-contract.ts";
import { groupsContract } from "./groups-contract.ts";
import { listsContract } from "./lists-contract.ts";
import { membersContract } from "./members-contract.ts";
import { messagesContract } from "./messages-contract.ts";
import { pagesContract } from "./pages-contract.ts";
import { pinsContract } from "./pins-contract.ts";
import { reactionsContract } from "./reactions-contract.ts";
import { repliesContract } from "./replies-contract.ts";
import { searchContract } from "./search-contract.ts";
import { tokensContract } from "./tokens-contract.ts";
import { usersContract } from "./users-contract.ts";
import { searchToEnd } from "../support/search.ts";

export function storeContract(kind: StoreKind): void {
  describe(`store contract: ${kind.name}`, () => {
    describe("users", () => usersContract(kind));
    describe("accounts", () => accountsContract(kind));
    describe("tokens", () => tokensContract(kind));
    describe("messages", () => messagesContract(kind));
    describe("changes", () => changesContract(kind));
    describe("edits", () => editsContract(kind));
    describe("replies and mentions", () => repliesContract(kind));
    describe("reactions", () => reactionsContract(kind));
    describe("pins", () => pinsContract(kind));
    describe("lists", () => listsContract(kind));
    describe("members", () => membersContract(kind));
    describe("groups", () => groupsContract(kind));
    describe("the administrator", () => administratorContract(kind));
    describe("pages", () => pagesContract(kind));
    describe("search", () => searchContract(kind));
    describe("search in all chats", () => globalSearchContract(kind));
    describe("life", () => lifeContract(kind));
  });
}

function lifeContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.open(kind);
  });
  afterEach(() => store.close());

  it("finds everything again after it was closed", async () => {
    const [anna = "", bert = ""] = await store.users("anna", "bert");
    const direct = directChatId(anna, bert);
    await store.commit(
      putToken(anna, "token"),
      { kind: "addContact", userId: anna, contactId: bert },
      { kind: "updateProfile", userId: anna, changes: { bio: "hello", file_name: "a.png" } },
      append(direct, anna, "m1", "kept"),
      append(COMMON_CHAT, bert, "m1", "kept too"),
    );
    const everything = async () => ({
      users: await Promise.all([anna, bert].map((id) => store.reader.userById(id))),
      holder: await store.reader.userByToken("token", store.nowMs),
      contacts: await store.contacts(anna),
      chats: await Promise.all([anna, bert].map((id) => store.chats(id))),
      history: await store.reader.history(direct, { before: undefined, after: undefined, limit: 10 }),
      found: await searchToEnd(store.reader, COMMON_CHAT, "TOO", undefined, 10),
    });
    const before = await everything();
    await store.reopen();
    assert.deepEqual(await everything(), before);
    assert.equal((await store.say(direct, bert, "next")).seq, 2);
  });

  it("shows readers whole, growing chats while batches are committed", async () => {
    const [anna = ""] = await store.users("anna");
    const readers = await Promise.all([store.openReader(), store.openReader()]);
    let done = false;
    const watch = async (index: number): Promise<number> => {
      let lastSeq = 0;
      for (let turn = 0; !done || turn === 0; turn++) {
        const history = await readers[index]?.history(COMMON_CHAT, { before: undefined, after: undefined, limit: 20 });
        assert.ok(history && history.lastSeq >= lastSeq);
        lastSeq = history.lastSeq;
        const seqs = history.messages.map((message) => message.seq);
        assert.deepEqual(
          seqs,
          seqs.map((_, place) => (seqs[0] ?? 0) + place),
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
      return lastSeq;
    };
    const watchers = [watch(0), watch(1)];
    for (let batch = 0; batch < 20; batch++) {
      const writes = Array.from({ length: 25 }, (_, index) => append(COMMON_CHAT, anna, `b${batch}-${index}`, "x"));
      const last = appended((await store.commit(...writes)).at(-1)).message;
      // An acknowledged message is there for every reader.
      for (const reader of readers) {
        const found = await reader.history(COMMON_CHAT, { before: undefined, after: last.seq - 1, limit: 1 });
        assert.deepEqual(found.messages, [last]);
      }
    }
    done = true;
    for (const lastSeq of await Promise.all(watchers)) assert.ok(lastSeq <= 500);
    await Promise.all(readers.map((reader) => reader.close()));
  });

  it("answers what is under way when a reader is closed, or is unavailable for it", async () => {
    const [anna = ""] = await store.users("anna");
    const text = "x".repeat(4_000);
    await store.commit(...Array.from({ length: 600 }, (_, index) => append(COMMON_CHAT, anna, `m${index}`, text)));
    for (let turns = 0; turns < 20; turns += 1) {
      const reader = await store.openReader();
      const page = { before: undefined, after: undefined, limit: MAX_PAGE };
      const questions = [
        searchToEnd(reader, COMMON_CHAT, "nothing", undefined, 10),
        searchToEnd(reader, COMMON_CHAT, "x", undefined, MAX_PAGE),
        reader.history(COMMON_CHAT, page),
        reader.chats(anna, undefined, MAX_PAGE),
        reader.userById(anna),
      ];
      const answers = Promise.allSettled(questions);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await reader.close();
      for (const answer of await answers) {
        if (answer.status === "rejected") assert.equal((answer.reason as Error).name, StoreUnavailableError.name);
      }
    }
  });

  it("closes more than once, and is unavailable from then on", async () => {
    const reader = await store.openReader();
    await reader.close();
    await reader.close();
    const gone = { name: StoreUnavailableError.name };
    await assert.rejects(reader.userByKey("anna"), gone);
    await assert.rejects(searchToEnd(reader, COMMON_CHAT, "word", undefined, 1), gone);
    await store.reader.close();
    await store.writer.close();
    await store.writer.close();
    await assert.rejects(store.writer.commit([putToken("a".repeat(24), "t")], store.nowMs), gone);
    await store.reopen();
  });
}
