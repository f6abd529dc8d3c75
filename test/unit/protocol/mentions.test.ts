// The names that an "@" in a text may mean.
import assert from "node:assert/strict";
import { mentionCandidates } from "../../../src/protocol/mentions.ts";

describe("mentionCandidates", () => {
  const cases: readonly [text: string, ...candidates: string[][]][] = [
    ["no name"],
    ["@anna", ["anna"]],
    ["hello @Anna, and @bert!", ["anna"], ["bert"]],
    ["(@anna) +@bert .@carl -@dora @@emil", ["anna"], ["bert"], ["carl"], ["dora"], ["emil"]],
    ["mail@anna.com x@anna é@anna 1@anna _@anna e\u0301@anna"],
    ["@anna.b-c", ["anna.b-c", "anna.b", "anna"]],
    ["@anna_b.", ["anna_b.", "anna_b", "anna"]],
    ["@anna...", ["anna...", "anna..", "anna.", "anna"]],
    ["@STRASSE @straße", ["strasse"], ["strasse"]],
    ["@anna@bert", ["anna"]],
    ["@anna\n@bert", ["anna"], ["bert"]],
    ["@ anna", []],
    ["@😀", []],
    [`@${"a".repeat(32)}`, ["a".repeat(32)]],
    [`@${"a".repeat(33)}`, []],
    [`@${"a".repeat(32)}.`, ["a".repeat(32)]],
    [`@bert.${"a".repeat(40)}`, ["bert.", "bert"].slice(1)],
    [`@bert-.${"a".repeat(40)}`, ["bert-", "bert"]],
    ["@𝒜nna", ["anna"]],
    ["@anna😀", ["anna"]],
    ["@e\u0301va", ["\u00e9va"]],
  ];
  for (const [text, ...candidates] of cases) {
    it(`finds ${JSON.stringify(candidates)} in ${JSON.stringify(text)}`, () => {
      const wanted = candidates.filter((keys) => keys.length > 0);
      assert.deepEqual(mentionCandidates(text), wanted);
    });
  }
});
