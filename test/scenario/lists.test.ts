// The lists of a user in pages, the history of any chat, and what a server says of itself.
import assert from "node:assert/strict";
import { sortedByName } from "../../src/protocol/text.ts";
import { openWriter } from "../../src/store/open.ts";
import { crowdName, writeCrowd } from "../support/crowd.ts";
import { range, seqs } from "../support/lists.ts";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

describe("lists", () => {
  const server = useServer();
  let ann: Person;
  let others: Person[];

  beforeEach(async () => {
    ann = await server().newPerson("Ann");
    others = [];
    for (const name of ["Bob", "cid", "Dan", "eve"]) others.push(await server().newPerson(name));
  });

  async function allChats(limit: number): Promise<string[]> {
    const found: string[] = [];
    for (let data: { cursor?: string } | undefined = {}; data !== undefined;) {
      const page: { chats: { chat_id: string }[]; next?: string } = await ann.ok("chats", { ...data, limit });
      assert.ok(page.chats.length <= limit);
      found.push(...page.chats.map((chat) => chat.chat_id));
      data = page.next === undefined ? undefined : { cursor: page.next };
    }
    return found;
  }

  it("of chats come in pages of any size, as the login has them, and go on after a restart", async () => {
    for (const other of others) await other.say("hello", ann.chatWith(other));
    const expected = ["common", ...others.map((other) => ann.chatWith(other)).toReversed()];
    for (const limit of [1, 2, 4, 5, 200]) assert.deepEqual(await allChats(limit), expected);
    const again = await server().anotherSession(ann);
    assert.deepEqual(again.loggedIn.chats, (await ann.ok("chats", {})).chats);
    const { next = "" } = await ann.ok("chats", { limit: 2 });
    assert.ok(next.length > 0 && next.length <= 256);
    server().cutClients();
    await server().stop();
    await server().start();
    const later = await server().anotherSession(ann);
    const rest = await later.ok("chats", { cursor: next });
    assert.deepEqual(
      rest.chats.map((chat) => chat.chat_id),
      expected.slice(2),
    );
    assert.ok(!("next" in rest));
  });

  it("of chats refuse what is no cursor of theirs", async () => {
    await others[0]?.say("hello", ann.chatWith(others[0]));
    const { next = "" } = await ann.ok("chats", { limit: 1 });
    const wrong = [
      "",
      "x",
      `${next}=`,
      `${next} `,
      next.slice(1),
      next.slice(0, -1),
      "a".repeat(300),
      "Y2hhdHM6MTp4eQ==",
    ];
    for (const cursor of wrong) {
      const { reason, field } = await ann.fails("chats", { cursor }, 400, /^cursor: /);
      assert.deepEqual([reason, field], ["bad_field", "cursor"], cursor);
    }
  });

  it("of contacts say who is online, but of nobody where one has blocked the other", async () => {
    const [bob, cid, dan, eve] = others as [Person, Person, Person, Person];
    for (const other of others) await ann.addContact(other);
    cid.client.destroy();
    await bob.ok("block_contact", { contact: ann.username });
    await ann.client.nextEvent("presence");
    const { contacts, has_more } = await ann.ok("contacts", { limit: 3 });
    const online = (person: Person, isOnline: boolean) => ({
      user_id: person.userId,
      username: person.username,
      online: isOnline,
    });
    assert.deepEqual(contacts.slice(0, 1), [online(bob, false)]);
    assert.deepEqual(contacts[2], online(dan, true));
    assert.equal(has_more, true);
    const rest = await ann.ok("contacts", { after: dan.username.toUpperCase() });
    assert.deepEqual([rest.contacts, rest.has_more], [[online(eve, true)], false]);
    await ann.fails("contacts", { after: "" }, 400);
    await ann.fails("contacts", { limit: 1_001 }, 400);
  });

  it("of blocked users are sorted by name", async () => {
    for (const other of others.toReversed()) await ann.ok("block_contact", { contact: other.username });
    const first = await ann.ok("blocked", { limit: 3 });
    const names = others.map(({ userId: user_id, username }) => ({ user_id, username }));
    assert.deepEqual([first.blocked, first.has_more], [names.slice(0, 3), true]);
    const rest = await ann.ok("blocked", { after: first.blocked.at(-1)?.username ?? "" });
    assert.deepEqual([rest.blocked, rest.has_more], [names.slice(3), false]);
  });

  it("of users find everybody by a part of a name, in pages", async () => {
    const [bob, cid] = others as [Person, Person];
    await bob.ok("update_profile", { first_name: "Zoë", second_name: "Xylo-1" });
    await cid.ok("update_profile", { first_name: "xylo-2" });
    const first = await ann.ok("users", { contains: "XYLO", limit: 1 });
    const found = { user_id: bob.userId, username: bob.username, first_name: "Zoë", second_name: "Xylo-1" };
    assert.deepEqual([first.users, first.has_more], [[{ ...found, file_name: null, online: true }], true]);
    const rest = await ann.ok("users", { contains: "xylo", after: bob.username });
    assert.deepEqual([rest.users.map((user) => user.username), rest.has_more], [[cid.username], false]);
    await ann.ok("block_contact", { contact: bob.username });
    assert.equal((await ann.ok("users", { contains: "xylo-1" })).users.length, 0);
    const hidden = { ...found, first_name: "", second_name: "", file_name: null, online: false };
    assert.deepEqual((await ann.ok("users", { contains: bob.username })).users, [hidden]);
    assert.equal((await bob.ok("users", { contains: ann.username })).users.length, 0);
    assert.equal((await ann.ok("users", { contains: ann.username })).users[0]?.username, ann.username);
    await ann.fails("users", { contains: "" }, 400, /^contains: /);
  });

  it("of messages are the same by history as by the action of each kind of chat", async () => {
    const [bob, cid] = others as [Person, Person];
    for (const index of range(1, 7)) await bob.say(`m${index}`, ann.chatWith(bob));
    const data = { before: 6, after: 2, limit: 2 };
    const direct = await ann.ok("history", { chat_id: ann.chatWith(bob), ...data });
    assert.deepEqual([seqs(direct.messages), direct.length, direct.rev, direct.has_more], [[3, 4], 7, 0, true]);
    const old = await ann.ok("get_chat", { contact: bob.username, ...data });
    assert.deepEqual([old.messages, old.rev, old.length], [direct.messages, 0, 7]);
    const common = await ann.ok("common_chat", {});
    assert.deepEqual((await ann.ok("history", { chat_id: "common" })).messages, common.messages);
    await ann.fails("history", { chat_id: bob.chatWith(cid) }, 403);
    for (const chat_id of ["", "dm:", "group:000000000000000000000000"]) await ann.fails("history", { chat_id }, 404);
    await ann.fails("history", {}, 400, /^chat_id: missing/);
  });

  it("of features hold those that are asked for and known, each once", async () => {
    const client = await server().connect();
    const info = await client.ok("server_info", {});
    assert.deepEqual(info.limits, {
      message_chars: 8192,
      frame_bytes: 65_536,
      reaction_kinds: 20,
      pins: 100,
      group_members: 2000,
      user_groups: 500,
      edit_window: 172_800,
    });
    assert.deepEqual([info.server.name, info.registration], ["Messenger", "open"]);
    const login = { username: ann.username, password: ann.password };
    const asked = ["changes", "no such feature", ...info.features, ...info.features];
    const { features, server: which } = await client.ok("login", { ...login, features: asked });
    assert.deepEqual([features?.toSorted(), which], [info.features.toSorted(), info.server]);
    assert.deepEqual((await client.ok("login", login)).features, []);
    for (const wrong of ["x", [1], {}, Array(65).fill("x")]) {
      const { field } = await client.fails("login", { ...login, features: wrong }, 400);
      assert.equal(field, "features");
    }
  });
});

describe("a directory for contacts alone", () => {
  const server = useServer({ directory: "contacts" });

  it("is closed", async () => {
    const ann = await server().newPerson("Ann");
    assert.equal((await ann.fails("users", {}, 403)).reason, "directory_closed");
    assert.deepEqual((await ann.ok("contacts", {})).contacts, []);
  });
});

describe("a directory of more users than a slice", () => {
  const server = useServer();

  it("is looked through to its end", async () => {
    const ann = await server().newPerson("Ann");
    server().cutClients();
    await server().stop();
    const writer = await openWriter(server().config.store, { dataDir: server().config.data });
    await writeCrowd(writer, ann.userId, { chatCount: 3_500, contactCount: 0, blockedCount: 0, text: "x" });
    await writer.close();
    await server().start();
    const again = await server().anotherSession(ann);
    const { users, has_more } = await again.ok("users", { contains: "u3499" });
    assert.deepEqual([users.map((user) => user.username), has_more], [[crowdName(3_499)], false]);
    const names: string[] = [];
    for (let [after, more] = [{}, true]; more;) {
      const page = await again.ok("users", { ...after, contains: "u", limit: 200 });
      names.push(...page.users.map((user) => user.username));
      [after, more] = [{ after: names.at(-1) ?? "" }, page.has_more];
    }
    assert.deepEqual(names, sortedByName(range(0, 3_499).map(crowdName)));
  });
});
