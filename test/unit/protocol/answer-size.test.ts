// The size of answers: what is too large is never made.
import assert from "node:assert/strict";
import { AnswerTooLargeError, okResponse } from "../../../src/protocol/envelope.ts";
import { MAX_LOGIN_BYTES, MAX_RESPONSE_BYTES } from "../../../src/protocol/limits.ts";

describe("the size of answers", () => {
  for (const [action, maxBytes] of [
    ["ping", MAX_RESPONSE_BYTES],
    ["login", MAX_LOGIN_BYTES],
  ] as const) {
    it(`is at most ${maxBytes} bytes with ${action}, escapes included`, () => {
      const make = (text: string): string => okResponse({ action, id: 1 }, "done", { text }, 0);
      const room = maxBytes - make("").length;
      assert.equal(Buffer.byteLength(make("x".repeat(room))), maxBytes);
      assert.throws(() => make("x".repeat(room + 1)), AnswerTooLargeError);
      assert.equal(Buffer.byteLength(make("€".repeat(Math.floor(room / 3)))) > maxBytes - 3, true);
      assert.throws(() => make("\u0001".repeat(Math.floor(room / 6) + 1)), AnswerTooLargeError);
    });
  }
});
