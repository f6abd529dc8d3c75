// A running server under frames of every kind, right, nearly right and wrong: it answers as the protocol says, never with 500.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { ACTIONS, type ActionName } from "../../src/protocol/actions.ts";
import { Code } from "../../src/protocol/codes.ts";
import { fuzzes } from "../support/fuzz.ts";
import { useServer } from "../support/server.ts";
import { frameOf, WireClient } from "../support/wire-client.ts";

/** Payloads that once were, or well might be, trouble: one a line. */
const CORPUS_FILE = new URL("../../../test/corpus/payloads.txt", import.meta.url);
const CORPUS = readFileSync(CORPUS_FILE, "utf8")
  .split("\n")
  .filter((line) => line !== "");
const CODES: ReadonlySet<number> = new Set(Object.values(Code));

const ODD_TEXTS = [
  "",
  "\0",
  "__proto__",
  "constructor",
  "dm:",
  "dm:a:b",
  "common",
  "%s",
  "$ne",
  "'; --",
  "😀",
  "\u202e",
  "a".repeat(9_000),
];
const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: "grapheme", maxLength: 40 }));
const value = fc.oneof(
  { weight: 4, arbitrary: oddText },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(0, -1, 1, 1e308, 2 ** 53, 0.5, null, true, false, [], {}) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);
const names = Object.keys(ACTIONS).filter(
  (name) => name !== "delete_account" && name !== "end_sessions",
) as ActionName[];
const fields = [
  ...new Set(names.flatMap((name) => Object.keys((ACTIONS[name].schema as { properties?: object }).properties ?? {}))),
];
const request = fc.record(
  {
    action: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: value }),
    id: fc.oneof(fc.integer(), oddText, value),
    time: value,
    data: fc.oneof(
      { weight: 9, arbitrary: fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 }) },
      { weight: 1, arbitrary: value },
    ),
  },
  { requiredKeys: ["action", "data"] },
);
/** One JSON text, whole or with something wrong in it. */
const payload = fc.oneof(
  { weight: 6, arbitrary: request.map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.constantFrom(...CORPUS) },
  { weight: 1, arbitrary: fc.tuple(request, fc.nat()).map(([one, at]) => cutOut(JSON.stringify(one), at)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 60 }) },
);

function cutOut(text: string, at: number): string {
  const place = at % text.length;
  return text.slice(0, place) + text.slice(place + 1);
}

describe("a running server, whatever it is sent", () => {
  const server = useServer({
    registrationsPerAddress: 0,
    failedLoginsPerName: 0,
    failedLoginsPerAddress: 0,
    requestRatePerSec: 0,
  });

  fuzzes(
    "answers every payload once, with a code of the protocol and never 500, and the connection stays well",
    (tally) =>
      fc.asyncProperty(
        fc.array(payload, { minLength: 1, maxLength: 25 }),
        fc.boolean(),
        async (payloads, isLoggedIn) => {
          const client = isLoggedIn ? (await server().newPerson("fuzz")).client : await server().connect();
          client.raw(Buffer.concat(payloads.map((text) => frameOf(text, "prefixed"))));
          for (const text of payloads) {
            const { code, info } = await client.replies.next();
            assert.ok(CODES.has(code) && code !== Code.Internal, `${code} ${info} for ${text.slice(0, 500)}`);
            tally.inputs += 1;
            tally.answered(code);
          }
          await client.barrier();
          assert.equal(client.replies.size, 0, "an answer that nobody asked for");
          client.destroy();
        },
      ),
    {
      numRuns: 60,
      weight: 2,
      after: async ({ runs, inputs, codes }) => {
        assert.ok(inputs > runs && [200, 400, 401, 404].every((code) => codes.has(code)), [...codes].join(" "));
        await isWell();
      },
    },
  );

  it("answers the corpus one by one, logged in and not", async () => {
    for (const client of [await server().connect(), (await server().newPerson("corpus")).client]) {
      for (const text of CORPUS) {
        const { code, info } = await client.exchange(text);
        assert.ok(CODES.has(code) && code !== Code.Internal, `${code} ${info} for ${text.slice(0, 500)}`);
      }
      await client.barrier();
    }
    await isWell();
  });

  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    payload.map((text) => frameOf(text, "prefixed")),
    payload.map((text) => frameOf(text, "lines")),
    payload.chain((text) => fc.nat(400).map((end) => frameOf(text, "prefixed").subarray(0, end))),
  );
  fuzzes(
    "survives any bytes in any pieces, cut off at any moment",
    (tally) =>
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, isReset) => {
        const client = await WireClient.connect(server().port);
        tally.inputs += pieces.length;
        for (const bytes of pieces) client.raw(bytes);
        if (isReset) client.socket.resetAndDestroy();
        else client.endSending();
        await client.closed();
        client.destroy();
      }),
    { numRuns: 60, after: isWell },
  );

  /** Others are served, and nothing was a fault of the server's own. */
  async function isWell(): Promise<void> {
    const person = await server().newPerson("well");
    await person.say("all is well");
    assert.deepEqual(server().log.errors, []);
  }
});
