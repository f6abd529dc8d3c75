// Blocking: no messages and no presence between two people, and nobody is told who wanted it so.
import assert from "node:assert/strict";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

describe("blocking", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;

  beforeEach(async () => {
    [ann, ben] = await server().newPeople("Ann", "Ben");
    await ann.addContact(ben);
    await ben.addContact(ann);
  });

  it("stops messages and typing in both directions until it is lifted", async () => {
    const chat = ann.chatWith(ben);
    await ben.say("before", chat);
    assert.equal((await ann.ok("block_contact", { contact: ben.username })).contact, ben.username);
    for (const person of [ann, ben]) {
      await person.fails("add_message", { chat_id: chat, message: "no" }, 403, /^chat_id: blocked$/);
      await person.fails("typing", { chat_id: chat }, 403);
    }
    await ben.say("still", "common");
    assert.equal((await ann.ok("get_chat", { contact: ben.username })).length, 1);
    await ann.ok("unblock_contact", { contact_id: ben.userId });
    assert.equal((await ben.say("after", chat)).seq, 2);
  });

  it("makes each look offline to the other, now and at the next login", async () => {
    await ann.ok("block_contact", { contact: ben.username });
    assert.deepEqual((await ben.events("presence")).at(-1), {
      user_id: ann.userId,
      username: ann.username,
      online: false,
    });
    assert.deepEqual((await ann.events("presence")).at(-1)?.online, false);
    const benAgain = await server().anotherSession(ben);
    assert.deepEqual(benAgain.loggedIn.online, []);
    assert.deepEqual(benAgain.loggedIn.blocked, {});
    const annAgain = await server().anotherSession(ann);
    assert.deepEqual(annAgain.loggedIn.blocked, { [ben.username]: ben.userId });
    ann.client.destroy();
    annAgain.client.destroy();
    await server().newPerson("Cid");
    await benAgain.heardNothing();
  });

  it("hides profile, its changes and what one has read, from both, until it is lifted", async () => {
    const chat = ann.chatWith(ben);
    const { seq } = await ben.say("before", chat);
    await ann.ok("update_profile", { first_name: "Anna", bio: "here since today" });
    await ben.ok("update_profile", { bio: "here too" });
    assert.equal((await ben.ok("profile", { username: ann.username })).user_data.first_name, "Anna");
    await ann.ok("block_contact", { contact: ben.username });
    for (const person of [ann, ben]) await person.client.barrier();
    ann.client.takeAllEvents();
    ben.client.takeAllEvents();
    for (const [one, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const { user_data: seen } = await one.ok("profile", { username: other.username });
      const bare = { first_name: "", second_name: "", bio: "", file_name: null };
      assert.deepEqual(seen, { user_id: other.userId, username: other.username, ...bare });
      assert.notEqual((await one.ok("profile", {})).user_data.bio, "");
      await one.ok("update_profile", { second_name: "changed" });
    }
    await ann.ok("mark_read", { chat_id: chat, seq });
    for (const person of [ann, ben]) await person.heardNothing();
    await ann.ok("unblock_contact", { contact: ben.username });
    assert.equal((await ben.ok("profile", { username: ann.username })).user_data.second_name, "changed");
  });

  it("does not show presence to one who adds the contact again", async () => {
    await ann.ok("block_contact", { contact: ben.username });
    await ben.ok("delete_contact", { contact: ann.username });
    await ben.addContact(ann);
    ben.client.takeAllEvents();
    ann.client.destroy();
    await server().newPerson("Cid");
    await ben.heardNothing();
  });

  it("is told to the own other sessions, and refused when it makes no sense", async () => {
    const phone = await server().anotherSession(ann);
    await ann.ok("block_contact", { contact: ben.username });
    assert.deepEqual(await phone.events("block"), [{ blocked: { [ben.username]: ben.userId } }]);
    await ann.fails("block_contact", { contact: ben.username }, 409, /^contact: /);
    await ann.fails("block_contact", { contact: ann.username }, 400, /^contact: /);
    await ann.fails("block_contact", { contact: "nobody.here" }, 404);
    await ann.fails("block_contact", {}, 400, /^contact: missing/);
    await ann.ok("unblock_contact", { contact: ben.username });
    assert.deepEqual(await phone.events("block"), [{ unblocked: { [ben.username]: ben.userId } }]);
    await ann.fails("unblock_contact", { contact: ben.username }, 404);
  });
});
