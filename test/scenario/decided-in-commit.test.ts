// Decisions of a request that are made again at its commit: nothing that has changed in between, and
// was answered, is overlooked.
import assert from "node:assert/strict";
import { AdminClient } from "../../src/client/admin-client.ts";
import { describeGated } from "../support/gates.ts";
import type { Person } from "../support/person.ts";

describeGated("a request that was read before something changed", (server, between) => {
  let admin: AdminClient;
  beforeEach(async () => {
    admin = await AdminClient.open(server().config.data);
  });
  afterEach(() => admin.close());

  const block = (who: Person, whom: Person) => who.ok("block_contact", { contact: whom.username });
  const texts = async (who: Person, other: Person): Promise<string[]> => {
    const { messages } = await who.ok("get_chat", { contact_id: other.userId });
    return messages.map(({ message }) => message);
  };

  it("stores no message to who has blocked the sender meanwhile; one that was stored before is still answered", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const message = { chat_id: ann.chatWith(ben), message: "in time", message_id: "m1" };
    const first = await ann.ok("add_message", message);
    const late = { ...message, message: "too late", message_id: "m2" };
    const reply = await between(
      "add_message",
      () => ann.client.request("add_message", late),
      () => block(ben, ann),
    );
    assert.deepEqual([reply.code, reply.info], [403, "chat_id: blocked"]);
    assert.deepEqual(await texts(ben, ann), ["in time"]);
    assert.equal((await ann.ok("add_message", message)).seq, first.seq);
    await ann.fails("add_message", late, 403);
    await ben.ok("unblock_contact", { contact: ann.username });
    await ann.ok("add_message", late);
  });

  it("stores no message to an account that was deleted meanwhile, and none of one that was", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const ask = { chat_id: ann.chatWith(ben), message: "too late" };
    const reply = await between(
      "add_message",
      () => ann.client.request("add_message", ask),
      () => ben.ok("delete_account", { password: ben.password }),
    );
    assert.deepEqual([reply.code, reply.info], [404, "chat_id: the other user's account is deleted"]);
    await ann.fails("add_message", ask, 404);
    await ann.fails("typing", { chat_id: ask.chat_id }, 404);
    assert.deepEqual(await texts(ann, ben), []);
    const cid = await server().newPerson("cid");
    const gone = await between(
      "add_message",
      () => Promise.resolve(cid.client.send("add_message", { chat_id: "common", message: "of nobody" })),
      () => admin.request("delete_user", { username: cid.username }),
    );
    assert.ok(gone > 0);
    await cid.client.closed();
    await ann.say("after it");
    const { messages } = await ann.ok("common_chat", {});
    assert.deepEqual(
      messages.map(({ message }) => message),
      ["after it"],
    );
  });

  it("tells nobody of typing, reading or presence after a block", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const chat_id = ann.chatWith(ben);
    await ben.say("to be read", chat_id);
    const typing = await between(
      "typing",
      () => ann.client.request("typing", { chat_id }),
      () => block(ben, ann),
    );
    assert.equal(typing.code, 403);
    await ben.ok("unblock_contact", { contact: ann.username });
    const read = await between(
      "mark_read",
      () => ann.client.request("mark_read", { chat_id, seq: 1 }),
      () => block(ben, ann),
    );
    assert.equal(read.code, 200);
    ben.client.takeEvents("message");
    await ben.heardNothing();
    await ben.ok("unblock_contact", { contact: ann.username });
    const added = await between(
      "add_contact",
      () => ann.client.request("add_contact", { contact: ben.username }),
      () => block(ben, ann),
    );
    assert.equal(added.code, 200);
    await ann.client.barrier();
    ann.client.takeAllEvents();
    await ben.ok("logout", {});
    await ann.heardNothing();
  });

  it("does nothing for an account that is disabled, or a password that is another", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const { username, password } = ann;
    await between(
      "update_profile",
      () => Promise.resolve(ann.client.send("update_profile", { bio: "too late" })),
      () => admin.request("disable_user", { username }),
    );
    await ann.client.closed();
    for (const text of ["one", "two", "three"]) await ben.say(text); // by then it is committed, or refused
    await admin.request("enable_user", { username });
    const again = await server().anotherSession(ann);
    assert.equal(again.loggedIn.user_data.bio, "");
    const reset = await between(
      "change_password",
      async () => void again.client.send("change_password", { password, new_password: "chosen too late" }),
      () => admin.request("reset_password", { username }),
    );
    assert.equal(reset, undefined);
    await again.client.closed();
    const third = await server().connect();
    await third.fails("login", { username, password: "chosen too late" }, 401);
    await third.fails("login", { username, password }, 401);
  });

  it("deletes no account by a password that is another by now", async () => {
    const ann = await server().newPerson("ann");
    const { username, password } = ann;
    const other = await server().anotherSession(ann);
    await between(
      "delete_account",
      async () => void ann.client.send("delete_account", { password }),
      () => other.ok("change_password", { password, new_password: "another password" }),
    );
    await ann.client.closed();
    await (await server().connect()).ok("login", { username, password: "another password" });
  });

  it("begins no session of an account that is disabled or deleted, or by a password that is another", async () => {
    const [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
    const login = async ({ username, password }: Person, meanwhile: () => Promise<unknown>): Promise<number> => {
      const client = await server().connect();
      return (await between("login", () => client.request("login", { username, password }), meanwhile)).code;
    };
    assert.equal(await login(ann, () => admin.request("disable_user", { username: ann.username })), 403);
    assert.equal(await login(ben, () => ben.ok("delete_account", { password: ben.password })), 401);
    assert.equal(
      await login(cid, () => cid.ok("change_password", { password: cid.password, new_password: "another password" })),
      401,
    );
    const resume = await server().connect();
    const { token } = cid.loggedIn;
    const reply = await between(
      "login",
      () => resume.request("login", { token }),
      () => admin.request("reset_password", { username: cid.username }),
    );
    assert.equal(reply.code, 401);
  });
});
