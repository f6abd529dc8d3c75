// Reactions, answers, mentions and pins, as people use them over the wire.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";
import type { WireClient } from "../support/wire-client.ts";

const LIKE = "👍";
const server = useServer();
let ann: Person;
let ben: Person;
let cid: Person;
beforeEach(async () => {
  [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
});

/** Another session of this person, which asked for changes. */
async function following({ username, password }: Person): Promise<WireClient> {
  const client = await server().connect();
  await client.ok("login", { username, password, features: ["changes"] });
  return client;
}

async function toldChanges(client: WireClient, chatId: string) {
  await client.barrier();
  const told = client.takeAllEvents().filter(({ event, data }) => event === "changed" && data["chat_id"] === chatId);
  return told.map(({ data }) => data);
}

describe("react", () => {
  it("is seen by everybody in the chat, once for each change, and repeating it changes nothing", async () => {
    const client = await following(ann);
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("one", chat_id);
    const first = await ben.ok("react", { chat_id, seq, reaction: LIKE, on: true });
    const again = await ben.ok("react", { chat_id, seq, reaction: LIKE, on: true });
    assert.deepEqual([first.chat_id, first.seq, first.rev, again.rev], [chat_id, seq, 1, 1]);
    await ann.ok("react", { chat_id, seq, reaction: LIKE, on: true });
    const [message] = (await ben.ok("history", { chat_id })).messages;
    assert.deepEqual(message?.reactions, { [LIKE]: { count: 2, user_ids: [ben.userId, ann.userId] } });
    const { users, has_more } = await ben.ok("reactions", { chat_id, seq, reaction: LIKE });
    assert.deepEqual([users.map(({ user_id }) => user_id), has_more], [[ann.userId, ben.userId], false]);
    await ben.ok("react", { chat_id, seq, reaction: LIKE, on: false });
    const told = await toldChanges(client, chat_id);
    assert.deepEqual(
      told.map(({ rev }) => rev),
      [1, 2, 3],
    );
    assert.deepEqual(told[1], message);
    assert.deepEqual(told[2]?.["reactions"], { [LIKE]: { count: 1, user_ids: [ann.userId] } });
  });

  it("is refused for what is no emoji, not there, deleted or in a chat of others", async () => {
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("one", chat_id);
    for (const reaction of ["", "a", "👍👍", "👍".repeat(9)]) {
      const refused = await ben.fails("react", { chat_id, seq, reaction, on: true }, 400, /^reaction: /);
      assert.equal(refused.field, "reaction");
      await ben.fails("reactions", { chat_id, seq, reaction }, 400, /^reaction: /);
    }
    await ben.fails("react", { chat_id, seq, reaction: LIKE }, 400, /^on: /);
    await ben.fails("react", { chat_id, seq: 2, reaction: LIKE, on: true }, 404, /^seq: /);
    await cid.fails("react", { chat_id, seq, reaction: LIKE, on: true }, 403, /^chat_id: /);
    await cid.fails("reactions", { chat_id, seq, reaction: LIKE }, 403, /^chat_id: /);
    await ben.ok("block_contact", { contact: ann.username });
    const blocked = await ann.fails("react", { chat_id, seq, reaction: LIKE, on: true }, 403, /^chat_id: /);
    assert.equal(blocked.reason, "blocked");
    await ann.ok("delete_message", { chat_id, seq });
    await ben.fails("react", { chat_id, seq, reaction: LIKE, on: true }, 404, /^seq: /);
    await ben.fails("reactions", { chat_id, seq, reaction: LIKE }, 404, /^seq: /);
  });

  it("takes 20 kinds, as server_info says", async () => {
    const { seq } = await ann.say("one");
    const { reaction_kinds: kinds = 0 } = (await ann.ok("server_info", {})).limits;
    assert.equal(kinds, 20);
    const on = true;
    for (let kind = 0; kind < kinds; kind += 1) {
      const reaction = String.fromCodePoint(0x1f600 + kind);
      await ann.ok("react", { chat_id: COMMON_CHAT, seq, reaction, on });
    }
    const refused = await ann.fails("react", { chat_id: COMMON_CHAT, seq, reaction: LIKE, on }, 409, /^reaction: /);
    assert.equal(refused.reason, "quota");
  });
});

describe("add_message with reply_to", () => {
  it("tells everybody which message is answered", async () => {
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("one", chat_id);
    await ann.events("message");
    await ben.ok("add_message", { chat_id, message: "two", reply_to: seq });
    const [told] = await ann.events("message");
    assert.deepEqual([told?.message, told?.reply_to], ["two", seq]);
    assert.deepEqual((await ann.ok("history", { chat_id })).messages[1], told);
    assert.equal((await ann.ok("chats", {})).chats.at(-1)?.last_message?.reply_to, seq);
  });

  it("is refused for what is deleted or not there, but a repeat is not", async () => {
    const chat_id = ann.chatWith(ben);
    const { seq } = await ann.say("one", chat_id);
    const sent = await ben.ok("add_message", { chat_id, message: "two", message_id: "m", reply_to: seq });
    await ann.ok("delete_message", { chat_id, seq });
    const data = { chat_id, message: "three" };
    const refused = await ben.fails("add_message", { ...data, reply_to: seq }, 404, /^reply_to: /);
    assert.equal(refused.reason, "no_such_message");
    await ben.fails("add_message", { ...data, reply_to: 9 }, 404, /^reply_to: /);
    await ben.fails("add_message", { ...data, reply_to: "1" }, 400, /^reply_to: /);
    assert.equal((await ben.ok("add_message", { ...data, message_id: "m", reply_to: 9 })).seq, sent.seq);
    assert.equal((await ann.ok("history", { chat_id })).messages[1]?.reply_to, seq);
  });
});

describe("mentions", () => {
  it("are of all users in the common chat, each once and in order, and made again by an edit", async () => {
    const names = [ben.username.toUpperCase(), ann.username, ben.username].map((name) => `@${name}`);
    const { seq } = await ann.say(`${names.join(", ")} @nobody.at.all x@${cid.username} @all`);
    const [told] = await ben.events("message");
    assert.deepEqual([told?.mentions, told?.mentions_all], [[ben.userId, ann.userId], undefined]);
    assert.deepEqual((await cid.ok("common_chat", { limit: 1 })).messages, [told]);
    await ann.ok("edit_message", { chat_id: COMMON_CHAT, seq, message: `(@${cid.username})` });
    assert.deepEqual((await cid.ok("common_chat", { limit: 1 })).messages[0]?.mentions, [cid.userId]);
    await ann.ok("edit_message", { chat_id: COMMON_CHAT, seq, message: "nobody" });
    assert.equal((await cid.ok("common_chat", { limit: 1 })).messages[0]?.mentions, undefined);
  });

  it("are of the two in a one-to-one chat", async () => {
    await ann.say(`@${cid.username} @${ben.username} @${ann.username}`, ann.chatWith(ben));
    const [told] = await ben.events("message");
    assert.deepEqual(told?.mentions, [ben.userId, ann.userId]);
  });
});

describe("pin_message", () => {
  it("pins for both of a one-to-one chat, and lists the newest pin first", async () => {
    const client = await following(ben);
    const chat_id = ann.chatWith(ben);
    for (const text of ["one", "two", "three"]) await ann.say(text, chat_id);
    assert.equal((await ben.ok("pin_message", { chat_id, seq: 3, on: true })).rev, 1);
    await ann.ok("pin_message", { chat_id, seq: 1, on: true });
    assert.equal((await ann.ok("pin_message", { chat_id, seq: 3, on: true })).rev, 1);
    const { messages, next } = await ben.ok("pins", { chat_id });
    assert.deepEqual(
      [messages.map(({ seq, pinned }) => [seq, pinned]), next],
      [
        [
          [1, true],
          [3, true],
        ],
        undefined,
      ],
    );
    await ann.ok("pin_message", { chat_id, seq: 3, on: false });
    const told = await toldChanges(client, chat_id);
    assert.deepEqual(
      told.map(({ seq, rev, pinned }) => [seq, rev, pinned]),
      [
        [3, 1, true],
        [1, 2, true],
        [3, 3, undefined],
      ],
    );
    await ann.ok("delete_message", { chat_id, seq: 1 });
    assert.deepEqual((await ann.ok("pins", { chat_id })).messages, []);
  });

  it("is refused in the common chat and a chat of others, and for a wrong cursor", async () => {
    const { seq } = await ann.say("one");
    const refused = await ann.fails("pin_message", { chat_id: COMMON_CHAT, seq, on: true }, 403, /^chat_id: /);
    assert.equal(refused.reason, "forbidden");
    await ann.fails("pin_message", { chat_id: COMMON_CHAT, seq: 999_999, on: false }, 403, /^chat_id: /);
    const chat_id = ann.chatWith(ben);
    await cid.fails("pin_message", { chat_id, seq: 1, on: true }, 403, /^chat_id: /);
    await cid.fails("pins", { chat_id }, 403, /^chat_id: /);
    await ann.fails("pin_message", { chat_id, seq: 1, on: true }, 404, /^seq: /);
    for (const cursor of ["", "x", "Y2hhdHM6MTpjb21tb24"]) {
      assert.equal((await ann.fails("pins", { chat_id, cursor }, 400)).field, "cursor");
    }
    assert.deepEqual((await ann.ok("pins", { chat_id: COMMON_CHAT })).messages, []);
  });

  it("gives pages that a cursor goes on from", async () => {
    const chat_id = ann.chatWith(ben);
    for (let count = 1; count <= 5; count += 1) {
      const { seq } = await ann.say("\u0001".repeat(8_192), chat_id);
      await ann.ok("pin_message", { chat_id, seq, on: true });
    }
    const first = await ben.ok("pins", { chat_id });
    assert.ok(first.next !== undefined && first.messages.length < 5);
    const rest = await ben.ok("pins", { chat_id, cursor: first.next });
    const seqs = [...first.messages, ...rest.messages].map(({ seq }) => seq);
    assert.deepEqual([seqs, "next" in rest], [[5, 4, 3, 2, 1].slice(0, seqs.length), rest.next !== undefined]);
  });
});
