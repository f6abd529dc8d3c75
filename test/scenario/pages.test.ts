// History: which messages a page holds, and whether there are more.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { MAX_PAGE } from "../../src/protocol/limits.ts";
import { range, seqs } from "../support/lists.ts";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

const NOBODY = "0".repeat(24);

describe("pages", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;

  before(async () => {
    [ann, ben] = await server().newPeople("Ann", "Ben");
    for (const index of range(1, 250))
      ann.client.send("add_message", { chat_id: ann.chatWith(ben), message: `m${index}` });
    await ann.client.barrier();
  });

  async function page(data: object): Promise<[number[], boolean]> {
    const client = await server().connect();
    await client.ok("login", { username: ben.username, password: ben.password });
    const reply = await client.ok("get_chat", { contact_id: ann.userId, ...data });
    assert.deepEqual(
      [reply.chat_id, reply.contact_user_id, reply.contact_username, reply.length],
      [ann.chatWith(ben), ann.userId, ann.username, 250],
    );
    return [seqs(reply.messages), reply.has_more];
  }

  it("are the newest messages without a cursor or with before, the oldest with after", async () => {
    const cases: [data: object, first: number, last: number, hasMore: boolean][] = [
      [{}, 201, 250, true],
      [{ limit: 1 }, 250, 250, true],
      [{ limit: 200 }, 51, 250, true],
      [{ before: 51 }, 1, 50, false],
      [{ before: 52 }, 2, 51, true],
      [{ before: 1_000_000 }, 201, 250, true],
      [{ before: Number.MAX_SAFE_INTEGER, limit: 2 }, 249, 250, true],
      [{ after: 0 }, 1, 50, true],
      [{ after: 200 }, 201, 250, false],
      [{ after: 199 }, 200, 249, true],
      [{ after: 0, before: 10 }, 1, 9, false],
      [{ after: 5, before: 100, limit: 10 }, 6, 15, true],
      [{ after: 89, before: 100, limit: 10 }, 90, 99, false],
    ];
    for (const [data, first, last, hasMore] of cases) {
      assert.deepEqual(await page(data), [range(first, last), hasMore], JSON.stringify(data));
    }
  });

  it("may be empty", async () => {
    for (const data of [
      { before: 0 },
      { before: 1 },
      { after: 250 },
      { after: Number.MAX_SAFE_INTEGER },
      { after: 5, before: 6 },
      { after: 6, before: 5 },
    ]) {
      assert.deepEqual(await page(data), [[], false], JSON.stringify(data));
    }
    const cid = await server().newPerson("Cid");
    const { messages, length, has_more } = await cid.ok("get_chat", { contact: ben.username });
    assert.deepEqual([messages, length, has_more], [[], 0, false]);
  });

  it("have limits from 1 to 200 and cursors that are integers from 0", async () => {
    const client = await server().connect();
    await client.ok("login", { username: ben.username, password: ben.password });
    for (const action of ["get_chat", "common_chat", "search_in_chat"]) {
      const data = { contact: ann.username, chat_id: COMMON_CHAT, word: "x" };
      for (const limit of [0, 201, -1, 1.5]) await client.fails(action, { ...data, limit }, 400, /^limit: /);
      for (const limit of [1, 200]) assert.equal((await client.request(action, { ...data, limit })).code, 200);
      for (const before of [-1, 0.5, 2 ** 53]) await client.fails(action, { ...data, before }, 400, /^before: /);
      if (action !== "search_in_chat") await client.fails(action, { ...data, after: -1 }, 400, /^after: /);
    }
    assert.equal(MAX_PAGE, 200);
  });

  it("are of a chat with somebody else", async () => {
    const client = await server().connect();
    await client.ok("login", { username: ben.username, password: ben.password });
    await client.fails("get_chat", {}, 400, /^contact: missing/);
    await client.fails("get_chat", { contact: ben.username }, 404);
    await client.fails("get_chat", { contact_id: ben.userId }, 404);
    await client.fails("get_chat", { contact: "nobody.at.all" }, 404);
    for (const contact_id of [NOBODY, "", "x"]) await client.fails("get_chat", { contact_id }, 404);
    assert.equal((await client.ok("get_chat", { contact: ann.username.toUpperCase() })).contact_username, ann.username);
  });

  it("of big texts end earlier, and lose nothing on the way", async () => {
    const [cid, dan] = await server().newPeople("Cid", "Dan");
    const big = "\u0001".repeat(8192); // six bytes each in JSON
    for (let count = 0; count < 150; count += 1)
      cid.client.send("add_message", { chat_id: cid.chatWith(dan), message: big });
    await cid.client.barrier();
    const found: number[] = [];
    for (let hasMore = true; hasMore;) {
      const reply = await dan.ok("get_chat", { contact: cid.username, after: found.at(-1) ?? 0, limit: 200 });
      assert.ok(reply.messages.length > 0);
      found.push(...seqs(reply.messages));
      hasMore = reply.has_more;
    }
    assert.deepEqual(found, range(1, 150));
  });
});
