// The moment of a login: whatever is committed while it is under way is in its answer, or told by an event, or both.
import assert from "node:assert/strict";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, type ChatId } from "../../src/protocol/ids.ts";
import { describeGated } from "../support/gates.ts";
import { range } from "../support/lists.ts";
import { Person } from "../support/person.ts";

describeGated("what happens during a login", (server, between) => {
  /** A person's second login, with that `name` held meanwhile. */
  async function loginWhile(
    name: string,
    who: Person,
    meanwhile: () => Promise<unknown>,
    features: string[] = [],
  ): Promise<Person> {
    const client = await server().connect();
    return between(name, () => Person.login(client, who.username, who.password, features), meanwhile);
  }

  /** Asserts that answer and events together have every message of the chat, up to `text`. */
  function hasAll(person: Person, told: readonly Message[], chatId: ChatId, text: string): void {
    const events = told.filter((message) => message.chat_id === chatId);
    const chat = person.loggedIn.chats.find((one) => one.chat_id === chatId);
    let seq = chat?.last_seq ?? 0;
    let last = chat?.last_message?.message;
    for (const message of events) {
      assert.ok(message.seq <= seq + 1, `nothing told of ${seq + 1} to ${message.seq - 1}`);
      if (message.seq === seq + 1) [seq, last] = [message.seq, message.message];
    }
    assert.equal(last, text);
  }

  for (const name of ["login", "loginSnapshot"]) {
    it(`messages of the common chat and of a direct one reach the session (${name} held)`, async () => {
      const [ann, ben] = await server().newPeople("ann", "ben");
      await ben.say("before");
      await ben.say("before", ben.chatWith(ann));
      const again = await loginWhile(name, ann, async () => {
        await ben.say("meanwhile");
        await ben.say("meanwhile", ben.chatWith(ann));
      });
      const told = await again.events("message");
      hasAll(again, told, COMMON_CHAT, "meanwhile");
      hasAll(again, told, ben.chatWith(ann), "meanwhile");
      await ben.say("after");
      hasAll(again, [...told, ...(await again.events("message"))], COMMON_CHAT, "after");
    });

    it(`a chat that begins, contacts and marks reach the session (${name} held)`, async () => {
      const [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
      await ann.addContact(cid);
      await ben.say("to be read");
      const again = await loginWhile(name, ann, async () => {
        await ben.say("the first", ben.chatWith(ann));
        await ann.addContact(ben);
        await ann.ok("delete_contact", { contact: cid.username });
        await ann.ok("update_profile", { bio: "new" });
      });
      hasAll(again, await again.events("message"), ben.chatWith(ann), "the first");
      const contacts = new Map(Object.entries(again.loggedIn.contacts));
      for (const change of await again.events("contact")) {
        if ("added" in change) for (const [who, id] of Object.entries(change.added)) contacts.set(who, id);
        else for (const who of Object.keys(change.deleted)) contacts.delete(who);
      }
      assert.deepEqual([...contacts], [[ben.username, ben.userId]]);
      const bios = (await again.events("profile")).map(({ user_data: { bio } }) => bio);
      assert.equal([again.loggedIn.user_data.bio, ...bios].at(-1), "new");
      again.client.takeAllEvents();
      cid.client.destroy();
      await ben.ok("logout", {});
      assert.equal((await again.client.nextEvent("presence")).username, ben.username);
      await again.heardNothing();
    });

    it(`who blocks is not seen online (${name} held)`, async () => {
      const [ann, ben] = await server().newPeople("ann", "ben");
      await ann.addContact(ben);
      const again = await loginWhile(name, ann, () => ben.ok("block_contact", { contact: ann.username }));
      assert.deepEqual(again.loggedIn.online, []);
      again.client.takeAllEvents();
      await ben.ok("logout", {});
      await again.heardNothing();
    });
  }

  it("nothing is compressed before the answer grants it", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const direct = ben.chatWith(ann);
    const texts = range(1, 8).map((number) => `${number} ${"and much more of it ".repeat(10)}`);
    await server().anotherSession(ben, {}, ["deflate"]);
    let compressedEarly: number | undefined;
    const client = await server().connect();
    const login = (): Promise<Person> => Person.login(client, ann.username, ann.password, ["deflate"]);
    const again = await between("loginSnapshot", login, async () => {
      for (const message of texts) ben.client.send("add_message", { chat_id: direct, message: message.repeat(6) });
      for (const _ of texts) await ben.client.replies.next();
      await ann.events("message");
      compressedEarly = client.compressedFrames;
    });
    const early = await again.events("message");
    assert.deepEqual([early.length, compressedEarly, client.compressedFrames], [texts.length, 0, 0]);
    await ben.say("x".repeat(2048), direct);
    assert.equal((await again.events("message")).length, 1);
    assert.equal(client.compressedFrames, 1);
  });

  it("messages reach every session that begins while they are sent", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const direct = ben.chatWith(ann);
    let isOver = false;
    const talk = (async () => {
      for (let index = 0; !isOver; index += 1) await ben.say(`m${index}`, index % 2 === 0 ? COMMON_CHAT : direct);
    })();
    const sessions: Person[] = [];
    for (const _ of range(1, 15)) sessions.push(await server().anotherSession(ann));
    isOver = true;
    await talk;
    await ben.say("the end");
    await ben.say("the end", direct);
    for (const session of sessions) {
      await session.client.barrier();
      const events = session.client.takeEvents("message");
      for (const chatId of [COMMON_CHAT, direct]) {
        const [first, ...rest] = events.filter(({ chat_id }) => chat_id === chatId).map(({ seq }) => seq);
        const lastSeq = session.loggedIn.chats.find((chat) => chat.chat_id === chatId)?.last_seq ?? 0;
        assert.ok(first !== undefined && first <= lastSeq + 1, `${chatId}: ${lastSeq}, then ${first}`);
        assert.deepEqual(rest, range(first + 1, first + rest.length));
      }
    }
  });

  for (const name of ["login", "memberships", "loginSnapshot"]) {
    it(`messages of groups, and who joins and leaves, reach the session (${name} held)`, async () => {
      const [ann, ben] = await server().newPeople("ann", "ben");
      const owner = await server().anotherSession(ben, {}, ["groups"]);
      const create = async (title: string, ...members: string[]): Promise<ChatId> =>
        (await owner.ok("create_group", { title, members })).chat.chat_id;
      const [stays, leaves] = [await create("stays", ann.username), await create("leaves", ann.username)];
      let joins = "";
      const meanwhile = async (): Promise<void> => {
        await owner.say("meanwhile", stays);
        await owner.say("for others", leaves);
        await owner.ok("remove_member", { chat_id: leaves, username: ann.username });
        joins = await create("joins", ann.username);
        await owner.say("meanwhile", joins);
      };
      const again = await loginWhile(name, ann, meanwhile, ["groups"]);
      const told = await again.events("message");
      hasAll(again, told, stays, "meanwhile");
      const known = new Set(again.loggedIn.chats.map((chat) => chat.chat_id));
      for (const { chat } of again.client.takeEvents("chat")) known.add(chat.chat_id);
      for (const { chat_id: chatId } of again.client.takeEvents("chat_gone")) known.delete(chatId);
      assert.deepEqual([known.has(stays), known.has(joins), known.has(leaves)], [true, true, false]);
      for (const chatId of [stays, joins, leaves]) await owner.say("after", chatId);
      const after = await again.events("message");
      assert.deepEqual(new Set(after.map((message) => message.chat_id)), new Set([stays, joins]));
    });
  }
});
