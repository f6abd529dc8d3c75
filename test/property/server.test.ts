// A whole server under requests that are nearly right, in random order and pieces: every frame is answered once, in order,
// never with 500, and the server's log has no error.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIONS } from "../../src/protocol/actions.ts";
import { Code } from "../../src/protocol/codes.ts";
import { fuzzes, type Tally } from "../support/fuzz.ts";
import { range } from "../support/lists.ts";
import { useServer, type TestServer } from "../support/server.ts";
import { frameOf, type WireClient } from "../support/wire-client.ts";

const CODES: ReadonlySet<number> = new Set(Object.values(Code));

/** Values that are right somewhere and wrong elsewhere. */
const word = fc.constantFrom(
  "ann",
  "BEN",
  "cid",
  "common",
  "correct horse",
  "x",
  "",
  "😀",
  "\u0000",
  "a".repeat(300),
  "%_*",
  "__proto__",
  "constructor",
);
const number = fc.constantFrom(0, 1, 2, 50, 200, 201, -1, 1.5, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e308);
const odd = fc.constantFrom(null, true, [], {}, [[]], { a: { b: 1 } });
const value = fc.oneof({ weight: 6, arbitrary: word }, { weight: 4, arbitrary: number }, { weight: 1, arbitrary: odd });

const FIELDS = [
  ...new Set(
    Object.values(ACTIONS).flatMap(({ schema }) => Object.keys((schema as { properties?: object }).properties ?? {})),
  ),
];
/** What would end the account that the others log in to. */
const actions = Object.keys(ACTIONS).filter(
  (action) => !["delete_account", "change_password", "end_sessions"].includes(action),
);
const request = fc.record(
  {
    action: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...actions) }, { weight: 1, arbitrary: value }),
    id: fc.option(fc.oneof(number, word), { nil: undefined }),
    data: fc.oneof(
      { weight: 10, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 6 }) },
      { weight: 1, arbitrary: value },
    ),
  },
  { requiredKeys: ["action"] },
);
const login = fc
  .constantFrom("ann", "ben", "cid")
  .map((username) => ({ action: "login", data: { username, password: "correct horse" } }));
const payload = fc.oneof(
  { weight: 10, arbitrary: request.map((object) => JSON.stringify(object)) },
  { weight: 2, arbitrary: login.map((object) => JSON.stringify(object)) },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.tuple(request, fc.nat(60)).map(([object, cut]) => `${JSON.stringify(object).slice(0, cut)} `),
  },
);

/** Sends the payloads in pieces of these sizes, and takes one answer each. */
async function exchangeAll(
  client: WireClient,
  payloads: readonly string[],
  sizes: readonly number[],
  tally: Tally,
): Promise<void> {
  const bytes = Buffer.concat(payloads.map((text) => frameOf(text, client.framing)));
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    client.raw(bytes.subarray(offset, offset + size));
    offset += size;
    if (turn % 8 === 0) await new Promise(setImmediate);
  }
  for (const [index, text] of payloads.entries()) {
    const reply = await client.replies.next();
    assert.ok(CODES.has(reply.code) && reply.code !== 500, `${reply.code} for ${text}`);
    tally.inputs += 1;
    tally.answered(reply.code);
    const sent: unknown = parse(text);
    if (typeof sent === "object" && sent !== null && "id" in sent && "id" in reply)
      assert.deepEqual(reply.id, sent.id, `answer ${index}`);
  }
  await client.barrier();
  assert.equal(client.replies.size, 0, "no answer too many");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What three people hear of the common chat, who have nothing to do with the noise. */
async function listen(server: TestServer): Promise<() => Promise<void>> {
  const listener = await server.newPerson("listener");
  const { length: before } = await listener.ok("common_chat", { limit: 1 });
  return async () => {
    const heard = (await listener.events("message")).filter(({ chat_id }) => chat_id === "common");
    const { length } = await listener.ok("common_chat", { limit: 1 });
    assert.deepEqual(
      heard.map(({ seq }) => seq),
      range(before + 1, length),
      "every message once, in order, without holes",
    );
  };
}

describe("a server under requests that are nearly right", () => {
  const server = useServer({ failedLoginsPerAddress: 0, failedLoginsPerName: 0, requestRatePerSec: 0 });

  before(async () => {
    const client = await server().connect();
    for (const username of ["ann", "ben", "cid"]) await client.ok("register", { username, password: "correct horse" });
  });

  const sizes = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 5 });
  const conversation = fc.tuple(
    login,
    fc.array(payload, { maxLength: 40 }),
    sizes,
    fc.constantFrom("lines", "prefixed"),
  );
  let check: () => Promise<void>;
  before(async () => {
    check = await listen(server());
  });
  fuzzes(
    "answers every frame once and in order, never with 500",
    (tally) =>
      fc.asyncProperty(fc.array(conversation, { minLength: 1, maxLength: 4 }), async (conversations) => {
        await Promise.all(
          conversations.map(async ([first, payloads, pieces, framing]) => {
            const client = await server().connect({ framing });
            const texts = [JSON.stringify(first), ...payloads.filter((text) => text.trim() !== "")];
            await exchangeAll(client, texts, pieces, tally);
            client.destroy();
          }),
        );
      }),
    {
      numRuns: 40,
      weight: 2,
      after: async () => {
        await check();
        assert.deepEqual(server().log.errors, []);
      },
    },
  );
});
