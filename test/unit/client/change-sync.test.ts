// Changes of messages on their way into the cache: events, gaps, absences, and pages that are older than an event.
import assert from "node:assert/strict";
import { ChangeSync } from "../../../src/client/change-sync.ts";
import type { HistoryCache } from "../../../src/client/cache.ts";
import { MemoryCache } from "../../../src/client/memory-cache.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { eventually } from "../../support/eventually.ts";

const CHAT = "common";

function message(seq: number, rev?: number): Message {
  const base = { chat_id: CHAT, seq, message_id: `m${seq}`, user_id: "u", username: "n", time: seq };
  return rev === undefined
    ? { ...base, message: `text ${seq}` }
    : { ...base, message: "", rev, deleted: "author" as const };
}

/** A chat on a server: its messages, and what `changes` answers. */
class Server {
  readonly messages: Message[] = [1, 2, 3, 4, 5].map((seq) => message(seq));
  rev = 0;
  asked: number[] = [];
  pageSize = 2;

  delete(seq: number): Message {
    const deleted = message(seq, (this.rev += 1));
    this.messages[seq - 1] = deleted;
    return deleted;
  }

  readonly changes = async (chatId: string, afterRev: number) => {
    this.asked.push(afterRev);
    const all = this.messages.filter(({ rev = 0 }) => rev > afterRev);
    all.sort((one, other) => (one.rev ?? 0) - (other.rev ?? 0));
    const messages = all.slice(0, this.pageSize);
    return { chat_id: chatId, rev: this.rev, messages, has_more: all.length > messages.length };
  };
}

describe("ChangeSync", () => {
  let cache: HistoryCache;
  let sync: ChangeSync;
  let server: Server;
  let told: (number | undefined)[];
  beforeEach(() => {
    cache = new MemoryCache();
    server = new Server();
    told = [];
    sync = new ChangeSync(cache, () => false);
    sync.events.on("changed", ({ messages }) => told.push(...messages.map(({ rev }) => rev)));
  });
  afterEach(() => {
    sync.stop();
    cache.close();
  });

  const start = (): void => sync.start([{ chat_id: CHAT, rev: server.rev }], server.changes);
  const kept = (): Message[] => cache.before(CHAT, undefined, 100);
  const isCurrent = (): Promise<void> =>
    eventually("the cache is as the server", () => JSON.stringify(kept()) === JSON.stringify(server.messages));

  it("takes changes from events, each in the place of an older state", async () => {
    cache.put(server.messages);
    start();
    for (const seq of [2, 4]) sync.offer(server.delete(seq));
    assert.deepEqual(kept(), server.messages);
    assert.deepEqual([told, cache.rev(CHAT), server.asked], [[1, 2], 2, []]);
  });

  it("fetches what was missed, by pages", async () => {
    cache.put(server.messages);
    start();
    sync.stop();
    for (const seq of [5, 3, 1]) server.delete(seq);
    start();
    await isCurrent();
    assert.deepEqual([told, cache.rev(CHAT), server.asked], [[1, 2, 3], 3, [0, 2]]);
  });

  it("asks for nothing where nothing is kept, and for nothing twice", async () => {
    for (const seq of [5, 3, 1]) server.delete(seq);
    start();
    cache.put(server.messages);
    assert.equal(cache.rev(CHAT), 3);
    sync.offer(server.delete(2));
    assert.deepEqual([kept(), server.asked], [server.messages, []]);
  });

  it("fetches what a gap stands for, and what is missing before an event", async () => {
    cache.put(server.messages);
    start();
    server.delete(1);
    server.delete(2);
    sync.expect(CHAT, 2);
    await isCurrent();
    server.delete(3);
    sync.offer(server.delete(4));
    await isCurrent();
    assert.equal(cache.rev(CHAT), 4);
  });

  it("never shows an older state: neither of a late page nor of a late event", async () => {
    start();
    const page = { rev: 0, messages: [...server.messages] };
    const old = server.delete(2);
    sync.offer(old);
    assert.deepEqual(await sync.bringUpToDate(CHAT, page), server.messages);
    cache.put(server.messages);
    cache.put([message(2)]);
    assert.deepEqual(kept(), server.messages);
    sync.offer(old);
    assert.deepEqual(kept(), server.messages);
  });

  it("tries again when a fetch fails, and leaves the answers of a lost connection alone", async () => {
    cache.put(server.messages);
    start();
    server.delete(1);
    let fails = 1;
    sync.start([{ chat_id: CHAT, rev: 1 }], async (chatId, afterRev) => {
      if (fails-- > 0) throw new Error("lost");
      return server.changes(chatId, afterRev);
    });
    await isCurrent();
    let answer: (() => void) | undefined;
    server.delete(2);
    sync.start([{ chat_id: CHAT, rev: 2 }], async (chatId, afterRev) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return server.changes(chatId, afterRev);
    });
    sync.stop();
    answer?.();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(cache.rev(CHAT), 1);
  });
});
