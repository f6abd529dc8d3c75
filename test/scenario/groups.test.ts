// Groups on the wire: who may do what, who is told, and that nobody else notices.
import assert from "node:assert/strict";
import type { ChatSummary } from "../../src/protocol/entities.ts";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { texts } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";

const FEATURES = ["groups", "changes"];

describe("groups", () => {
  const server = useServer({ groupMembers: 4 });
  let ann: Person;
  let ben: Person;
  let cid: Person;
  beforeEach(async () => {
    [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
    for (const { client, username, password } of [ann, ben, cid]) {
      await client.ok("login", { username, password, features: FEATURES });
    }
  });

  async function make(members: Person[], data: object = {}): Promise<ChatSummary> {
    const names = members.map(({ username }) => username);
    const { chat } = await ann.ok("create_group", { title: "Plans", members: names, ...data });
    for (const person of [ann, ...members]) assert.equal((await person.events("chat"))[0]?.chat.chat_id, chat.chat_id);
    return chat;
  }
  const reasonOf = async (person: Person, action: string, data: object, code: 400 | 403 | 404 | 409) =>
    (await person.fails(action, data, code)).reason;

  it("are told to all their members, who write and read there, and to nobody else", async () => {
    const chat = await make([ben]);
    const { chat_id } = chat;
    assert.deepEqual([chat.kind, chat.title, chat.role, chat.member_count], ["group", "Plans", "owner", 2]);
    await ben.say("hello", chat_id);
    assert.deepEqual(texts(await ann.events("message")), ["hello"]);
    assert.deepEqual(texts((await ann.ok("history", { chat_id })).messages), ["hello"]);
    await ann.ok("typing", { chat_id });
    assert.equal((await ben.events("typing"))[0]?.chat_id, chat_id);
    await cid.heardNothing();
    for (const [action, data] of [
      ["history", {}],
      ["group", {}],
      ["members", {}],
      ["marks", {}],
      ["add_message", { message: "x" }],
      ["mark_read", { seq: 1 }],
      ["typing", {}],
      ["search_in_chat", { word: "x" }],
      ["changes", { after_rev: 0 }],
      ["add_member", { username: cid.username }],
      ["remove_member", { username: cid.username }],
      ["delete_group", {}],
      ["update_group", { title: "x" }],
    ] as const) {
      assert.equal(await reasonOf(cid, action, { chat_id, ...data }, 404), "no_such_chat", action);
      assert.equal(await reasonOf(ann, action, { chat_id: `group:${"0".repeat(24)}`, ...data }, 404), "no_such_chat");
    }
  });

  it("are nothing to sessions that have not asked for them", async () => {
    const { chat_id } = await make([ben]);
    const old = await server().connect();
    const { username, password } = ben;
    const { chats } = await old.ok("login", { username, password });
    assert.deepEqual(
      chats.map((chat) => chat.chat_id),
      [COMMON_CHAT],
    );
    assert.equal((await old.fails("history", { chat_id }, 404)).reason, "no_such_chat");
    assert.equal((await old.fails("create_group", { title: "x" }, 403)).reason, "forbidden");
    await ann.say("hello", chat_id);
    await ann.ok("typing", { chat_id });
    await ben.ok("mark_read", { chat_id, seq: 1 });
    await ann.ok("delete_group", { chat_id });
    await old.barrier();
    assert.deepEqual(old.takeAllEvents(), []);
  });

  it("tell of who joins, changes and leaves, and nothing to who has left", async () => {
    const { chat_id } = await make([ben], { group_id: "A".repeat(24) });
    assert.equal(chat_id, `group:${"a".repeat(24)}`);
    await ann.say("before", chat_id);
    const { member } = await ann.ok("add_member", { chat_id, username: cid.username });
    assert.deepEqual(member, { user_id: cid.userId, username: cid.username, role: "member" });
    const [joined] = await cid.events("chat");
    assert.deepEqual([joined?.chat.chat_id, joined?.chat.unread, joined?.chat.role], [chat_id, 0, "member"]);
    assert.deepEqual(await ben.events("member"), [{ chat_id, ...member }]);
    await ann.ok("set_role", { chat_id, username: cid.username, role: "moderator" });
    assert.equal((await cid.events("member"))[0]?.role, "moderator");
    await cid.ok("update_group", { chat_id, title: "Plan B", posting: "moderators", history: "joined" });
    const [changed] = await ben.events("chat");
    assert.deepEqual([changed?.chat.title, changed?.chat.since_seq], ["Plan B", 1]);
    assert.equal((await cid.ok("group", { chat_id })).chat.since_seq, 2);
    assert.equal(await reasonOf(ben, "add_message", { chat_id, message: "no" }, 403), "role_too_low");
    assert.deepEqual((await cid.ok("history", { chat_id })).messages, []);
    await cid.ok("remove_member", { chat_id, username: ben.username });
    assert.deepEqual(await ben.events("chat_gone"), [{ chat_id, reason: "removed" }]);
    assert.equal((await ann.events("member")).at(-1)?.role, null);
    await ben.events("member");
    await ben.events("message");
    await ann.say("after", chat_id);
    await ben.client.barrier();
    assert.deepEqual(
      ben.client.takeAllEvents().filter(({ event }) => event === "message"),
      [],
    );
    assert.equal(await reasonOf(ben, "create_group", { title: "x", group_id: "a".repeat(24) }, 409), "already");
    await cid.ok("remove_member", { chat_id, username: cid.username });
    assert.deepEqual(await cid.events("chat_gone"), [{ chat_id, reason: "left" }]);
    await ann.ok("delete_group", { chat_id });
    assert.deepEqual(await ann.events("chat_gone"), [{ chat_id, reason: "deleted" }]);
    assert.equal(await reasonOf(ann, "create_group", { title: "x", group_id: "a".repeat(24) }, 409), "already");
  });

  it("answer a repeated making before all else, and say which field is at fault", async () => {
    const { chat_id } = await make([], { group_id: "b".repeat(24) });
    const again = { title: "Other", members: ["nobody-there"], group_id: "b".repeat(24) };
    assert.equal((await ann.ok("create_group", again)).chat.title, "Plans");
    const unknown = await ann.fails("create_group", { title: "x", members: ["nobody-there"] }, 404);
    assert.deepEqual([unknown.reason, unknown["field"]], ["no_such_user", "members"]);
    await cid.ok("block_contact", { contact: ann.username });
    const blocked = await ann.fails("create_group", { title: "x", members: [cid.username] }, 403);
    assert.deepEqual([blocked.reason, blocked["field"]], ["blocked", "members"]);
    assert.equal(await reasonOf(ann, "add_member", { chat_id, username: cid.username }, 403), "blocked");
    for (const title of ["", "   ", "a\tb", "x".repeat(65)])
      await ann.fails("create_group", { title }, 400, /^title: /);
    assert.equal(await reasonOf(ann, "remove_member", { chat_id, username: ben.username }, 404), "not_a_member");
    assert.equal(await reasonOf(ann, "remove_member", { chat_id, username: "nobody-there" }, 404), "no_such_user");
    assert.equal(
      await reasonOf(ann, "set_role", { chat_id, username: ann.username, role: "member" }, 403),
      "forbidden",
    );
    for (const action of ["group", "members"]) {
      assert.equal(await reasonOf(ann, action, { chat_id: COMMON_CHAT }, 404), "no_such_chat");
      assert.equal(await reasonOf(ann, action, { chat_id: ben.chatWith(cid) }, 404), "no_such_chat");
    }
    assert.equal(await reasonOf(ann, "marks", { chat_id: COMMON_CHAT }, 400), "bad_field");
  });

  it("are in lists, with everybody's role, mark and presence", async () => {
    const { chat_id } = await make([ben, cid]);
    await ann.say("hello", chat_id);
    await ben.ok("mark_read", { chat_id, seq: 1 });
    assert.deepEqual((await ann.ok("marks", { chat_id })).marks, { [ann.userId]: 1, [ben.userId]: 1, [cid.userId]: 0 });
    const { members, has_more } = await ann.ok("members", { chat_id, after: ann.username, limit: 1 });
    assert.deepEqual(
      [members, has_more],
      [[{ user_id: ben.userId, username: ben.username, role: "member", online: true }], true],
    );
    await cid.events("message");
    const login = await cid.client.ok("login", { username: cid.username, password: cid.password, features: FEATURES });
    assert.deepEqual(
      login.chats.map((chat) => [chat.kind, chat.unread]),
      [
        ["everyone", 0],
        ["group", 1],
      ],
    );
    await ben.say("to who is back", chat_id);
    assert.deepEqual(texts(await cid.events("message")), ["to who is back"]);
    assert.equal((await cid.ok("chats", { limit: 1 })).next === undefined, false);
  });

  it("are mentioned by @all, but not by a member's name that begins with it", async () => {
    const [stars] = await server().newPeople("all.stars");
    await stars.client.ok("login", { username: stars.username, password: stars.password, features: FEATURES });
    const { chat_id } = await make([ben, stars]);
    const told = async (text: string) => {
      await ann.say(text, chat_id);
      const [message] = await ben.events("message");
      return [message?.mentions, message?.mentions_all];
    };
    assert.deepEqual(await told(`hello @${stars.username}`), [[stars.userId], undefined]);
    assert.deepEqual(await told("hello @all.of.you"), [undefined, true]);
    assert.deepEqual(await told(`@${ben.username} @${stars.username} @ALL`), [[ben.userId, stars.userId], true]);
  });
});
