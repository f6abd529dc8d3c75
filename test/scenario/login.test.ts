// Login by password: its result, its refusals, a second login on a connection, pipelining.
import assert from "node:assert/strict";
import { packageVersion } from "../../src/util/package-version.ts";
import { useServer } from "../support/server.ts";
import { Person } from "../support/person.ts";

describe("login", () => {
  const server = useServer({ failedLoginsPerAddress: 0 });

  it("answers with everything that a client needs to begin", async () => {
    const [ben, cid, ann] = await server().newPeople("ben", "cid", "ann");
    await ann.addContact(ben);
    await ann.addContact(cid);
    cid.client.destroy();
    await ann.client.nextEvent("presence");
    await ben.say("one");
    await ben.say("two");
    await ben.say("for you", ben.chatWith(ann));
    const { loggedIn } = await server().anotherSession(ann);
    const { token, chats, ...rest } = loggedIn;
    assert.deepEqual(
      { ...rest, time: 0, id: 0 },
      {
        action: "login",
        time: 0,
        id: 0,
        code: 200,
        info: "Client logged in",
        username: ann.username,
        user_id: ann.userId,
        contacts: { [ben.username]: ben.userId, [cid.username]: cid.userId },
        online: [ben.username],
        blocked: {},
        features: [],
        server: { name: "Messenger", version: packageVersion() },
        user_data: {
          user_id: ann.userId,
          username: ann.username,
          first_name: "",
          second_name: "",
          bio: "",
          file_name: null,
        },
      },
    );
    assert.match(token, /^\S{40,}$/);
    const [common, ...direct] = chats;
    assert.ok(common?.last_message !== undefined);
    assert.deepEqual(
      [common.chat_id, common.last_seq - common.read_seq, common.unread, common.last_message.message],
      ["common", 2, 2, "two"],
    );
    assert.ok(!("contact_user_id" in common) && !("contact_username" in common));
    const byContact = new Map(direct.map((chat) => [chat.contact_username, chat]));
    const { last_message, ...chat } = byContact.get(ben.username) ?? {};
    assert.deepEqual(chat, {
      chat_id: ann.chatWith(ben),
      kind: "direct",
      contact_user_id: ben.userId,
      contact_username: ben.username,
      last_seq: 1,
      rev: 0,
      read_seq: 0,
      unread: 1,
    });
    assert.equal(last_message?.message, "for you");
    assert.deepEqual(byContact.get(cid.username), {
      chat_id: ann.chatWith(cid),
      kind: "direct",
      contact_user_id: cid.userId,
      contact_username: cid.username,
      last_seq: 0,
      rev: 0,
      read_seq: 0,
      unread: 0,
    });
  });

  it("tells unknown users and wrong passwords apart by nothing", async () => {
    const { username } = await server().newPerson("ann");
    const client = await server().connect();
    const wrong = await client.fails("login", { username, password: "wrong password" }, 401);
    const unknown = await client.fails("login", { username: "nobody.at.all", password: "wrong password" }, 401);
    const noName = await client.fails("login", { username: "\u0000 no name", password: "" }, 401);
    const noToken = await client.fails("login", { token: "no token" }, 401);
    for (const other of [unknown, noName, noToken]) {
      assert.deepEqual({ ...other, time: 0, id: 0 }, { ...wrong, time: 0, id: 0 });
    }
  });

  it("needs name and password, or a token, which wins", async () => {
    const ann = await server().newPerson("ann");
    const { username, password } = ann;
    const client = await server().connect();
    await client.fails("login", {}, 400, /^username: missing/);
    await client.fails("login", { username }, 400, /^password: missing/);
    await client.fails("login", { password }, 400, /^username: missing/);
    await client.fails("login", { username, password, token: "no token" }, 401);
    const ben = await server().newPerson("ben");
    const reply = await client.ok("login", { username: ben.username, password: "wrong", token: ann.loggedIn.token });
    assert.equal(reply.username, username);
  });

  it("ends the first session of a connection by the second", async () => {
    const [ann, ben, cid] = [
      await server().newPerson("ann"),
      await server().newPerson("ben"),
      await server().newPerson("cid"),
    ];
    await cid.addContact(ann);
    await cid.addContact(ben);
    ben.client.destroy();
    await cid.client.nextEvent("presence");
    const now = await Person.login(ann.client, ben.username, ben.password);
    assert.deepEqual(await cid.events("presence"), [
      { user_id: ann.userId, username: ann.username, online: false },
      { user_id: ben.userId, username: ben.username, online: true },
    ]);
    await cid.say("for ann", cid.chatWith(ann));
    await cid.say("for ben", cid.chatWith(ben));
    const messages = await now.events("message");
    assert.deepEqual(
      messages.map(({ message }) => message),
      ["for ben"],
    );
  });

  it("leaves the token of the first session valid", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    await Person.login(ann.client, ben.username, ben.password);
    const again = await (await server().connect()).ok("login", { token: ann.loggedIn.token });
    assert.equal(again.username, ann.username);
  });

  it("keeps the first session when the second login fails", async () => {
    const ann = await server().newPerson("ann");
    await ann.fails("login", { username: ann.username, password: "wrong password" }, 401);
    await ann.say("still here");
  });

  it("works in one packet with what follows it", async () => {
    const { username, password, client } = await server().newPerson("ann");
    const other = await server().connect();
    const requests = [
      { action: "common_chat", id: 1 },
      { action: "login", id: 2, data: { username, password } },
      { action: "common_chat", id: 3 },
      { action: "add_message", id: 4, data: { chat_id: "common", message: "hello" } },
      { action: "common_chat", id: 5, data: { limit: 1 } },
      { action: "logout", id: 6 },
      { action: "common_chat", id: 7 },
      { action: "ping", id: 8 },
    ];
    other.raw(Buffer.concat(requests.map((request) => other.frame(request))));
    const replies = [];
    while (replies.length < requests.length) replies.push(await other.replies.next());
    assert.deepEqual(
      replies.map(({ id, code }) => [id, code]),
      [401, 200, 200, 200, 200, 200, 401, 200].map((code, index) => [index + 1, code]),
    );
    assert.deepEqual(
      (replies[4]?.["messages"] as { message: string }[]).map(({ message }) => message),
      ["hello"],
    );
    await client.barrier();
  });
});
