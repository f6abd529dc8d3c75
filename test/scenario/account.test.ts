// The life of an account: who may register, and what is left of a deleted one.
import assert from "node:assert/strict";
import { StartError } from "../../src/server/start-error.ts";
import { TestServer, useServer } from "../support/server.ts";

const PASSWORD = "a good password";

describe("deleting an account", () => {
  const server = useServer();

  it("asks for the password, ends all sessions, frees the name and keeps the messages without it", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    const phone = await server().anotherSession(ann);
    await ben.addContact(ann);
    await ann.say("what I said");
    await ann.fails("delete_account", { password: "not the password" }, 401, /^password: /);
    await ann.fails("delete_account", {}, 400, /^password: missing/);
    await ann.ok("delete_account", { password: ann.password });
    await ann.fails("profile", {}, 401);
    assert.match((await phone.client.nextEvent("closing")).reason, /deleted/);
    const { messages } = await ben.ok("common_chat", {});
    assert.equal(messages.at(-1)?.message, "what I said");
    assert.match(messages.at(-1)?.username ?? "", /^deleted-/);
    await ben.fails("profile", { username: ann.username }, 404);
    assert.deepEqual((await server().anotherSession(ben)).loggedIn.contacts, {});
    const { username, password } = ann;
    const fresh = await server().connect();
    await fresh.fails("login", { username, password }, 401);
    await fresh.fails("login", { token: phone.loggedIn.token }, 401);
    assert.notEqual((await fresh.ok("register", { username, password })).user_id, ann.userId);
  });

  it("tells those who have it as a contact, and whoever writes to it; the chat can be read as before", async () => {
    const [ann, ben, cid] = await server().newPeople("Ann", "Ben", "Cid");
    const phone = await server().anotherSession(ben);
    await ben.addContact(ann);
    await ann.say("the last word", ann.chatWith(ben));
    await ben.client.barrier();
    for (const session of [ben, phone]) session.client.takeAllEvents();
    await ann.ok("delete_account", { password: ann.password });
    for (const session of [ben, phone]) {
      assert.deepEqual(await session.client.nextEvent("contact"), { deleted: { [ann.username]: ann.userId } });
      const [profile] = await session.events("profile");
      assert.equal(profile?.user_data.user_id, ann.userId);
      assert.match(profile?.user_data.username ?? "", /^deleted-/);
      const reply = await session.fails("add_message", { chat_id: ben.chatWith(ann), message: "too late" }, 404);
      assert.equal(reply["reason"], "no_such_user");
    }
    const { messages, contact_username: name } = await ben.ok("get_chat", { contact_id: ann.userId });
    assert.deepEqual([messages.map(({ message }) => message), name.startsWith("deleted-")], [["the last word"], true]);
    await ben.ok("mark_read", { chat_id: ben.chatWith(ann), seq: 1 });
    await cid.heardNothing();
  });

  it("cannot be kept from it by who has registered the name that it would get", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    const squatter = await server().connect();
    const username = `deleted-${ann.userId.slice(0, 8)}-${ann.userId.slice(-6)}`;
    await squatter.request("register", { username, password: PASSWORD });
    const others = Array.from({ length: 20 }, () =>
      ben.client.send("add_message", { chat_id: "common", message: "x" }),
    );
    await ann.ok("delete_account", { password: ann.password });
    for (const id of others) assert.equal((await ben.client.replies.next()).id, id);
    const { messages } = await ben.ok("common_chat", { limit: 20 });
    assert.deepEqual(new Set(messages.map((message) => message.message)), new Set(["x"]));
    const left = { contact: `deleted:${ann.userId}` };
    for (const action of ["add_contact", "get_chat", "block_contact"]) await ben.fails(action, left, 404);
    await ben.fails("block_contact", { contact_id: ann.userId }, 404);
    assert.deepEqual(server().log.errors, []);
  });
});

describe("registration", () => {
  it("can be closed", async () => {
    const server = await TestServer.start({ registration: "closed" });
    try {
      const client = await server.connect();
      await client.fails("register", { username: "Ann", password: PASSWORD }, 403, /closed/);
    } finally {
      await server.remove();
    }
  });

  it("can ask for an invitation code", async () => {
    const server = await TestServer.start({ registration: "invite", invitationCode: "open sesame" });
    try {
      const client = await server.connect();
      const account = { username: "Ann", password: PASSWORD };
      await client.fails("register", account, 403, /^invitation: /);
      await client.fails("register", { ...account, invitation: "open" }, 403, /^invitation: /);
      await client.ok("register", { ...account, invitation: "open sesame" });
    } finally {
      await server.remove();
    }
  });

  it("counts wrong invitation codes as failed logins of the address", async () => {
    const server = await TestServer.start({ registration: "invite", invitationCode: "open sesame" });
    try {
      const client = await server.connect();
      const account = { username: "Ann", password: PASSWORD };
      for (let count = 0; count < 30; count += 1) client.send("register", { ...account, invitation: `guess ${count}` });
      for (let count = 0; count < 30; count += 1) assert.equal((await client.replies.next()).code, 403);
      await client.fails("register", { ...account, invitation: "open sesame" }, 429);
    } finally {
      await server.remove();
    }
  });

  it("by invitation without a code does not start", async () => {
    await assert.rejects(TestServer.start({ registration: "invite" }), StartError);
  });
});
