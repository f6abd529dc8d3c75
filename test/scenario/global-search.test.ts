// Search in all of one's chats, over the wire.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { texts } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";

describe("search", () => {
  const server = useServer();
  let ann: Person;
  let ben: Person;
  let cid: Person;
  /** In no other message of the server. */
  let word: string;
  let count = 0;
  beforeEach(async () => {
    [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
    word = `needle${(count += 1)}x`;
  });

  it("finds in all chats of the user, newest first, and in no others", async () => {
    await ann.say(`${word} one`, ann.chatWith(ben));
    await ann.say(`${word} two`);
    await ben.say(`${word.toUpperCase()} three`, ann.chatWith(ben));
    await cid.say(`${word} four`, ann.chatWith(cid));
    const found = await ann.ok("search", { word });
    const all = [`${word} four`, `${word.toUpperCase()} three`, `${word} two`, `${word} one`];
    assert.deepEqual([texts(found.messages), found.next], [all, undefined]);
    assert.deepEqual(texts((await ben.ok("search", { word })).messages), all.slice(1));
    assert.deepEqual(texts((await cid.ok("search", { word })).messages), [all[0], all[2]]);
  });

  it("gives each hit once in pages, with a cursor that holds all that is needed", async () => {
    for (const text of ["one", "two", "three"]) await ann.say(`${word} ${text}`, ann.chatWith(ben));
    await ann.say(`${word} four`);
    const first = await ann.ok("search", { word, limit: 2 });
    assert.deepEqual(texts(first.messages), [`${word} four`, `${word} three`]);
    assert.ok(first.next !== undefined);
    await ann.say(`${word} five`);
    const rest = await ann.ok("search", { word, limit: 2, cursor: first.next });
    assert.deepEqual([texts(rest.messages), rest.next], [[`${word} two`, `${word} one`], undefined]);
  });

  it("is restricted to chats, a user, times and files", async () => {
    const direct = ann.chatWith(ben);
    const { time: first } = await ann.say(`${word} one`, direct);
    await ben.say(`${word} two`, direct);
    await ben.say(`${word} three`);
    const find = async (data: object) => texts((await ann.ok("search", { word, ...data })).messages).toReversed();
    assert.deepEqual(await find({ chat_ids: [direct] }), [`${word} one`, `${word} two`]);
    assert.deepEqual(await find({ chat_ids: [] }), []);
    assert.deepEqual(await find({ user_id: ben.userId }), [`${word} two`, `${word} three`]);
    assert.deepEqual(await find({ user_id: "nobody" }), []);
    assert.deepEqual(await find({ before_time: first + 0.0005 }), [`${word} one`]);
    assert.deepEqual(await find({ before_time: first }), []);
    assert.ok(!(await find({ after_time: first })).includes(`${word} one`));
    assert.deepEqual(await find({ has_files: true }), []);
    assert.equal((await find({ has_files: false })).length, 3);
  });

  it("is refused for chats of others, what is none, and wrong fields", async () => {
    const chat_ids = [COMMON_CHAT, ann.chatWith(ben)];
    assert.equal((await cid.fails("search", { word, chat_ids }, 403)).reason, "forbidden");
    assert.equal((await cid.fails("search", { word, chat_ids: ["none"] }, 404)).reason, "no_such_chat");
    const wrong: readonly [string, object][] = [
      ["word", {}],
      ["word", { word: "" }],
      ["word", { word: "x".repeat(257) }],
      ["chat_ids", { word, chat_ids: Array(201).fill(COMMON_CHAT) }],
      ["limit", { word, limit: 201 }],
      ["before_time", { word, before_time: "now" }],
      ["has_files", { word, has_files: 1 }],
      ["cursor", { word, cursor: "x" }],
      ["cursor", { word, cursor: "Y2hhdHM6MTpjb21tb24" }],
    ];
    for (const [field, data] of wrong) assert.equal((await ann.fails("search", data, 400)).field, field);
  });
});
