// parseRequest: never throws, and agrees with a slow reading of the rules about depth and surrogates.
import assert from "node:assert/strict";
import fc from "fast-check";
import { charCount, okResponse, parseRequest } from "../../src/protocol/envelope.ts";
import { MAX_JSON_DEPTH } from "../../src/protocol/limits.ts";
import { fuzzes } from "../support/fuzz.ts";

const RUNS = { numRuns: 500, weight: 0.2 };

/** Depth of a parsed value: 0 for what is no array or object. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** True when any text in a parsed value, keys too, holds half of a surrogate pair. */
function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return /\p{Surrogate}/u.test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => hasLoneSurrogate(key) || hasLoneSurrogate(member));
}

/** JSON of a value with every character outside of ASCII escaped, as some clients write it. */
function escaped(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const unit = fc.constantFrom(
  "a",
  "\\",
  '"',
  "u",
  "d",
  "{",
  "[",
  "é",
  "\ud83d",
  "\ude00",
  "\ud800",
  "\udfff",
  "😀",
  "\u0000",
);
const text = fc.array(unit, { maxLength: 8 }).map((units) => units.join(""));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 40, depthSize: "max", withCrossShrink: true },
    text,
    fc.constantFrom(1, null, true),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(text, tie("value"), { maxKeys: 3 }),
  ),
}));
/** A value inside so many arrays and objects. */
const deep = fc
  .tuple(value, fc.array(fc.boolean(), { maxLength: 40 }))
  .map(([core, levels]) => levels.reduce<unknown>((inner, isArray) => (isArray ? [inner] : { a: inner }), core));

describe("parseRequest", () => {
  fuzzes(
    "never throws, whatever the bytes",
    () =>
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.ok("error" in parseRequest(bytes));
      }),
    RUNS,
  );

  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    '"',
    ":",
    ",",
    "\\",
    "\\u",
    "d800",
    '"action"',
    '"ping"',
    '"id"',
    "1",
    "e9",
    "-",
    "null",
    " ",
  );
  fuzzes(
    "never throws, whatever pieces of JSON it is made of",
    () =>
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const request = parseRequest(Buffer.from(parts.join("")));
        if ("error" in request) assert.equal(request.error.code, 400);
        else assert.equal(typeof request.action, "string");
      }),
    RUNS,
  );

  fuzzes(
    "takes what is not too deep and holds no lone surrogate, and nothing else",
    (tally) =>
      fc.property(deep, (data) => {
        const payload = { action: "ping", id: 1, data: { data } };
        const request = parseRequest(Buffer.from(escaped(payload)));
        const isRight = depthOf(payload) <= MAX_JSON_DEPTH && !hasLoneSurrogate(payload);
        assert.equal("error" in request, !isRight, escaped(payload));
        if ("error" in request) return;
        tally.inputs += 1;
        assert.deepEqual(request.data, JSON.parse(JSON.stringify(payload.data)));
      }),
    {
      ...RUNS,
      after: ({ runs, inputs }) => {
        const share = inputs / runs;
        assert.ok(share > 0.1 && share < 0.9, `${inputs} of ${runs} taken: both sides are tried`);
      },
    },
  );

  fuzzes(
    "reads the text of a payload that is part of a bigger buffer",
    () =>
      fc.property(fc.nat(20), fc.nat(20), fc.string({ unit: "grapheme" }), (before, after, id) => {
        fc.pre(charCount(id) <= 64);
        const payload = Buffer.from(JSON.stringify({ action: "ping", id }));
        const whole = Buffer.concat([Buffer.alloc(before, "x"), payload, Buffer.alloc(after, "y")]);
        const request = parseRequest(whole.subarray(before, before + payload.length));
        assert.deepEqual(request, { action: "ping", id, data: {} });
      }),
    RUNS,
  );

  const id = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, min: -(2 ** 53), max: 2 ** 53 }).filter((number) => !Object.is(number, -0)),
    text,
  );
  fuzzes(
    "has its ids echoed as they were",
    () =>
      fc.property(id, (sent) => {
        fc.pre(typeof sent === "number" || !hasLoneSurrogate(sent));
        const request = parseRequest(Buffer.from(JSON.stringify({ action: "ping", id: sent })));
        assert.ok(!("error" in request));
        const response: unknown = JSON.parse(okResponse(request, "pong", {}, 1_500));
        assert.deepEqual(response, { action: "ping", time: 1.5, id: sent, code: 200, info: "pong" });
      }),
    RUNS,
  );
});
