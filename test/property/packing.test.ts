// Packing for the threads: everything comes out as it went in.
import assert from "node:assert/strict";
import fc from "fast-check";
import { packPayloads, packWrites, unpackPayloads, unpackWrites } from "../../src/threads/packing.ts";
import type { PendingWrite } from "../../src/threads/task.ts";
import { fuzzes } from "../support/fuzz.ts";

const RUNS = { numRuns: 300, weight: 0.2 };

const userId = fc.constantFrom("a".repeat(24), "b".repeat(24));
const plainAppend = fc.record({
  kind: fc.constant("append" as const),
  chatId: fc.constantFrom("common", `dm:${"a".repeat(24)}:${"b".repeat(24)}`),
  userId,
  username: fc.constantFrom("ann", "Bén"),
  messageId: fc.string(),
  text: fc.string({ unit: "grapheme" }),
});
const moreFields = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  fc.record({ replyTo: fc.nat() }),
  fc.record({ mentions: fc.array(userId) }),
  fc.record({ mentionsAll: fc.constant(true as const) }),
);
const append = fc.tuple(plainAppend, moreFields).map(([plain, more]) => ({ ...plain, ...more }));
const contact = fc.record({ kind: fc.constant("addContact" as const), userId, contactId: userId });
const pending: fc.Arbitrary<PendingWrite> = fc.record({
  write: fc.oneof({ weight: 5, arbitrary: append }, contact),
  replyTo: fc.record({
    action: fc.constantFrom("add_message", "a", null),
    id: fc.option(fc.oneof(fc.integer(), fc.string()), { nil: undefined }),
  }),
  reply: fc.record({
    fields: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, fc.constant({ chat_id: "common" })),
    info: fc.constantFrom("Message stored", ""),
  }),
  effects: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.constant([{ kind: "logout" as const }])),
});

describe("packing", () => {
  fuzzes(
    "gives back any writes, messages of one user in a row and others among them",
    () =>
      fc.property(fc.array(pending, { maxLength: 20 }), (writes) => {
        const plain = structuredClone(writes); // objects of fast-check have other prototypes
        assert.deepEqual(unpackWrites(packWrites(plain)), plain);
      }),
    RUNS,
  );

  fuzzes(
    "gives back any payloads",
    () =>
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (payloads) => {
        const buffers = payloads.map((payload) => Buffer.from(payload));
        assert.deepEqual(
          unpackPayloads(packPayloads(buffers)).map((payload) => Buffer.from(payload)),
          buffers,
        );
      }),
    RUNS,
  );
});
