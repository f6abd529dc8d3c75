// Messages whose text is changed: who may, and who hears of it.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { texts } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";

describe("edit_message", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;
  let cid: Person;
  beforeEach(async () => {
    [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
  });

  it("changes an own text for everybody, as often as it is asked, and search follows", async () => {
    const chat_id = ann.chatWith(ben);
    const { seq, time } = await ann.say("teh first", chat_id);
    const first = await ann.ok("edit_message", { chat_id, seq, message: "the first" });
    const second = await ann.ok("edit_message", { chat_id, seq, message: "the second" });
    assert.deepEqual([first.seq, first.rev, second.rev, first.chat_id], [seq, 1, 2, chat_id]);
    assert.ok(first.edited !== undefined && first.edited >= time && (second.edited ?? 0) >= first.edited);
    for (const one of [ann, ben]) {
      const { messages, rev } = await one.ok("history", { chat_id });
      const [message] = messages;
      assert.deepEqual([rev, message?.message, message?.rev, message?.edited], [2, "the second", 2, second.edited]);
      assert.deepEqual((await one.ok("search_in_chat", { chat_id, word: "teh" })).messages, []);
      assert.deepEqual((await one.ok("search_in_chat", { chat_id, word: "second" })).messages, messages);
    }
  });

  it("changes nothing when the text is the same", async () => {
    const { seq } = await ann.say("one");
    const never = await ann.ok("edit_message", { chat_id: COMMON_CHAT, seq, message: "one" });
    assert.deepEqual([never.rev, never.edited], [0, undefined]);
    const first = await ann.ok("edit_message", { chat_id: COMMON_CHAT, seq, message: "two" });
    const again = await ann.ok("edit_message", { chat_id: COMMON_CHAT, seq, message: "two" });
    assert.deepEqual([again.rev, again.edited], [first.rev, first.edited]);
  });

  it("is refused for what is another's, deleted, not there, in a chat of others or of no size", async () => {
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("mine", chat_id);
    const gone = await ann.say("gone", chat_id);
    await ann.ok("delete_message", { chat_id, seq: gone.seq });
    const message = "x";
    assert.equal((await ben.fails("edit_message", { chat_id, seq, message }, 403, /^seq: /)).reason, "forbidden");
    await ann.fails("edit_message", { chat_id, seq: gone.seq, message }, 404, /^seq: no such message/);
    await ann.fails("edit_message", { chat_id, seq: 3, message }, 404, /^seq: no such message/);
    await cid.fails("edit_message", { chat_id, seq, message }, 403, /^chat_id: /);
    await cid.fails("edit_message", { chat_id: "none", seq, message }, 404, /^chat_id: /);
    await ann.fails("edit_message", { chat_id, seq, message: "" }, 400, /^message: /);
    await ann.fails("edit_message", { chat_id, seq, message: "x".repeat(8_193) }, 400, /^message: /);
    await ann.fails("edit_message", { chat_id, seq }, 400, /^message: /);
    await ann.fails("edit_message", { chat_id, message }, 400, /^seq: /);
    assert.deepEqual(texts((await ben.ok("history", { chat_id })).messages), ["mine", ""]);
  });

  it("is refused where one of the two has blocked the other", async () => {
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("mine", chat_id);
    await ben.ok("block_contact", { contact: ann.username });
    const { reason } = await ann.fails("edit_message", { chat_id, seq, message: "x" }, 403, /^chat_id: blocked/);
    assert.equal(reason, "blocked");
  });

  it("is told once for each change, in order, to the sessions that asked for changes", async () => {
    const client = await server().connect();
    await client.ok("login", { username: ben.username, password: ben.password, features: ["changes"] });
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("one", chat_id);
    for (const message of ["two", "two", "three"]) await ann.ok("edit_message", { chat_id, seq, message });
    await client.barrier();
    const told = client.takeAllEvents().filter(({ data }) => data["chat_id"] === chat_id);
    assert.deepEqual(
      told.map(({ event, data }) => [event, data["seq"], data["rev"], data["message"]]),
      [
        ["message", 1, undefined, "one"],
        ["changed", 1, 1, "two"],
        ["changed", 1, 2, "three"],
      ],
    );
    const [state] = (await ben.ok("changes", { chat_id, after_rev: 0 })).messages;
    assert.deepEqual(told.at(-1)?.data, state);
  });
});

describe("edit_message without an edit window", () => {
  const server = useServer({ editWindowMs: 0 });

  it("is refused, and server_info says so", async () => {
    const [ann] = await server().newPeople("ann");
    const { seq } = await ann.say("one");
    const data = { chat_id: COMMON_CHAT, seq, message: "two" };
    assert.equal((await ann.fails("edit_message", data, 403, /^seq: .*too old/)).reason, "forbidden");
    assert.equal((await ann.ok("server_info", {})).limits.edit_window, 0);
  });
});
