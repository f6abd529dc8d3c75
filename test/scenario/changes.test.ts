// Messages that change: who may delete what, and how those who were away hear of it.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { texts } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";

describe("delete_message", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;
  let cid: Person;
  beforeEach(async () => {
    [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
  });

  it("empties an own message for everybody, and keeps its place", async () => {
    const direct = ann.chatWith(ben);
    await ann.say("one", direct);
    const { seq } = await ann.say("two", direct);
    await ben.say("three", direct);
    const { rev } = await ann.ok("delete_message", { chat_id: direct, seq });
    assert.equal(rev, 1);
    for (const [one, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const { messages, length } = await one.ok("get_chat", { contact: other.username });
      assert.deepEqual([length, texts(messages)], [3, ["one", "", "three"]]);
      assert.deepEqual([messages[1]?.deleted, messages[1]?.rev, messages[0]?.rev], ["author", 1, undefined]);
      assert.deepEqual((await one.ok("search_in_chat", { chat_id: direct, word: "two" })).messages, []);
    }
  });

  it("changes nothing when it is asked again, and answers the same", async () => {
    const { seq } = await ann.say("one");
    const first = await ann.ok("delete_message", { chat_id: COMMON_CHAT, seq });
    const again = await ann.ok("delete_message", { chat_id: COMMON_CHAT, seq });
    assert.deepEqual([first.seq, again.seq, again.rev], [seq, seq, first.rev]);
  });

  it("is refused for what is another's, is not there, or is in a chat of others", async () => {
    const direct = ann.chatWith(ben);
    const { seq } = await ann.say("mine", direct);
    await ben.fails("delete_message", { chat_id: direct, seq }, 403, /^seq: /);
    await ann.fails("delete_message", { chat_id: direct, seq: seq + 1 }, 404, /^seq: no such message/);
    await ann.fails("delete_message", { chat_id: COMMON_CHAT, seq: 0 }, 404, /^seq: no such message/);
    await cid.fails("delete_message", { chat_id: direct, seq }, 403, /^chat_id: /);
    await cid.fails("changes", { chat_id: direct, after_rev: 0 }, 403, /^chat_id: /);
    await cid.fails("delete_message", { chat_id: "none", seq }, 404, /^chat_id: /);
    await cid.fails("delete_message", { chat_id: direct }, 400, /^seq: /);
    await cid.fails("changes", { chat_id: direct, after_rev: -1 }, 400, /^after_rev: /);
  });

  it("may be done where one of the two has blocked the other", async () => {
    const direct = ann.chatWith(ben);
    const { seq } = await ann.say("mine", direct);
    await ben.ok("block_contact", { contact: ann.username });
    await ann.ok("delete_message", { chat_id: direct, seq });
    assert.deepEqual(texts((await ben.ok("changes", { chat_id: direct, after_rev: 0 })).messages), [""]);
  });

  it("is found by who was away, by pages of changes in the order of their revisions", async () => {
    const chat_id = ann.chatWith(ben);
    for (const text of ["one", "two", "three", "four"]) await ann.say(text, chat_id);
    for (const seq of [3, 1, 4]) await ann.ok("delete_message", { chat_id, seq });
    const first = await ben.ok("changes", { chat_id, after_rev: 0, limit: 2 });
    assert.deepEqual([first.rev, first.has_more, first.messages.map(({ seq }) => seq)], [3, true, [3, 1]]);
    const rest = await ben.ok("changes", { chat_id, after_rev: first.messages.at(-1)?.rev ?? 0 });
    assert.deepEqual([rest.rev, rest.has_more, rest.messages.map(({ seq }) => seq)], [3, false, [4]]);
    assert.deepEqual((await ben.ok("changes", { chat_id, after_rev: 3 })).messages, []);
  });

  it("says nothing to sessions that did not ask for changes", async () => {
    const { seq } = await ann.say("one");
    await ben.events("message");
    await ann.ok("delete_message", { chat_id: COMMON_CHAT, seq });
    await ben.heardNothing();
  });

  it("is told once, in order, to the sessions that asked for changes, and to nobody outside the chat", async () => {
    const sessions = await Promise.all(
      [ann, ben, cid].map(async ({ username, password }) => {
        const client = await server().connect();
        const { features } = await client.ok("login", { username, password, features: ["changes", "none"] });
        assert.deepEqual(features, ["changes"]);
        return client;
      }),
    );
    const chat_id = ann.chatWith(ben);
    for (const text of ["one", "two"]) await ann.say(text, chat_id);
    for (const seq of [2, 1, 2]) await ann.ok("delete_message", { chat_id, seq });
    for (const [index, client] of sessions.entries()) {
      await client.barrier();
      const told = client.takeAllEvents().filter(({ event }) => event === "message" || event === "changed");
      const seen = told.map(({ event, data }) => [event, data["seq"], data["rev"], data["message"]]);
      const expected = [
        ["message", 1, undefined, "one"],
        ["message", 2, undefined, "two"],
        ["changed", 2, 1, ""],
        ["changed", 1, 2, ""],
      ];
      assert.deepEqual(seen, index === 2 ? [] : expected);
    }
    await ben.client.barrier();
    assert.ok(ben.client.takeAllEvents().every(({ event }) => event !== "changed"));
  });
});
