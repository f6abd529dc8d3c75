// Contract of all stores about the administrator, who is in no chat: deletes any message, speaks and reads in any group.
import assert from "node:assert/strict";
import type { Write, WriteOf } from "../../src/domain/writes/table.ts";
import type { ListedGroup } from "../../src/store/group-reader.ts";
import { COMMON_CHAT, directChatId, groupChatId, SERVER_USER_ID } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import { readPage } from "../../src/server/admin/list-pages.ts";
import { append, appended, changed, Fixture, newUser, NOBODY, NOT_FOUND } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

const GROUP = groupChatId("a".repeat(24));
const LIMITS = { members: 5, groups: 3 };

export function administratorContract(kind: StoreKind): void {
  let store: Fixture;
  let [anna, bert] = ["", ""];
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = "", bert = ""] = await store.users("anna", "bert");
    await make(GROUP, "Plans");
  });
  afterEach(() => store.close());

  async function make(chatId: ChatId, title: string, memberIds: UserId[] = [bert]): Promise<void> {
    store.nowMs += 1;
    const group = { kind: "createGroup", chatId, userId: anna, title, topic: "", memberIds, limits: LIMITS } as const;
    assert.ok((await store.one(group)).done);
  }
  async function fate(...writes: Write[]): Promise<string[]> {
    const fates: string[] = [];
    for (const write of writes) {
      store.nowMs += 1; // no batch has the time of another
      const outcome = await store.one(write);
      fates.push(outcome.done ? "done" : outcome.refusal);
    }
    return fates;
  }
  const erase = (chatId: ChatId, seq: number, userId?: UserId): WriteOf<"deleteMessage"> => {
    return { kind: "deleteMessage", chatId, userId, seq };
  };
  const update = (changes: WriteOf<"updateGroup">["changes"]): Write => {
    return { kind: "updateGroup", chatId: GROUP, userId: undefined, changes };
  };

  it("deletes a message of anybody in any chat, as a moderator, and each once", async () => {
    const direct = directChatId(anna, bert);
    for (const chatId of [COMMON_CHAT, direct, GROUP]) {
      const message = await store.say(chatId, bert, `secret in ${chatId}`);
      const { message: now, isChanged } = changed(await store.one(erase(chatId, message.seq)));
      assert.deepEqual([now, isChanged], [{ ...message, message: "", rev: 1, deleted: "moderator" }, true]);
      store.nowMs += 1; // another batch, not this one again
      assert.equal(changed(await store.one(erase(chatId, message.seq))).isChanged, false);
      assert.deepEqual(await store.texts(chatId), [""]);
    }
    const missing = [erase(COMMON_CHAT, 9), erase(directChatId(anna, NOBODY), 1), erase("no chat", 1)];
    for (const write of missing) assert.deepEqual(await store.one(write), NOT_FOUND);
    await store.say(GROUP, bert, "the last");
    assert.deepEqual(await fate({ kind: "deleteGroup", chatId: GROUP, userId: undefined }), ["done"]);
    assert.deepEqual(await store.one(erase(GROUP, 2)), NOT_FOUND);
  });

  it("speaks in a group without being in it, whatever its rules, and takes its words back as their author", async () => {
    await store.commit(newUser("Server", SERVER_USER_ID));
    await store.say(GROUP, anna, "one");
    assert.deepEqual(await fate(update({ posting: "moderators", archived: true })), ["done"]);
    const { message, isNew } = appended(await store.one(append(GROUP, SERVER_USER_ID, "s1", "hear, hear")));
    assert.deepEqual([message.seq, message.username, isNew], [2, "Server", true]);
    assert.equal(appended(await store.one(append(GROUP, SERVER_USER_ID, "s1", "hear, hear"))).isNew, false);
    const { members } = await store.reader.groupMembers(GROUP, anna, { after: "", limit: 9 });
    assert.deepEqual(
      members.map(({ username }) => username),
      ["anna", "bert"],
    );
    assert.deepEqual(await store.reader.groupsOf(SERVER_USER_ID), []);
    assert.equal(changed(await store.one(erase(GROUP, 2))).message.deleted, "author");
    // It left no trace in the group that a membership would stumble upon.
    const add = { kind: "addMember", chatId: GROUP, userId: undefined, role: "member", limits: LIMITS } as const;
    assert.deepEqual(await fate({ ...add, memberId: SERVER_USER_ID }), ["done"]);
    assert.ok(await store.reader.member(GROUP, SERVER_USER_ID));
    const other = directChatId(anna, bert);
    assert.deepEqual(await fate(append(other, SERVER_USER_ID, "s2", "between two")), ["notFound"]);
    assert.deepEqual(await fate(append(groupChatId("b".repeat(24)), SERVER_USER_ID, "s3", "nowhere")), ["noChat"]);
    assert.deepEqual(await fate({ kind: "deleteGroup", chatId: GROUP, userId: undefined }), ["done"]);
    assert.deepEqual(await fate(append(GROUP, SERVER_USER_ID, "s4", "too late")), ["noChat"]);
  });

  it("archives a group: nobody writes in it any more; what is there is read, deleted and left", async () => {
    const first = append(GROUP, bert, "m1", "one");
    await store.commit(first);
    assert.deepEqual(await fate(update({ archived: true })), ["done"]);
    await store.reopen();
    const refused: Write[] = [
      append(GROUP, anna, "m2", "two"),
      { kind: "editMessage", chatId: GROUP, userId: bert, seq: 1, text: "other", sinceMs: 0 },
      { kind: "react", chatId: GROUP, userId: bert, seq: 1, reaction: "👍", on: true },
      { kind: "pinMessage", chatId: GROUP, userId: anna, seq: 1, on: true },
      { kind: "typing", chatId: GROUP, userId: anna, username: "anna" },
    ];
    for (const write of refused) assert.deepEqual(await fate(write), ["archived"], write.kind);
    assert.deepEqual(await fate(append(GROUP, NOBODY, "m3", "x")), ["notFound"]);
    assert.equal(appended(await store.one(first)).isNew, false);
    assert.equal((await store.reader.group(GROUP, bert))?.archived, true);
    assert.equal((await store.reader.chats(anna, undefined, 9, true)).chats[1]?.archived, true);
    const { done } = await store.one(update({ archived: true }));
    assert.ok(done);
    assert.deepEqual(await fate(erase(GROUP, 1, bert), update({ title: "Old plans" })), ["done", "done"]);
    assert.deepEqual(await fate(update({ archived: false }), append(GROUP, anna, "m2", "two")), ["done", "done"]);
    const { archived, title } = (await store.reader.group(GROUP, bert)) ?? {};
    assert.deepEqual([archived, title], [undefined, "Old plans"]);
  });

  it("lists all groups that there are by their ids, in slices, and finds some by their titles", async () => {
    const [second = "", third = "", gone = ""] = ["b", "c", "d"].map((digit) => groupChatId(digit.repeat(24)));
    await make(second, "Straße");
    await store.say(second, anna, "one");
    const { lastMs: saidMs } = await only("strasse");
    assert.equal(saidMs, store.nowMs);
    await store.one(update({ archived: true }));
    await make(gone, "Gone", []);
    await store.one({ kind: "deleteGroup", chatId: gone, userId: undefined });
    await make(third, "PLANS of others", []);
    assert.deepEqual(await ids(""), [GROUP, second, third]);
    assert.deepEqual(await ids("plans"), [GROUP, third]);
    assert.deepEqual(await ids("%"), []);
    const { lastMs: _, ...plans } = await only("plans", GROUP);
    const settings = { title: "PLANS of others", topic: "", posting: "all", history: "all", archived: false };
    assert.deepEqual(plans, { chatId: third, ...settings, memberCount: 1, lastSeq: 0 });
    const { memberCount, lastSeq, archived } = await only("str");
    assert.deepEqual([memberCount, lastSeq, archived], [2, 1, false]);
    assert.equal((await store.reader.groups({ contains: "", after: "", limit: 1 })).found[0]?.archived, true);
    const first = await store.reader.groups({ contains: "", after: "", limit: 2 });
    assert.deepEqual([first.found.length, first.next], [2, second]);
    assert.equal((await listed("", first.next)).length, 1);
    await store.reopen();
    assert.deepEqual(await ids(""), [GROUP, second, third]);
  });

  /** Of as many slices as it takes. */
  async function listed(contains: string, after = ""): Promise<readonly ListedGroup[]> {
    const read = (from: string, limit: number) => store.reader.groups({ contains, after: from, limit });
    return (await readPage(after, 9, read, new AbortController().signal)).found;
  }
  async function only(contains: string, after = ""): Promise<ListedGroup> {
    const found = await listed(contains, after);
    assert.equal(found.length, 1);
    return found[0] as ListedGroup; // by the line above
  }
  async function ids(contains: string): Promise<ChatId[]> {
    return (await listed(contains)).map(({ chatId }) => chatId);
  }

  it("reads the members of every group, and of none that is not there", async () => {
    await store.commit({ kind: "block", userId: anna, blockedId: bert });
    const members = async (chatId: ChatId, after = ""): Promise<unknown[]> => {
      const page = await store.reader.groupMembers(chatId, undefined, { after, limit: 9 });
      return page.members.map(({ username, role, isHidden }) => [username, role, isHidden]);
    };
    assert.deepEqual(await members(GROUP), [
      ["anna", "owner", false],
      ["bert", "member", false],
    ]);
    assert.deepEqual(await members(GROUP, "anna"), [["bert", "member", false]]);
    assert.deepEqual(await members(groupChatId("b".repeat(24))), []);
    await store.one({ kind: "deleteGroup", chatId: GROUP, userId: undefined });
    assert.deepEqual(await members(GROUP), []);
  });
}
