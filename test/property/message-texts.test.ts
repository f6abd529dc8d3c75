// The texts that are made by hand on the path of a message are those that the general functions make.
import assert from "node:assert/strict";
import fc from "fast-check";
import { okResponse } from "../../src/protocol/envelope.ts";
import { eventText } from "../../src/protocol/events.ts";
import { MessageTexts } from "../../src/protocol/message-texts.ts";
import { fuzzes } from "../support/fuzz.ts";

const RUNS = { numRuns: 300, weight: 0.2 };

const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom('"', "\\", "\u0000\n", "</b>"));
const timeMs = fc.integer({ min: 0, max: 4e12 });
const message = fc.record({
  chat_id: fc.constantFrom("common", `dm:${"a".repeat(24)}:${"b".repeat(24)}`),
  seq: fc.integer({ min: 1, max: 2 ** 32 }),
  message_id: fc.stringMatching(/^[\w-]{1,64}$/),
  user_id: fc.stringMatching(/^[0-9a-f]{24}$/),
  username: text,
  message: text,
  time: timeMs.map((ms) => ms / 1000),
});
const replyTo = fc.record({
  action: fc.option(text),
  id: fc.option(fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })), { nil: undefined }),
});
const stored = fc.record({ message, replyTo, info: text });

describe("MessageTexts", () => {
  fuzzes(
    "makes the texts of eventText and okResponse, whatever came before",
    () =>
      fc.property(timeMs, fc.array(stored, { maxLength: 6 }), (nowMs, all) => {
        const texts = new MessageTexts(nowMs);
        for (const { message: one, replyTo: asked, info } of all) {
          const { chat_id, seq, message_id, time } = one;
          assert.equal(texts.event(one), eventText("message", one, nowMs));
          const fields = { chat_id, seq, message_id, time };
          assert.equal(texts.response(asked, info, one), okResponse(asked, info, fields, nowMs));
        }
      }),
    RUNS,
  );
});
