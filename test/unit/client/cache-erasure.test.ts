// Texts that were deleted or changed leave the file of the cache, byte for byte.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CacheFile } from "../../../src/client/cache-file.ts";
import type { HistoryCache } from "../../../src/client/cache.ts";
import { openHistoryCache } from "../../../src/client/history-cache.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { SqliteDatabase } from "../../../src/util/sqlite-driver.ts";
import { eventually } from "../../support/eventually.ts";
import { range } from "../../support/lists.ts";
import { message } from "../../support/messages.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const CHATS = range(1, 20).map((number) => `dm:${number}`);
const MESSAGES = 5000;
/** One trigram of characters that stand in no other text. */
const MARK = "жщю";

describe("erasure in the cache", function () {
  this.timeout(60_000);
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "history.sqlite");
  let random: () => number;
  beforeEach(() => {
    let state = 7;
    random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  });

  /** Stands in no other text. */
  const word = ({ chat_id: chatId, seq, rev = 0 }: Message): string =>
    `<${CHATS.indexOf(chatId)}/${seq}/${rev}:${(seq * 104_729 + rev).toString(36)}>`;
  const written = (one: Message): Message => ({
    ...one,
    message: `${word(one)} `.repeat(1 + Math.floor(random() * 12)),
  });
  /** Those of the words that stand in a file of the cache. */
  const left = (words: readonly string[]): string[] => {
    const files = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), "latin1"));
    const found = new Set(files.flatMap((content) => content.match(/<\d+\/\d+\/\d+:[a-z0-9]+>/g) ?? []));
    return words.filter((one) => found.has(one));
  };

  /** Messages of many chats, in no order, and many of them changed: rows move from page to page. */
  function fill(cache: HistoryCache): Message[] {
    const seqs = new Map<string, number>();
    const messages = range(1, MESSAGES).map(() => {
      const chatId = CHATS[Math.floor(random() * CHATS.length)] ?? "";
      seqs.set(chatId, (seqs.get(chatId) ?? 0) + 1);
      return written(message(seqs.get(chatId) ?? 0, chatId));
    });
    cache.put(messages);
    cache.search({ word: "absent", limit: 1 });
    return messages;
  }
  const change = (cache: HistoryCache, some: readonly Message[], to: (one: Message) => Message): void => {
    for (const one of some) cache.change(one.chat_id, [to(one)], 1);
  };
  const edited = (one: Message): Message => written({ ...one, rev: 1 });
  const deleted = (one: Message): Message => ({ ...one, message: "", rev: 2, deleted: "author" });

  it("leaves no byte of deleted texts, nor of those before an edit, when the cache is closed", () => {
    const cache = openHistoryCache(file());
    const messages = fill(cache);
    const changed = messages.filter(() => random() < 0.5);
    change(cache, changed, edited);
    const gone = messages.filter((_, index) => index % 3 !== 0);
    change(cache, gone, deleted);
    cache.dropChat(CHATS[0] ?? "");
    cache.close();
    const words = [...gone, ...gone.map((one) => ({ ...one, rev: 1 })), ...changed].map(word);
    const ofDropped = messages.filter((one) => one.chat_id === CHATS[0]).map(word);
    assert.deepEqual(left([...words, ...ofDropped]), []);
    assert.ok(left(messages.map(word)).length > 0, "what was not deleted is there");
    const check = new SqliteDatabase(file(), { readonly: true });
    assert.equal(check.pragma("integrity_check", { simple: true }), "ok");
    check.close();
  });

  it("hides a dropped chat at once and erases it in steps, also after a restart", async () => {
    const cache = openHistoryCache(file());
    const messages = fill(cache);
    const [whole = "", part = "", other = ""] = CHATS;
    const inWhole = messages.filter((one) => one.chat_id === whole);
    const inPart = messages.filter((one) => one.chat_id === part);
    const kept = (from: HistoryCache, chatId: string): number[] =>
      from.before(chatId, undefined, MESSAGES).map(({ seq }) => seq);
    const found = (from: HistoryCache, one: Message | undefined): number =>
      one === undefined ? -1 : from.search({ word: word(one), limit: 10 }).messages.length;
    for (let taken = 0; taken < MESSAGES; taken += 1000) cache.search({ word: "absent", limit: 1 });
    assert.equal(found(cache, inWhole[0]), 1);
    const afterwards = inPart.filter(({ seq }) => seq >= 100);
    const gone = [...inWhole, ...inPart.filter(({ seq }) => seq < 100)].map(word);
    const isHidden = (from: HistoryCache): void => {
      assert.deepEqual(kept(from, whole), []);
      assert.deepEqual(from.after(whole, 0, 10), []);
      assert.deepEqual(
        kept(from, part),
        afterwards.map(({ seq }) => seq),
      );
      assert.deepEqual(from.after(part, 50, 10), []);
      assert.deepEqual(
        from.newest().map((one) => one.chat_id),
        CHATS.filter((chatId) => chatId !== whole).toSorted(),
      );
      for (const one of [inWhole[0], inWhole.at(-1), inPart[0]]) assert.equal(found(from, one), 0);
      assert.equal(found(from, inPart.at(-1)), 1);
      assert.ok(kept(from, other).length > 0);
    };
    cache.dropChat(part, 100);
    cache.dropChat(whole);
    assert.equal(left(gone).length, gone.length, "nothing was erased while the window waits");
    isHidden(cache);
    const killed = readFileSync(file());
    const again = { ...message(1, whole), message: "the same seq in another history" };
    cache.put([again]);
    assert.deepEqual(cache.before(whole, undefined, 10), [again]);
    assert.deepEqual(cache.search({ word: "another history", chatId: whole, limit: 10 }).messages, [again]);
    cache.dropChat(whole);
    cache.put([again]);
    assert.deepEqual(
      cache.newest().find((one) => one.chat_id === whole),
      again,
    );
    await eventually("it is erased while the cache is open", () => left(gone).length < gone.length);
    await eventually("hardly any is left", () => left(gone).length < 50);
    cache.close();
    assert.deepEqual(left(gone), []);
    writeFileSync(file(), killed);
    const restarted = openHistoryCache(file());
    isHidden(restarted);
    await eventually("it goes on", () => left(gone).length < gone.length / 2);
    restarted.close();
  });

  it("leaves no trigram that only a dropped chat had, also when a restart comes between", () => {
    const cache = openHistoryCache(file());
    const [gone = ""] = CHATS;
    const marked = range(1, 500).map((seq) => ({ ...message(seq, gone), message: `${MARK} ${seq}` }));
    cache.put([...marked, ...marked.map((one) => ({ ...one, chat_id: CHATS[1] ?? "", message: `seq ${one.seq}` }))]);
    fill(cache);
    for (let taken = 0; taken < MESSAGES + 1000; taken += 1000) cache.search({ word: "absent", limit: 1 });
    cache.dropChat(gone);
    const dropped = readFileSync(file());
    cache.close();
    assert.equal(readFileSync(file()).includes(MARK), false, "closed in time");
    writeFileSync(file(), dropped);
    const killed = new CacheFile(file());
    const count = killed.dropped.countRows();
    const step = killed.database.transaction(() => killed.dropped.step().length);
    let steps = 0;
    for (; killed.dropped.keys.length > 0; steps += 1) step();
    assert.ok(count >= 500 && steps < count / 10, `${steps} steps for ${count} messages`);
    assert.equal(killed.dropped.countRows(), 0);
    assert.ok(readFileSync(file()).includes(MARK), "the index still has it");
    killed.close();
    const restarted = openHistoryCache(file());
    assert.equal(restarted.search({ word: "seq 123", limit: 10 }).messages.length, 1);
    restarted.close();
    assert.equal(readFileSync(file()).includes(MARK), false);
    const ended = new CacheFile(file());
    assert.equal(ended.dropped.isPending, false);
    ended.close();
  });

  it("knows that something is to be erased also after the disk has refused a change", () => {
    const cache = openHistoryCache(file());
    const [first, second] = [written(message(1)), written(message(2))];
    cache.put([first, second]);
    cache.close();
    const database = new SqliteDatabase(file());
    database.exec(`CREATE TRIGGER refuse BEFORE UPDATE OF json ON message WHEN new.seq = 1
      BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
    database.close();
    const open = openHistoryCache(file());
    for (const one of [first, second]) {
      open.change("common", [deleted(one)], 2);
      assert.equal(open.before("common", undefined, 2).length, 2);
    }
    const killed = readFileSync(file());
    open.close();
    writeFileSync(file(), killed);
    const again = new CacheFile(file());
    assert.notEqual(again.erasure.delayMs, undefined);
    again.close();
  });

  it("goes on at the next start where it was not finished, and works while the file is open", () => {
    const cache = openHistoryCache(file());
    const first = fill(cache);
    cache.close();
    // As a client that is killed leaves it.
    const killed = new CacheFile(file());
    const put = (one: Message): void => {
      const json = JSON.stringify(one);
      killed.erasure.note();
      killed.replace.run(json.length, json, killed.selectOlder.get(one.chat_id, one.seq, one.rev ?? 0)?.id);
    };
    const messages = first.map(edited);
    for (const states of [messages, messages.map(deleted)]) killed.database.transaction(() => states.forEach(put))();
    assert.notEqual(killed.erasure.delayMs, undefined);
    killed.close();
    const again = new CacheFile(file());
    assert.notEqual(again.erasure.delayMs, undefined);
    assert.notDeepEqual(left(messages.map(word)), [], "the pages have copies");
    while (again.erasure.delayMs !== undefined) again.erasure.step();
    assert.deepEqual(left(messages.map(word)), []);
    again.database.prepare("UPDATE message SET bytes = bytes + 1").run();
    assert.deepEqual(left(messages.map(word)), [], "pages in memory have none either");
    again.close();
    const last = new CacheFile(file());
    assert.equal(last.erasure.delayMs, undefined);
    last.close();
  });
});
