// A request thread that really runs out of memory, with the requests of others under way in it.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

const THREAD = new URL("../support/exhausting-request-thread.js", import.meta.url);

describe("a request thread that runs out of memory", function () {
  this.timeout(60_000);
  const server = useServer({ workers: 1 }, undefined, { request: THREAD });
  let ann: Person;
  let others: Person[];

  beforeEach(async () => {
    rmSync(join(server().config.data, "exhausted"), { force: true });
    ann = await server().newPerson("Ann");
    others = await server().newPeople("Ben", "Cid", "Dan");
  });

  /** Sends while the others have requests under way in the same thread, which must all be answered. */
  async function exhaust(...texts: string[]): Promise<number[]> {
    const under = others.map(({ client }) => client.request("add_message", { chat_id: "common", message: "be there" }));
    const frames = texts.map((message, id) =>
      ann.client.frame({ action: "add_message", id: `m${id}`, data: { chat_id: "common", message } }),
    );
    ann.client.raw(Buffer.concat(frames));
    const codes: number[] = [];
    for (const id of texts.keys()) {
      const { code } = await ann.client.replies.first((reply) => reply.id === `m${id}`, 40_000);
      codes.push(code);
    }
    for (const reply of await Promise.all(under)) assert.equal(reply.code, 200);
    return codes;
  }

  /** Texts that are stored, in order. */
  async function stored(count: number): Promise<string[]> {
    return (await ann.ok("common_chat", { limit: count })).messages.map(({ message }) => message);
  }

  it("is replaced and noted; its requests are answered by the next, each once", async () => {
    const before = (await ann.ok("common_chat", { limit: 1 })).length;
    assert.deepEqual(await exhaust("one", "exhaust once", "three"), [200, 200, 200]);
    const texts = await stored(6);
    assert.equal((await ann.ok("common_chat", { limit: 1 })).length, before + 6);
    assert.deepEqual(
      texts.filter((text) => text !== "be there"),
      ["one", "exhaust once", "three"],
    );
    assert.match(server().log.text, /runs again .*heap out of memory/);
  });

  it("answers 503 for the one request that ruins every thread, and everything else", async () => {
    assert.deepEqual(await exhaust("one", "two", "exhaust always", "four"), [200, 200, 503, 200]);
    assert.deepEqual(
      (await stored(6)).filter((text) => text !== "be there"),
      ["one", "two", "four"],
    );
    await ann.say("goes on");
    for (const person of others) await person.say("all well");
  });
});
