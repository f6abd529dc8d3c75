// The sync against a model of a server: whatever is lost, late, doubled or cut, each message is given out once, in order.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryCache } from "../../src/client/memory-cache.ts";
import { Sync, type FetchPage } from "../../src/client/sync.ts";
import type { ChatSummary, Message } from "../../src/protocol/entities.ts";
import { eventually } from "../support/eventually.ts";
import { message } from "../support/messages.ts";

const CHATS = ["common", "dm:a", "dm:b"] as const;

/** What can happen: numbers choose a chat. */
type Step =
  /** A message is stored, and its event arrives now, twice, late or (with a gap in its place) never. */
  | { readonly kind: "store"; readonly chat: number; readonly event: "now" | "twice" | "late" | "gap" }
  /** Events that were late arrive. */
  | { readonly kind: "arrive" }
  /** The connection is lost, and after a while there is another one. Late events of the old one are gone. */
  | { readonly kind: "reconnect"; readonly storedMeanwhile: number; readonly chat: number }
  /** The server goes back to a backup of so many messages of the chat, and so many others are written before the login. */
  | { readonly kind: "restore"; readonly kept: number; readonly storedMeanwhile: number; readonly chat: number }
  /** Fetches that are under way get their answers. */
  | { readonly kind: "wait" };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("store" as const),
        chat: fc.nat(2),
        event: fc.constantFrom("now", "now", "twice", "late", "gap"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("arrive" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("reconnect" as const), storedMeanwhile: fc.nat(450), chat: fc.nat(2) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const) }) },
  ),
  { maxLength: 60 },
) as fc.Arbitrary<Step[]>;

const restore: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("restore" as const),
  kept: fc.nat(40),
  storedMeanwhile: fc.nat(60),
  chat: fc.nat(2),
});

/** A message comes before an earlier one is fetched, and the server that had both is restored. */
const AHEAD_OF_A_RESTORE: [Step[], Step][] = [
  [[], { kind: "restore", kept: 0, storedMeanwhile: 1, chat: 1 }],
  [[{ kind: "store", chat: 1, event: "now" }], { kind: "restore", kept: 0, storedMeanwhile: 1, chat: 1 }],
];

class ModelServer {
  readonly stored = new Map<string, Message[]>(CHATS.map((chatId) => [chatId, []]));
  readonly given = new Map<string, number[]>(CHATS.map((chatId) => [chatId, []]));
  readonly cache = new MemoryCache();
  readonly sync = new Sync(this.cache, undefined);
  #late: Message[] = [];
  #restores = 0;

  constructor() {
    this.sync.events.on("messages", ({ chatId, messages }) => {
      this.given.get(chatId)?.push(...messages.map(({ seq }) => seq));
    });
    this.sync.events.on("skipped", () => assert.fail("nothing is far enough behind to be skipped"));
    this.sync.events.on("reset", ({ chatId }) => this.given.set(chatId, []));
  }

  async run(step: Step): Promise<void> {
    if (step.kind === "wait") await new Promise((resolve) => setImmediate(resolve));
    else if (step.kind === "arrive") for (const one of this.#late.splice(0).reverse()) this.sync.offer(one);
    else if (step.kind === "reconnect") this.#reconnect(step.chat, step.storedMeanwhile);
    else if (step.kind === "restore") this.#restore(step.chat, step.kept, step.storedMeanwhile);
    else this.#deliver(this.store(step.chat), step.event);
  }

  store(chat: number): Message {
    const chatId = CHATS[chat] ?? "common";
    const messages = this.stored.get(chatId) ?? [];
    const seq = messages.length + 1;
    const stored = { ...message(seq, chatId), message_id: `m${seq}-${this.#restores}` };
    messages.push(stored);
    return stored;
  }

  login(): void {
    const chats = [...this.stored].map(([chatId, { length }]): ChatSummary => {
      const last = this.stored.get(chatId)?.at(-1);
      const summary = { chat_id: chatId, last_seq: length, read_seq: 0, unread: length };
      return last ? { ...summary, last_message: last } : summary;
    });
    this.sync.reconcile({ chats, isWhole: true });
    this.sync.start({ chats, isWhole: true }, this.#fetch());
  }

  #reconnect(chat: number, storedMeanwhile: number): void {
    this.sync.stop();
    this.#late = [];
    for (let count = 0; count < storedMeanwhile; count += 1) this.store(chat);
    this.login();
  }

  #restore(chat: number, kept: number, storedMeanwhile: number): void {
    this.#restores += 1;
    this.stored.get(CHATS[chat] ?? "common")?.splice(kept);
    this.#reconnect(chat, storedMeanwhile);
  }

  #deliver(stored: Message, event: "now" | "twice" | "late" | "gap"): void {
    if (event === "late") this.#late.push(stored);
    else if (event === "gap") this.sync.expect(stored.chat_id, stored.seq);
    else for (let count = event === "twice" ? 2 : 1; count > 0; count -= 1) this.sync.offer(stored);
  }

  #fetch(): FetchPage {
    return async (chatId, { after = 0, limit = 50 }) => {
      const messages = (this.stored.get(chatId) ?? []).slice(after, after + limit);
      await new Promise((resolve) => setImmediate(resolve));
      return { messages };
    };
  }
}

describe("sync, against a model of a server", () => {
  it("gives out every message once and in order", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const server = new ModelServer();
        server.login();
        for (const step of all) await server.run(step);
        await server.run({ kind: "reconnect", chat: 0, storedMeanwhile: 1 });
        await eventually("caught up", () => server.sync.isCaughtUp);
        for (const [chatId, stored] of server.stored) {
          assert.deepEqual(
            server.given.get(chatId),
            stored.map(({ seq }) => seq),
            chatId,
          );
        }
        server.cache.close();
      }),
      { numRuns: 150 },
    );
  }).timeout(60_000);

  it("knows in the end what a restored server has, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(steps, restore), { minLength: 1, maxLength: 3 }), async (parts) => {
        const server = new ModelServer();
        server.login();
        for (const [before, restored] of parts) for (const step of [...before, restored]) await server.run(step);
        await server.run({ kind: "reconnect", chat: 0, storedMeanwhile: 1 });
        await eventually("caught up", () => server.sync.isCaughtUp);
        for (const [chatId, stored] of server.stored) {
          assert.equal(server.sync.liveSeq(chatId), stored.length, chatId);
          const given = server.given.get(chatId) ?? [];
          const first = given[0] ?? 0;
          assert.deepEqual(
            given,
            given.map((_, index) => first + index),
            "in order since the reset, without a hole",
          );
          const cached = server.cache.before(chatId, stored.length + 1, stored.length + 1);
          assert.deepEqual(cached, stored.slice(stored.length - cached.length), chatId);
        }
        server.cache.close();
      }),
      { numRuns: 150, examples: [[AHEAD_OF_A_RESTORE]] },
    );
  }).timeout(60_000);
});
