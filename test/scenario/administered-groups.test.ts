// The administrator and the groups, on a real server: what members hear, what the log says, and what nobody is told.
import assert from "node:assert/strict";
import { AdminClient } from "../../src/client/admin-client.ts";
import { RequestError } from "../../src/client/errors.ts";
import { allGroups, allSessions } from "../../src/client/models/admin-pages.ts";
import type { ErrorCode, Reason } from "../../src/protocol/codes.ts";
import { COMMON_CHAT, directChatId, SERVER_USER_ID, type ChatId } from "../../src/protocol/ids.ts";
import { texts } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";
import { unsafeText } from "../support/unsafe-characters.ts";

const FEATURES = ["groups", "changes"];
const NO_GROUP = `group:${"0".repeat(24)}`;

function refusal(code: ErrorCode, reason: Reason, info: RegExp) {
  return (error: unknown): boolean =>
    error instanceof RequestError && error.code === code && error.reason === reason && info.test(error.message);
}

describe("the administrator and the groups", () => {
  const server = useServer({ groupMembers: 3 });
  let admin: AdminClient;
  let ann: Person;
  let ben: Person;
  let cid: Person;
  let chat_id: ChatId;
  beforeEach(async () => {
    admin = await AdminClient.open(server().config.data);
    [ann, ben, cid] = await server().newPeople("ann", "ben", "cid");
    for (const { client, username, password } of [ann, ben, cid]) {
      await client.ok("login", { username, password, features: FEATURES });
    }
    const { chat } = await ann.ok("create_group", { title: "Plans", members: [ben.username] });
    ({ chat_id } = chat);
    for (const person of [ann, ben]) assert.equal((await person.events("chat")).length, 1);
  });
  afterEach(() => admin.close());

  const lastLogged = async (): Promise<string> => {
    const { entries } = await admin.request("log", { limit: 1 });
    return JSON.stringify(entries.map(({ text, fields }) => [text, fields]));
  };

  it("lists them with what is in them, the last active first", async () => {
    const { chat: other } = await cid.ok("create_group", { title: "Others", topic: "what else" });
    await ben.say("one", chat_id);
    const { groups } = await allGroups(admin, "");
    const [first, second] = groups.filter((group) => [chat_id, other.chat_id].includes(group.chat_id));
    const settings = { posting: "all", history: "all", archived: false } as const;
    const { last_ms, ...plans } = first ?? { last_ms: 0 };
    assert.deepEqual(plans, { chat_id, title: "Plans", topic: "", ...settings, members: 2, messages: 1 });
    assert.ok(Math.abs(Date.now() - last_ms) < 60_000);
    assert.deepEqual([second?.title, second?.topic, second?.members], ["Others", "what else", 1]);
    const { groups: page, has_more } = await admin.request("groups", { contains: "OTHER", limit: 1 });
    assert.deepEqual([page[0]?.chat_id, has_more], [other.chat_id, false]);
    await admin.request("delete_group", { chat_id: other.chat_id });
  });

  it("adds, promotes and removes members, who are told as by a moderator", async () => {
    await admin.request("add_member", { chat_id, username: cid.username, role: "moderator" });
    assert.equal((await cid.events("chat"))[0]?.chat.role, "moderator");
    assert.deepEqual((await ann.events("member"))[0]?.username, cid.username);
    await admin.request("set_role", { chat_id, username: ben.username, role: "owner" });
    for (const person of [ann, ben, cid]) assert.equal((await person.events("member")).at(-1)?.role, "owner");
    const { members, has_more } = await admin.request("group_members", { chat_id });
    assert.deepEqual(
      members.map(({ username, role, online }) => [username, role, online]),
      [
        [ann.username, "owner", true],
        [ben.username, "owner", true],
        [cid.username, "moderator", true],
      ],
    );
    assert.equal(has_more, false);
    await admin.request("remove_member", { chat_id, username: ann.username });
    assert.deepEqual(await ann.events("chat_gone"), [{ chat_id, reason: "removed" }]);
    await ben.say("without Ann", chat_id);
    await ann.heardNothing();
    assert.match(await lastLogged(), /"remove_member","chat":"group:[0-9a-f]+","user":"ann/);
    await admin.request("delete_group", { chat_id });
    assert.deepEqual(await ben.events("chat_gone"), [{ chat_id, reason: "deleted" }]);
    await ben.fails("history", { chat_id }, 404);
  });

  it("is told why not, in the words of the protocol, and the log has the reason", async () => {
    const remove = (username: string) => admin.request("remove_member", { chat_id, username });
    await assert.rejects(remove(ann.username), refusal(403, "forbidden", /must have an owner/));
    assert.match(await lastLogged(), /was refused.*"remove_member".*"reason":"forbidden"/);
    await assert.rejects(remove(cid.username), refusal(404, "not_a_member", /^username: /));
    await assert.rejects(remove("nobody"), refusal(404, "no_such_user", /^username: /));
    const add = (username: string) => admin.request("add_member", { chat_id, username });
    await assert.rejects(add(ben.username), refusal(409, "already", /^username: /));
    await admin.request("announce", { message: "hello" });
    await assert.rejects(add("Server"), refusal(403, "forbidden", /^username: /));
    await add(cid.username);
    const dora = await server().newPerson("dora");
    await assert.rejects(add(dora.username), refusal(409, "quota", /as many/));
    for (const id of [NO_GROUP, COMMON_CHAT, "nonsense"]) {
      for (const action of ["archive_group", "unarchive_group", "delete_group", "group_members"] as const) {
        await assert.rejects(admin.request(action, { chat_id: id }), refusal(404, "no_such_chat", /^chat_id: /));
      }
      await assert.rejects(admin.request("announce", { message: "x", chat_id: id }), refusal(404, "no_such_chat", /./));
    }
    const both = { message: "x", chat_id, username: ann.username };
    await assert.rejects(admin.request("announce", both), refusal(400, "bad_field", /^username: /));
    const king = { chat_id, username: ben.username, role: "king" as "owner" };
    await assert.rejects(admin.request("set_role", king), refusal(400, "bad_field", /^role: /));
  });

  it("makes a group read only for all, and speaks in it", async () => {
    const { seq } = await ben.say("one", chat_id);
    await admin.request("archive_group", { chat_id });
    for (const person of [ann, ben]) assert.equal((await person.events("chat"))[0]?.chat.archived, true);
    await admin.request("archive_group", { chat_id });
    for (const [action, data] of [
      ["add_message", { message: "two" }],
      ["edit_message", { seq, message: "other" }],
      ["react", { seq, reaction: "👍", on: true }],
      ["pin_message", { seq, on: true }],
      ["typing", {}],
    ] as const) {
      const { reason, info } = await ann.fails(action, { chat_id, ...data }, 403);
      assert.deepEqual([reason, /archived/.test(info)], ["forbidden", true], action);
    }
    await admin.request("announce", { message: "This is over.", chat_id });
    for (const person of [ann, ben]) assert.ok(texts(await person.events("message")).includes("This is over."));
    await cid.heardNothing();
    assert.deepEqual(texts((await ben.ok("history", { chat_id })).messages), ["one", "This is over."]);
    const { chats } = await ben.ok("chats", {});
    assert.equal(chats.find((chat) => chat.chat_id === chat_id)?.archived, true);
    await ben.ok("delete_message", { chat_id, seq });
    await ben.ok("remove_member", { chat_id, username: ben.username });
    await admin.request("unarchive_group", { chat_id });
    assert.equal((await ann.events("chat"))[0]?.chat.archived, undefined);
    await ann.say("on it goes", chat_id);
  });

  it("finds and removes messages of anybody, in every chat; the log names author, chat and seq, and no text", async () => {
    const direct = directChatId(ann.userId, ben.userId);
    const secret = `Needle ${unsafeText("\0").slice(0, 50)}`;
    for (const chat of [COMMON_CHAT, chat_id, direct]) {
      const { seq } = await ben.say(secret, chat);
      await ben.say("hay", chat);
      const { messages, has_more } = await admin.request("messages", { chat_id: chat, word: "needle" });
      assert.deepEqual([messages.map((message) => message.seq), has_more], [[seq], false]);
      const { messages: newest } = await admin.request("messages", { chat_id: chat, username: ben.username, limit: 1 });
      assert.deepEqual(texts(newest), ["hay"]);
      const older = { chat_id: chat, username: ben.username, before: seq + 1 };
      assert.deepEqual(texts((await admin.request("messages", older)).messages), [secret]);
      assert.deepEqual((await admin.request("messages", { chat_id: chat, username: cid.username })).messages, []);
      const remove = async (): Promise<string> =>
        (await admin.request("remove_message", { chat_id: chat, seq })).username;
      assert.equal(await remove(), ben.username);
      assert.match(await lastLogged(), new RegExp(`"remove_message","chat":"${chat}","seq":${seq},"author":"ben`));
      for (const person of [ann, ben]) {
        const [changed] = await person.events("changed");
        assert.deepEqual([changed?.chat_id, changed?.seq, changed?.deleted], [chat, seq, "moderator"]);
      }
      assert.equal(await remove(), ben.username);
      assert.deepEqual((await admin.request("messages", { chat_id: chat, word: "needle" })).messages, []);
    }
    await assert.rejects(
      admin.request("remove_message", { chat_id: COMMON_CHAT, seq: 999 }),
      refusal(404, "no_such_message", /^seq: /),
    );
    for (const id of [NO_GROUP, "nonsense"]) {
      await assert.rejects(admin.request("messages", { chat_id: id }), refusal(404, "no_such_chat", /^chat_id: /));
    }
    const { entries } = await admin.request("log", { limit: 1_000 });
    assert.doesNotMatch(JSON.stringify(entries), /needle/i);
  });

  it("finds the messages of one user in all chats, newest first, page by page", async () => {
    const direct = directChatId(ann.userId, ben.userId);
    for (const [index, chat] of [COMMON_CHAT, chat_id, direct, chat_id].entries()) {
      await ben.say(`of Ben ${index}`, chat);
      await ann.say("of Ann", chat);
    }
    const username = ben.username;
    const { messages, next } = await admin.request("user_messages", { username, limit: 3 });
    assert.deepEqual(texts(messages), ["of Ben 3", "of Ben 2", "of Ben 1"]);
    const rest = await admin.request("user_messages", { username, ...(next !== undefined && { cursor: next }) });
    assert.deepEqual([texts(rest.messages), rest.next], [["of Ben 0"], undefined]);
    const found = await admin.request("user_messages", { username, word: "ben 2" });
    assert.deepEqual(
      found.messages.map((message) => message.chat_id),
      [direct],
    );
    assert.match(await lastLogged(), /looks at messages.*"user":"ben/);
    await assert.rejects(
      admin.request("user_messages", { username, cursor: "nonsense" }),
      refusal(400, "bad_field", /^cursor: /),
    );
    await assert.rejects(admin.request("user_messages", { username: "nobody" }), refusal(404, "no_such_user", /./));
  });

  it("takes back what the server has said, as its author", async () => {
    const { seq } = await admin.request("announce", { message: "wrong room" });
    await admin.request("remove_message", { chat_id: COMMON_CHAT, seq });
    const [changed] = await ann.events("changed");
    assert.deepEqual([changed?.seq, changed?.user_id, changed?.deleted], [seq, SERVER_USER_ID, "author"]);
  });

  it("reads lists of sessions page by page", async () => {
    const { sessions, total } = await allSessions(admin, "");
    assert.equal(sessions.length, total);
    const [first, second] = sessions;
    const page = await admin.request("sessions", { limit: 1 });
    assert.deepEqual([page.sessions[0]?.connection, page.has_more], [first?.connection, true]);
    const next = await admin.request("sessions", { after: first?.connection ?? 0, limit: 1 });
    assert.equal(next.sessions[0]?.connection, second?.connection);
    const last = await admin.request("sessions", { after: sessions.at(-1)?.connection ?? 0 });
    assert.deepEqual([last.sessions, last.has_more], [[], false]);
  });
});
