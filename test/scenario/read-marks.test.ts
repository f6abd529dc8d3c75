// Read marks, unread counts and typing; who is told.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { useServer } from "../support/server.ts";
import type { Person } from "../support/person.ts";

describe("read marks", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;

  beforeEach(async () => {
    [ann, ben] = await server().newPeople("Ann", "Ben");
  });

  /** The counts of one chat as a new login sees them. */
  async function counts(who: Person, chatId: string): Promise<[last: number, read: number, unread: number]> {
    const session = await server().anotherSession(who);
    const chat = session.loggedIn.chats.find(({ chat_id }) => chat_id === chatId);
    session.client.destroy();
    return chat === undefined ? [-1, -1, -1] : [chat.last_seq, chat.read_seq, chat.unread];
  }

  it("begin at the end of the common chat for a new user", async () => {
    await ann.say("one");
    const { seq } = await ann.say("two");
    const cid = await server().newPerson("Cid");
    assert.deepEqual(await counts(cid, COMMON_CHAT), [seq, seq, 0]);
    await ann.say("three");
    assert.deepEqual(await counts(cid, COMMON_CHAT), [seq + 1, seq, 1]);
  });

  it("only grow, and not beyond the last message", async () => {
    const chat_id = ann.chatWith(ben);
    for (const text of ["1", "2", "3", "4"]) await ann.say(text, chat_id);
    assert.deepEqual(await counts(ben, chat_id), [4, 0, 4]);
    for (const [seq, readSeq] of [
      [2, 2],
      [1, 2],
      [0, 2],
      [99, 4],
      [3, 4],
    ] as const) {
      const reply = await ben.ok("mark_read", { chat_id, seq });
      assert.deepEqual([reply.chat_id, reply.read_seq], [chat_id, readSeq]);
      assert.deepEqual(await counts(ben, chat_id), [4, readSeq, 4 - readSeq]);
    }
    for (const seq of [-1, 1.5, 2 ** 53]) await ben.fails("mark_read", { chat_id, seq }, 400, /^seq: /);
    await ben.fails("mark_read", { chat_id }, 400, /^seq: missing/);
  });

  it("of a chat without messages stay 0", async () => {
    assert.equal((await ann.ok("mark_read", { chat_id: ann.chatWith(ben), seq: 5 })).read_seq, 0);
    await ben.heardNothing();
  });

  it("follow what one sends oneself", async () => {
    const chat_id = ann.chatWith(ben);
    await ann.say("1", chat_id);
    await ann.say("2", chat_id);
    await ben.say("3", chat_id);
    assert.deepEqual(await counts(ben, chat_id), [3, 3, 0]);
    assert.deepEqual(await counts(ann, chat_id), [3, 2, 1]);
  });

  it("are told to the reader's other sessions, and one-to-one to the other user's, when they change", async () => {
    const [annPhone, benPhone, cid] = [
      await server().anotherSession(ann),
      await server().anotherSession(ben),
      await server().newPerson("Cid"),
    ];
    const chat_id = ann.chatWith(ben);
    await ann.say("1", chat_id);
    const { seq } = await ann.say("common");
    for (const person of [ann, ben, annPhone, benPhone, cid]) await person.events("message");
    await ben.ok("mark_read", { chat_id, seq: 9 });
    const read = { chat_id, user_id: ben.userId, seq: 1 };
    for (const session of [ann, annPhone, benPhone]) assert.deepEqual(await session.events("read"), [read]);
    await ben.ok("mark_read", { chat_id, seq: 1 });
    await ben.ok("mark_read", { chat_id: COMMON_CHAT, seq });
    assert.deepEqual(await benPhone.events("read"), [{ chat_id: COMMON_CHAT, user_id: ben.userId, seq }]);
    for (const session of [ann, annPhone, ben, cid]) await session.heardNothing();
  });
});

describe("typing", () => {
  const server = useServer();

  it("is told to the other user's sessions only", async () => {
    const [ann, ben, cid] = [
      await server().newPerson("Ann"),
      await server().newPerson("Ben"),
      await server().newPerson("Cid"),
    ];
    const [annPhone, benPhone] = [await server().anotherSession(ann), await server().anotherSession(ben)];
    const chat_id = ann.chatWith(ben);
    await ann.ok("typing", { chat_id });
    const typing = { chat_id, user_id: ann.userId, username: ann.username };
    for (const session of [ben, benPhone]) assert.deepEqual(await session.events("typing"), [typing]);
    for (const session of [ann, annPhone, cid, ben, benPhone]) await session.heardNothing();
    await ann.fails("typing", { chat_id: COMMON_CHAT }, 400, /^chat_id: /);
    await ann.fails("typing", {}, 400, /^chat_id: missing/);
  });
});
