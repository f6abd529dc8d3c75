// The sync against a model of a server: whatever is lost, late, doubled or cut, each message is given out once, in order.
import assert from "node:assert/strict";
import fc from "fast-check";
import { memoryHistoryCache } from "../../src/client/history-cache.ts";
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

class ModelServer {
  readonly stored = new Map<string, Message[]>(CHATS.map((chatId) => [chatId, []]));
  readonly given = new Map<string, number[]>(CHATS.map((chatId) => [chatId, []]));
  readonly cache = memoryHistoryCache();
  readonly sync = new Sync(this.cache, undefined);
  #late: Message[] = [];

  constructor() {
    this.sync.events.on("messages", ({ chatId, messages }) => {
      this.given.get(chatId)?.push(...messages.map(({ seq }) => seq));
    });
    this.sync.events.on("skipped", () => assert.fail("nothing is far enough behind to be skipped"));
  }

  async run(step: Step): Promise<void> {
    if (step.kind === "wait") await new Promise((resolve) => setImmediate(resolve));
    else if (step.kind === "arrive") for (const one of this.#late.splice(0).reverse()) this.sync.offer(one);
    else if (step.kind === "reconnect") this.#reconnect(step.chat, step.storedMeanwhile);
    else this.#deliver(this.store(step.chat), step.event);
  }

  store(chat: number): Message {
    const chatId = CHATS[chat] ?? "common";
    const messages = this.stored.get(chatId) ?? [];
    const stored = message(messages.length + 1, chatId);
    messages.push(stored);
    return stored;
  }

  login(): void {
    const chats = [...this.stored].map(([chatId, { length }]): ChatSummary => {
      return { chat_id: chatId, last_seq: length, read_seq: 0, unread: length };
    });
    this.sync.start(chats, this.#fetch());
  }

  #reconnect(chat: number, storedMeanwhile: number): void {
    this.sync.stop();
    this.#late = [];
    for (let count = 0; count < storedMeanwhile; count += 1) this.store(chat);
    this.login();
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
});
