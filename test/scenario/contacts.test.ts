// Contacts and profiles: lists, who is told of what, presence.
import assert from "node:assert/strict";
import { MAX_BIO_CHARS, MAX_NAME_CHARS } from "../../src/protocol/limits.ts";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

const NOBODY = "0".repeat(24);

describe("contacts", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;

  beforeEach(async () => {
    [ann, ben] = await server().newPeople("Ann", "Ben");
  });

  it("are added by name in any case, one-way, and told to the own other sessions only", async () => {
    const phone = await server().anotherSession(ann);
    const { new_contact } = await ann.ok("add_contact", { contact: ben.username.toUpperCase() });
    assert.deepEqual(new_contact, { [ben.username]: ben.userId });
    assert.deepEqual(await phone.events("contact"), [{ added: { [ben.username]: ben.userId } }]);
    await ann.heardNothing();
    await ben.heardNothing();
    assert.deepEqual((await server().anotherSession(ann)).loggedIn.contacts, { [ben.username]: ben.userId });
    assert.deepEqual((await server().anotherSession(ben)).loggedIn.contacts, {});
  });

  it("are added once: oneself 400, nobody 404, again 409", async () => {
    await ann.fails("add_contact", {}, 400, /^contact: missing/);
    await ann.fails("add_contact", { contact: ann.username }, 400, /^contact: /);
    await ann.fails("add_contact", { contact: ann.username.toUpperCase() }, 400, /^contact: /);
    await ann.fails("add_contact", { contact: "nobody.at.all" }, 404, /^contact: /);
    await ann.fails("add_contact", { contact: "" }, 404, /^contact: /);
    await ann.addContact(ben);
    await ann.fails("add_contact", { contact: ben.username }, 409, /^contact: /);
  });

  it("are deleted by name or id", async () => {
    const phone = await server().anotherSession(ann);
    for (const named of [{ contact: ben.username.toUpperCase() }, { contact_id: ben.userId }]) {
      await ann.addContact(ben);
      assert.equal((await ann.ok("delete_contact", named)).contact, ben.username);
      const added = { added: { [ben.username]: ben.userId } };
      assert.deepEqual(await phone.events("contact"), [added, { deleted: { [ben.username]: ben.userId } }]);
      await ann.fails("delete_contact", named, 404, /^contact/);
    }
    await ann.fails("delete_contact", {}, 400, /^contact: missing/);
    await ann.fails("delete_contact", { contact: "nobody.at.all" }, 404);
    await ann.fails("delete_contact", { contact: ann.username }, 404);
    for (const contact_id of [NOBODY, "", "x", ben.username]) await ann.fails("delete_contact", { contact_id }, 404);
    await ann.heardNothing();
    await ben.heardNothing();
  });

  it("tell of presence when the first session starts and the last one ends", async () => {
    const cid = await server().newPerson("Cid");
    await cid.addContact(ann);
    await ann.addContact(cid);
    const phone = await server().anotherSession(cid);
    const secondAnn = await server().anotherSession(ann);
    ann.client.destroy();
    await ben.client.barrier();
    await cid.heardNothing();
    secondAnn.client.destroy();
    const gone = { user_id: ann.userId, username: ann.username, online: false };
    assert.deepEqual(await cid.client.nextEvent("presence"), gone);
    assert.deepEqual(await phone.client.nextEvent("presence"), gone);
    const again = await server().anotherSession(ann);
    assert.deepEqual(again.loggedIn.online, [cid.username]);
    assert.deepEqual(await cid.client.nextEvent("presence"), { ...gone, online: true });
    assert.deepEqual(await phone.client.nextEvent("presence"), { ...gone, online: true });
    await again.ok("logout", {});
    assert.deepEqual(await cid.client.nextEvent("presence"), gone);
    await cid.heardNothing();
    await ben.heardNothing();
  });

  it("tell of presence from their addition to their deletion, in every session", async () => {
    const phone = await server().anotherSession(ann);
    await ann.addContact(ben);
    assert.deepEqual(await phone.events("contact"), [{ added: { [ben.username]: ben.userId } }]);
    await ben.ok("logout", {});
    for (const session of [ann, phone]) assert.equal((await session.client.nextEvent("presence")).online, false);
    await ann.ok("delete_contact", { contact: ben.username });
    await phone.client.nextEvent("contact");
    await ben.client.ok("login", { username: ben.username, password: ben.password });
    await ann.heardNothing();
    await phone.heardNothing();
  });
});

describe("profiles", () => {
  const server = useServer();
  let ann: Person;

  beforeEach(async () => {
    ann = await server().newPerson("Ann");
  });

  it("are empty at first, and anybody's can be asked for", async () => {
    const ben = await server().newPerson("Ben");
    const { userId: user_id, username } = ann;
    const empty = { user_id, username, first_name: "", second_name: "", bio: "", file_name: null };
    assert.deepEqual((await ann.ok("profile", {})).user_data, empty);
    assert.deepEqual((await ben.ok("profile", { username: username.toLowerCase() })).user_data, empty);
    await ann.fails("profile", { username: "nobody.at.all" }, 404, /^username: /);
  });

  it("are changed field by field", async () => {
    const first = await ann.ok("update_profile", {
      first_name: "Ann",
      second_name: "O'Neill",
      bio: "Hi\n<b>😀</b>\u0000",
    });
    const second = await ann.ok("update_profile", { second_name: "" });
    assert.deepEqual(second.user_data, { ...first.user_data, second_name: "" });
    assert.equal(second.user_data.bio, "Hi\n<b>😀</b>\u0000");
    assert.deepEqual((await ann.ok("profile", {})).user_data, second.user_data);
    assert.deepEqual((await server().anotherSession(ann)).loggedIn.user_data, second.user_data);
  });

  it("take names of 64 characters and a bio of 1,024, and no more", async () => {
    for (const char of ["x", "😀"]) {
      for (const [field, limit] of [
        ["first_name", MAX_NAME_CHARS],
        ["second_name", MAX_NAME_CHARS],
        ["bio", MAX_BIO_CHARS],
      ] as const) {
        const { user_data } = await ann.ok("update_profile", { [field]: char.repeat(limit) });
        assert.equal(user_data[field], char.repeat(limit));
        await ann.fails("update_profile", { [field]: char.repeat(limit + 1) }, 400, new RegExp(`^${field}: `));
      }
    }
    assert.deepEqual([MAX_NAME_CHARS, MAX_BIO_CHARS], [64, 1024]);
  });

  it("are told to the own other sessions and to those who have the user as a contact", async () => {
    const [watcher, stranger] = await server().newPeople("Wat", "Str");
    await watcher.addContact(ann);
    await ann.addContact(stranger);
    const phone = await server().anotherSession(ann);
    const { user_data } = await ann.ok("update_profile", { first_name: "Ann" });
    for (const session of [watcher, phone]) {
      assert.deepEqual((await session.events("profile")).at(-1), { user_data });
    }
    await stranger.heardNothing();
    assert.deepEqual(await ann.events("profile"), []);
  });

  it("answers 404 to avatar_ticket while avatars are off", async () => {
    await ann.fails("avatar_ticket", {}, 404, /avatar/);
    assert.match(server().running.readyLine, / avatars off\)$/);
  });
});
