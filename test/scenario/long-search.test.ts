// Searches that take long beside what others ask: in slices, in turns, and not at all for who has gone.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AdminClient } from "../../src/client/admin-client.ts";
import { DisconnectedError } from "../../src/client/errors.ts";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { eventually } from "../support/eventually.ts";
import { range, seqs } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";

const GATED = new URL("../support/gated-request-thread.js", import.meta.url);
/**
 * So many of the longest messages are never searched within one slice: for words of two characters they are all looked
 * at, whether they are in the index by then or not.
 */
const MESSAGES = 1_500;
const ABSENT = { chat_id: COMMON_CHAT, word: "zq" };

describe("a long search", function () {
  this.timeout(60_000);
  const limits = { requestRatePerSec: 0, byteRatePerSec: 0 };
  const server = useServer(limits, undefined, { request: GATED });
  let ann: Person;
  let ben: Person;
  const file = (name: string): string => join(server().config.data, name);
  const openAdmin = (): Promise<AdminClient> => AdminClient.open(server().config.data);
  const turns = (): string[] =>
    existsSync(file("turns")) ? readFileSync(file("turns"), "utf8").trim().split("\n") : [];

  before(async () => {
    const fred = await server().newPerson("Fred");
    const text = "abc ".repeat(2_048);
    for (const _ of range(1, MESSAGES)) fred.client.send("add_message", { chat_id: COMMON_CHAT, message: text });
    fred.client.send("add_message", { chat_id: COMMON_CHAT, message: "one needle" });
    await fred.client.barrier();
  });
  beforeEach(async () => {
    rmSync(file("gate"), { force: true });
    rmSync(file("turns"), { force: true });
    [ann, ben] = await server().newPeople("Ann", "Ben");
  });

  it("holds up nobody else, not even the same user's other session, and finds everything", async () => {
    const other = await server().anotherSession(ann);
    const answer = ann.client.ok("search_in_chat", { ...ABSENT, word: "dl" });
    await eventually("the first slice after the gate", () => turns().length === 1);
    for (const person of [ben, other]) {
      await person.ok("ping", {});
      await person.say("I am served");
      assert.equal((await person.ok("common_chat", { limit: 1 })).messages.length, 1);
    }
    writeFileSync(file("gate"), "");
    const { messages, has_more } = await answer;
    assert.deepEqual([seqs(messages), has_more], [[MESSAGES + 1], false]);
  });

  it("takes turns by user, however many sessions one has", async () => {
    const more = await Promise.all(range(1, 5).map(() => server().anotherSession(ann)));
    const answers = more.map((session) => session.client.request("search_in_chat", ABSENT));
    await eventually("the first slice after the gate", () => turns().length === 1);
    await ben.client.barrier();
    answers.push(ben.client.request("search_in_chat", ABSENT));
    await ann.client.barrier();
    writeFileSync(file("gate"), "");
    for (const { code } of await Promise.all(answers)) assert.equal(code, 200);
    assert.deepEqual(turns().slice(0, 2), [ann.username, ben.username]);
  });

  it("ends with its connection", async () => {
    const first = ann.client.request("search_in_chat", ABSENT);
    await eventually("the first slice after the gate", () => turns().length === 1);
    const other = await server().anotherSession(ben);
    ben.client.send("search_in_chat", ABSENT);
    await other.client.barrier();
    ben.client.reset();
    const { registry } = server().running;
    await eventually("the session's end", () => registry.sessionsOf(ben.userId).size === 1);
    writeFileSync(file("gate"), "");
    assert.equal((await first).code, 200);
    assert.ok(!turns().includes(ben.username));
  });

  for (const [lookUp, what, ask] of [
    ["search", "a chat", (admin: AdminClient) => admin.request("messages", ABSENT)],
    [
      "searchAll",
      "all chats of a user",
      (admin: AdminClient) => admin.request("user_messages", { username: ann.username }),
    ],
  ] as const) {
    it(`ends with the connection of the administrator who searches ${what}`, async () => {
      const [asker, other] = [await openAdmin(), await openAdmin()];
      await asker.request("subscribe", { topics: ["sample"] });
      const lost = assert.rejects(ask(asker), DisconnectedError);
      await eventually("the first slice after the gate", () => turns().length === 1);
      asker.close();
      await lost;
      // Until the server has seen the end.
      while ((await other.request("status", {})).followed.length > 0);
      writeFileSync(file("gate"), "");
      assert.equal((await ann.client.request("search_in_chat", ABSENT)).code, 200);
      assert.equal(turns().filter((turn) => turn === lookUp).length, 1);
      assert.deepEqual((await other.request("log", { level: "error" })).entries, []);
      other.close();
    });
  }
});
