// Requests and responses: the envelope's fields, what is echoed, what is refused, and that the connection stays usable.
import assert from "node:assert/strict";
import { parseRequest } from "../../src/protocol/envelope.ts";
import { MAX_JSON_DEPTH } from "../../src/protocol/limits.ts";
import { useServer } from "../support/server.ts";
import type { Reply, WireClient } from "../support/wire-client.ts";

/** A ping whose payload is nested so deep; the object itself is level 1. */
function nested(depth: number): string {
  return `{"action":"ping","data":{"a":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}}`;
}

describe("envelope", () => {
  const server = useServer();
  let client: WireClient;

  beforeEach(async () => {
    client = await server().connect();
  });

  async function refused(payload: string | object, info: RegExp): Promise<Reply> {
    const reply = await client.exchange(payload);
    assert.equal(reply.code, 400, `${JSON.stringify(payload).slice(0, 100)}: ${reply.code} ${reply.info}`);
    assert.match(reply.info, info);
    await client.barrier(); // the connection stays usable
    return reply;
  }

  async function accepted(payload: string | object): Promise<Reply> {
    const reply = await client.exchange(payload);
    assert.equal(reply.code, 200, `${JSON.stringify(payload).slice(0, 100)}: ${reply.code} ${reply.info}`);
    return reply;
  }

  it("refuses what is no JSON object, echoing nothing", async () => {
    const payloads = [
      "nonsense",
      "{",
      '{"action":"ping"}}',
      "{'action':'ping'}",
      '{"action":"ping",}',
      " ",
      "\uFEFF{}",
    ];
    for (const payload of [...payloads, "[]", "[{}]", '"ping"', "1", "true", "null"]) {
      const reply = await refused(payload, /^frame: /);
      assert.equal(reply.action, null);
      assert.ok(!("id" in reply));
    }
  });

  it("refuses bytes that are no UTF-8", async () => {
    const invalid = ["ff", "c0af", "eda080", "f4908080", "e282", "80"];
    for (const hex of invalid) {
      const payload = Buffer.concat([
        Buffer.from('{"action":"ping","id":"'),
        Buffer.from(hex, "hex"),
        Buffer.from('"}'),
      ]);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(payload.length);
      client.raw(Buffer.concat([length, payload]));
      const reply = await client.replies.next();
      assert.equal(reply.code, 400, hex);
      assert.match(reply.info, /UTF-8/);
    }
    await client.barrier();
  });

  it("refuses an escaped lone surrogate anywhere, and takes escaped pairs", async () => {
    const pieces = ["\\ud800", "\\uDFFF", "x\\udc00\\ud800", "\\ud83d\\ud83d\\ude00", "\\\\\\ud800", "\\ud83dx\\ude00"];
    for (const piece of pieces) {
      await refused(`{"action":"ping","id":"${piece}"}`, /surrogate/);
      await refused(`{"action":"ping","data":{"${piece}":1}}`, /surrogate/);
    }
    assert.equal((await accepted('{"action":"ping","id":"\\ud83d\\ude00"}')).id, "😀");
    assert.equal((await accepted('{"action":"ping","id":"\\\\ud800"}')).id, "\\ud800");
  });

  it("counts the depth from the frame's own object, objects and arrays alike", async () => {
    await accepted(nested(MAX_JSON_DEPTH));
    await refused(nested(MAX_JSON_DEPTH + 1), /deeper than 32/);
    const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
    await accepted(`{"action":"ping","data":${objects(MAX_JSON_DEPTH - 1)}}`);
    await refused(`{"action":"ping","data":${objects(MAX_JSON_DEPTH)}}`, /deeper than 32/);
    await accepted(`{"action":"ping","data":{"a":"${"[{".repeat(100)}\\"${"[".repeat(100)}"}}`);
    await refused(`{"action":"ping","data":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, /deeper than 32/);
  });

  it("lets the last of duplicate keys count", async () => {
    assert.equal((await accepted('{"action":"nonsense","action":"ping","id":1,"id":2}')).id, 2);
    const reply = await client.exchange('{"action":"ping","action":"common_chat"}');
    assert.deepEqual([reply.action, reply.code], ["common_chat", 401]);
  });

  it("needs an action: a string of 1 to 64 characters", async () => {
    for (const action of [undefined, null, 1, true, {}, ["ping"], "", "x".repeat(65), "😀".repeat(65)]) {
      const reply = await refused({ action, id: 9 }, /^action: /);
      assert.equal(reply.action, null);
      assert.equal(reply.id, 9);
    }
    for (const action of ["x".repeat(64), "😀".repeat(64)]) {
      const reply = await client.exchange({ action });
      assert.deepEqual([reply.action, reply.code], [action, 401]);
    }
  });

  it("refuses a number just beyond them, which a parser rounds to the largest one", () => {
    const parse = (id: string) => parseRequest(Buffer.from(`{"action":"ping","id":${id}}`));
    for (const id of ["9007199254740993", "-9007199254740993", "9007199254740992.9"]) {
      const parsed = parse(id);
      assert.ok("error" in parsed && parsed.error.code === 400, id);
      assert.match(parsed.error.message, /^id: /);
    }
    for (const id of ["9007199254740992", " -9007199254740992 ", "9007199254740992.0"])
      assert.ok(!("error" in parse(id)));
  });

  it("echoes ids that are numbers within ±2^53 or strings of up to 64 characters", async () => {
    const ids = [
      0,
      1,
      -1,
      1.5,
      1e-7,
      2 ** 53,
      -(2 ** 53),
      "",
      "7",
      "x".repeat(64),
      "😀".repeat(64),
      "\u0000\n",
      "__proto__",
    ];
    for (const id of ids) assert.equal((await accepted({ action: "ping", id })).id, id);
  });

  it("refuses other ids, and leaves them out of the response", async () => {
    for (const id of ["2e16", "-9007199254740994", "1e999", "true", "[]", "{}", `"${"x".repeat(65)}"`]) {
      const reply = await refused(`{"action":"ping","id":${id}}`, /^id: /);
      assert.equal(reply.action, "ping");
      assert.ok(!("id" in reply));
    }
  });

  it("takes null for absent everywhere", async () => {
    const reply = await accepted('{"action":"ping","id":null,"time":null,"data":null}');
    assert.ok(!("id" in reply));
    const absent = await refused(
      { action: "register", data: { username: null, password: "long enough" } },
      /^username: missing/,
    );
    assert.equal(absent.action, "register");
    const registered = { username: "nullable", password: "long enough", repeat_password: null };
    await accepted({ action: "register", data: registered });
    await accepted({ action: "login", data: { ...registered, token: null } });
    await accepted({ action: "common_chat", data: { before: null, after: null, limit: null } });
    await accepted({ action: "add_message", data: { chat_id: "common", message: "x", message_id: null } });
    await accepted({ action: "update_profile", data: { first_name: null, bio: null } });
    await accepted({ action: "profile", data: { username: null } });
    await refused({ action: "add_message", data: { chat_id: "common", message: null } }, /^message: missing/);
    await refused({ action: "get_chat", data: { contact: null, contact_id: null } }, /^contact: missing/);
  });

  it("takes any number as time, and refuses anything else", async () => {
    for (const time of [0, -1, 1561018237.341436, 1e300]) await accepted({ action: "ping", time });
    for (const time of ["1561018237", true, {}, []]) await refused({ action: "ping", time }, /^time: /);
  });

  it("takes an object as data, ignoring members that it does not know, and refuses anything else", async () => {
    await accepted({ action: "ping", data: { anything: [1], __proto__: 1, constructor: 2 }, more: true });
    await accepted('{"action":"ping","data":{"__proto__":{"limit":"x"}}}');
    for (const data of [[], "x", 1, true]) {
      const reply = await refused({ action: "ping", data, id: 3 }, /^data: /);
      assert.deepEqual([reply.action, reply.id], ["ping", 3]);
    }
  });

  it("answers 401 to everything but register, login and ping before the login, unknown actions too", async () => {
    const actions = "logout add_contact delete_contact get_chat common_chat add_message search_in_chat profile";
    const more =
      "update_profile mark_read typing avatar_ticket change_password nonsense constructor __proto__ toString";
    for (const action of `${actions} ${more}`.split(" ")) {
      const reply = await client.exchange({ action, id: action });
      assert.deepEqual([reply.action, reply.id, reply.code], [action, action, 401]);
    }
    await client.barrier();
  });

  it("answers 404 to unknown actions after the login", async () => {
    const ann = await server().newPerson("ann");
    for (const action of ["nonsense", "PING", "ping ", "constructor", "__proto__", "hasOwnProperty"]) {
      await ann.fails(action, {}, 404, /^action: /);
    }
  });

  it("refuses every field of the wrong type, naming it", async () => {
    const ann = await server().newPerson("ann");
    const whole = {
      register: { username: "someone", password: "long enough", repeat_password: "long enough" },
      add_contact: { contact: "someone" },
      delete_contact: { contact: "someone", contact_id: "64b0c0ffee64b0c0ffee0001" },
      get_chat: { contact: "someone", contact_id: "64b0c0ffee64b0c0ffee0001", before: 1, after: 1, limit: 1 },
      common_chat: { before: 1, after: 1, limit: 1 },
      add_message: { chat_id: "common", message: "x", message_id: "x" },
      search_in_chat: { chat_id: "common", word: "x", before: 1, limit: 1 },
      profile: { username: "someone" },
      update_profile: { first_name: "x", second_name: "x", bio: "x" },
      mark_read: { chat_id: "common", seq: 1 },
      typing: { chat_id: "common" },
      change_password: { password: "long enough", new_password: "long enough" },
      login: { username: "someone", password: "long enough", token: "x" },
    };
    for (const [action, data] of Object.entries(whole)) {
      for (const [field, value] of Object.entries(data)) {
        const wrong = typeof value === "string" ? [1, true, {}, ["x"]] : ["1", true, {}, [1], 1.5, -1, 1e300];
        for (const other of wrong) await ann.fails(action, { ...data, [field]: other }, 400, new RegExp(`^${field}: `));
      }
    }
  });
});
