// The form of reactions.
import assert from "node:assert/strict";
import { isReaction } from "../../../src/protocol/reactions.ts";

const RIGHT = ["👍", "❤", "❤️", "👍🏽", "👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "#️⃣", "©", "🏴‍☠️", "👨🏽‍🚀"];
const WRONG = [
  "",
  "a",
  "1",
  "#",
  "👍👍",
  "👍 ",
  " 👍",
  "👍a",
  "a👍",
  "🇩",
  "🇩🇪🇫🇷",
  "é",
  "\u200d",
  "\ufe0f",
  "漢",
  "👍\n",
];

describe("isReaction", () => {
  it("takes one emoji, however many code points it has", () => {
    for (const text of RIGHT) assert.ok(isReaction(text), text);
  });

  it("takes nothing else", () => {
    for (const text of WRONG) assert.ok(!isReaction(text), JSON.stringify(text));
  });

  it("takes 32 bytes at most", () => {
    const joined = (count: number): string => Array(count).fill("👩").join("\u200d");
    assert.equal(Buffer.byteLength(joined(5)), 32);
    assert.ok(isReaction(joined(5)));
    assert.ok(!isReaction(`${joined(5)}\ufe0f`));
    assert.ok(!isReaction(`👍${"\u0301".repeat(20_000)}`));
  });
});
