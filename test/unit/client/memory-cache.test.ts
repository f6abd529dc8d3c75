// The cache in memory: it answers as the one in a file does, and is bounded.
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { HistoryCache } from "../../../src/client/cache.ts";
import { openHistoryCache } from "../../../src/client/history-cache.ts";
import { MemoryCache } from "../../../src/client/memory-cache.ts";
import { message } from "../../support/messages.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const chats = fc.constantFrom("common", "dm:a:b");
const seqs = fc.integer({ min: 1, max: 12 });
const revs = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
const messages = fc.array(fc.tuple(seqs, revs), { maxLength: 6 });

type Operation = (cache: HistoryCache) => unknown;

const made = (chatId: string, list: readonly (readonly [number, number | undefined])[]) =>
  list.map(([seq, rev]) => ({ ...message(seq, chatId), ...(rev !== undefined && { rev, message: `state ${rev}` }) }));

const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(chats, messages).map(
    ([chatId, list]): Operation =>
      (cache) =>
        cache.put(made(chatId, list)),
  ),
  fc.tuple(chats, messages, fc.nat(5)).map(
    ([chatId, list, rev]): Operation =>
      (cache) =>
        cache.change(chatId, made(chatId, list), rev),
  ),
  fc.tuple(chats, fc.option(seqs, { nil: undefined }), fc.integer({ min: 1, max: 5 })).map(
    ([chatId, before, limit]): Operation =>
      (cache) =>
        cache.before(chatId, before, limit),
  ),
  fc.tuple(chats, fc.nat(12), fc.integer({ min: 1, max: 5 })).map(
    ([chatId, after, limit]): Operation =>
      (cache) =>
        cache.after(chatId, after, limit),
  ),
  chats.map(
    (chatId): Operation =>
      (cache) =>
        cache.rev(chatId),
  ),
  fc.tuple(chats, fc.option(seqs, { nil: undefined })).map(
    ([chatId, before]): Operation =>
      (cache) =>
        cache.dropChat(chatId, before),
  ),
  fc.constant((cache: HistoryCache) => cache.newest()),
  fc.tuple(fc.constantFrom("x", "y"), fc.option(fc.jsonValue(), { nil: undefined })).map(
    ([name, value]): Operation =>
      (cache) =>
        cache.save(name, value),
  ),
  fc.constantFrom("x", "y").map(
    (name): Operation =>
      (cache) =>
        cache.load(name),
  ),
  fc.constant((cache: HistoryCache) => cache.clear()),
);

describe("the history cache in memory", () => {
  const folder = tempDirPerTest();

  it("answers everything as the one in a file does", () => {
    let runs = 0;
    fc.assert(
      fc.property(fc.array(operations, { maxLength: 40 }), (all) => {
        const file = openHistoryCache(join(folder(), `${(runs += 1)}.sqlite`));
        const memory = new MemoryCache();
        for (const operation of all) assert.deepEqual(operation(memory), operation(file));
        file.close();
      }),
      { numRuns: 200 },
    );
  });

  it("drops what was put in first", () => {
    const cache = new MemoryCache(3);
    cache.put([message(5), message(6), message(1, "dm:a:b")]);
    cache.put([message(5), message(7)]);
    assert.deepEqual(cache.before("common", undefined, 9), [message(6), message(7)]);
    cache.put([message(2, "dm:a:b")]);
    assert.deepEqual(cache.before("common", undefined, 9), [message(7)]);
    assert.deepEqual(cache.after("dm:a:b", 0, 9), [message(1, "dm:a:b"), message(2, "dm:a:b")]);
  });
});
