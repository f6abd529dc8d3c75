// Contract of groups in every store.
import assert from "node:assert/strict";
import type { GroupKind, Write, WriteOf, WriteResults } from "../../src/domain/writes/table.ts";
import { COMMON_CHAT, groupChatId, type UserId } from "../../src/protocol/ids.ts";
import { MAX_PAGE } from "../../src/protocol/limits.ts";
import { searchToEnd } from "../support/search.ts";
import { append, appended, Fixture, markRead, NOBODY } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";
import { maintainAll } from "../support/maintain.ts";

const GROUP = groupChatId("a".repeat(24));
const LIMITS = { members: 5, groups: 3 };
const ALL = { before: undefined, after: undefined, limit: MAX_PAGE };

export function groupsContract(kind: StoreKind): void {
  let store: Fixture;
  let [anna, bert, carl, dora] = ["", "", "", ""];
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = "", bert = "", carl = "", dora = ""] = await store.users("anna", "bert", "carl", "dora");
  });
  afterEach(() => store.close());

  const create = (userId: UserId, memberIds: UserId[], chatId = GROUP): WriteOf<"createGroup"> => {
    return { kind: "createGroup", chatId, userId, title: "Plans", topic: "", memberIds, limits: LIMITS };
  };
  const add = (userId: UserId, memberId: UserId, role: "member" | "moderator" | "owner" = "member"): Write => {
    return { kind: "addMember", chatId: GROUP, userId, memberId, role, limits: LIMITS };
  };
  const remove = (userId: UserId | undefined, memberId: UserId): Write => {
    return { kind: "removeMember", chatId: GROUP, userId, memberId };
  };
  const setRole = (userId: UserId, memberId: UserId, role: "member" | "moderator" | "owner"): Write => {
    return { kind: "setRole", chatId: GROUP, userId, memberId, role };
  };
  const update = (userId: UserId, changes: WriteOf<"updateGroup">["changes"]): Write => {
    return { kind: "updateGroup", chatId: GROUP, userId, changes };
  };
  const erase = (userId: UserId): Write => ({ kind: "deleteGroup", chatId: GROUP, userId });

  async function fate(...writes: Write[]): Promise<string[]> {
    const fates: string[] = [];
    for (const write of writes) {
      store.nowMs += 1; // no batch has the time of another
      const outcome = await store.one(write);
      fates.push(outcome.done ? "done" : outcome.refusal);
    }
    return fates;
  }
  async function done<K extends GroupKind>(write: WriteOf<K>): Promise<WriteResults[K]> {
    store.nowMs += 1;
    const outcome = await store.one(write);
    assert.ok(outcome.done, JSON.stringify(outcome));
    return outcome.result as WriteResults[K];
  }
  /** Roles by name, as a member reads them. */
  async function roles(asker: UserId): Promise<Record<string, string>> {
    const { members } = await store.reader.groupMembers(GROUP, asker, { after: "", limit: 9 });
    return Object.fromEntries(members.map(({ username, role }) => [username, role]));
  }
  async function listed(userId: UserId): Promise<string[]> {
    return (await store.reader.chats(userId, undefined, 9, true)).chats.map((chat) => chat.title ?? chat.chat_id);
  }

  it("are made with their members, listed by the time of their making, and not made twice", async () => {
    const { isChanged, group, members } = await done<"createGroup">(create(anna, [bert, carl]));
    assert.deepEqual([isChanged, group.title, group.memberCount, group.lastSeq], [true, "Plans", 3, 0]);
    assert.deepEqual(Object.fromEntries(members.map(({ userId, role, sinceSeq }) => [userId, [role, sinceSeq]])), {
      [anna]: ["owner", 1],
      [bert]: ["member", 1],
      [carl]: ["member", 1],
    });
    assert.equal((await done<"createGroup">(create(anna, [dora]))).isChanged, false);
    assert.deepEqual(await fate(create(bert, [])), ["conflict"]);
    assert.deepEqual(await roles(anna), { anna: "owner", bert: "member", carl: "member" });
    assert.deepEqual(await listed(anna), ["common", "Plans"]);
    assert.deepEqual(await listed(dora), ["common"]);
    assert.deepEqual((await store.chats(anna)).length, 1);
    const chat = await store.reader.group(GROUP, bert);
    assert.deepEqual(
      [chat?.role, chat?.member_count, chat?.kind, chat?.last_message],
      ["member", 3, "group", undefined],
    );
    assert.deepEqual(await store.reader.group(GROUP, dora), undefined);
    assert.deepEqual(await store.reader.member(GROUP, anna), { kind: "group", role: "owner", firstSeq: 1 });
    assert.deepEqual(await store.reader.member(GROUP, dora), undefined);
    assert.deepEqual(await store.reader.groupsOf(bert), [{ chatId: GROUP, firstSeq: 1 }]);
  });

  it("are not made with somebody unknown, blocked or busy, nor with too many", async () => {
    await store.commit({ kind: "block", userId: dora, blockedId: anna });
    assert.deepEqual(await fate(create(anna, [NOBODY])), ["notFound"]);
    assert.deepEqual(await fate(create(anna, [bert, dora])), ["blocked"]);
    const [e = "", f = "", g = "", h = ""] = await store.users("eve", "fred", "gina", "hans");
    assert.deepEqual(await fate(create(anna, [e, f, g, h, carl])), ["quota"]);
    for (const digit of ["1", "2", "3"]) await done(create(bert, [], groupChatId(digit.repeat(24))));
    assert.deepEqual(await fate(create(anna, [bert])), ["quota"]);
    assert.deepEqual(await fate(create(bert, [])), ["quota"]);
    assert.deepEqual(await listed(anna), ["common"]);
    assert.equal(await store.reader.groupCreator(GROUP), undefined);
    assert.deepEqual(await fate(create(anna, [carl])), ["done"]);
  });

  it("let moderators add, never above themselves, and know each reason not to", async () => {
    await done(create(anna, [bert, carl]));
    await done(setRole(anna, bert, "moderator") as WriteOf<"setRole">);
    assert.deepEqual(await fate(add(dora, dora), add(carl, dora), add(bert, dora, "owner")), [
      "noChat",
      "roleTooLow",
      "roleTooLow",
    ]);
    assert.deepEqual(await fate(add(bert, NOBODY), add(bert, carl)), ["notFound", "conflict"]);
    await store.commit({ kind: "block", userId: dora, blockedId: bert });
    assert.deepEqual(await fate(add(bert, dora)), ["blocked"]);
    await store.say(GROUP, anna, "one");
    const added = await done<"addMember">(add(anna, dora, "moderator") as WriteOf<"addMember">);
    assert.deepEqual(added.member, { userId: dora, username: "dora", role: "moderator", sinceSeq: 2, readSeq: 1 });
    assert.deepEqual([...added.otherIds].sort(), [anna, bert, carl].sort());
    const [e = "", f = ""] = await store.users("eve", "fred");
    assert.deepEqual(await fate(add(anna, e), add(anna, f)), ["done", "quota"]);
  });

  it("let moderators remove whose role is not above theirs, and everybody leave", async () => {
    await done(create(anna, [bert, carl, dora]));
    await store.commit(setRole(anna, bert, "moderator"), setRole(anna, carl, "moderator"));
    assert.deepEqual(await fate(remove(dora, carl), remove(bert, anna), remove(bert, NOBODY), remove(NOBODY, bert)), [
      "roleTooLow",
      "roleTooLow",
      "notMember",
      "notFound",
    ]);
    assert.deepEqual(await fate(remove(bert, carl), remove(bert, carl)), ["done", "notMember"]);
    assert.deepEqual(await fate(remove(dora, dora), remove(dora, dora)), ["done", "noChat"]);
    assert.deepEqual(await roles(anna), { anna: "owner", bert: "moderator" });
    assert.deepEqual(await store.reader.member(GROUP, carl), undefined);
    assert.deepEqual(await listed(dora), ["common"]);
    assert.deepEqual(await fate(remove(undefined, bert)), ["done"]);
  });

  it("keep an owner, and end with the last member", async () => {
    await done(create(anna, [bert]));
    assert.deepEqual(await fate(remove(anna, anna), setRole(anna, anna, "member"), setRole(bert, bert, "owner")), [
      "forbidden",
      "forbidden",
      "roleTooLow",
    ]);
    assert.deepEqual(await fate(setRole(anna, NOBODY, "owner"), setRole(anna, bert, "owner")), ["notMember", "done"]);
    assert.equal((await done<"setRole">(setRole(anna, bert, "owner") as WriteOf<"setRole">)).isChanged, false);
    assert.deepEqual(await fate(remove(anna, anna), remove(bert, bert)), ["done", "done"]);
    assert.deepEqual(await listed(bert), ["common"]);
    assert.deepEqual(await fate(create(bert, []), create(anna, []), add(bert, anna)), [
      "conflict",
      "conflict",
      "noChat",
    ]);
  });

  it("change their settings for moderators, once", async () => {
    await done(create(anna, [bert]));
    assert.deepEqual(await fate(update(bert, { title: "No" }), update(dora, { title: "No" })), [
      "roleTooLow",
      "noChat",
    ]);
    const changes = { title: "Plan B", topic: "what else", posting: "moderators", history: "joined" } as const;
    const { isChanged, group } = await done<"updateGroup">(update(anna, changes) as WriteOf<"updateGroup">);
    assert.deepEqual([isChanged, group.title, group.topic], [true, "Plan B", "what else"]);
    assert.equal((await done<"updateGroup">(update(anna, changes) as WriteOf<"updateGroup">)).isChanged, false);
    const { title, topic, posting, history, since_seq } = (await store.reader.group(GROUP, bert)) ?? {};
    assert.deepEqual([title, topic, posting, history, since_seq], ["Plan B", "what else", "moderators", "joined", 1]);
    await store.reopen();
    assert.deepEqual(await listed(bert), ["common", "Plan B"]);
  });

  it("take messages of members alone, and of moderators alone where that is the rule", async () => {
    await done(create(anna, [bert]));
    assert.equal((await store.say(GROUP, bert, "one")).seq, 1);
    assert.deepEqual(await fate(append(GROUP, dora, "d1", "in")), ["noChat"]);
    assert.deepEqual(await fate(update(anna, { posting: "moderators" })), ["done"]);
    assert.deepEqual(await fate(append(GROUP, bert, "m2", "two"), append(GROUP, anna, "m2", "two")), [
      "roleTooLow",
      "done",
    ]);
    const typing = { kind: "typing", userId: bert, username: "bert", chatId: GROUP } as const;
    assert.deepEqual(await fate(typing, markRead(bert, GROUP, 2)), ["done", "done"]);
  });

  it("answer what was sent in time, but not to who has left", async () => {
    await done(create(anna, [bert]));
    const write = append(GROUP, bert, "m1", "in time");
    await store.commit(write, update(anna, { posting: "moderators" }));
    assert.equal(appended(await store.one(write)).isNew, false);
    await store.commit(remove(anna, bert));
    assert.deepEqual(await fate(write, markRead(bert, GROUP, 1)), ["noChat", "noChat"]);
    assert.deepEqual(await fate({ kind: "typing", userId: bert, username: "bert", chatId: GROUP }), ["noChat"]);
  });

  it("show what came after the joining, where that is the rule", async () => {
    await done(create(anna, [bert]));
    await store.commit(update(anna, { history: "joined" }));
    for (const text of ["one", "two"]) await store.say(GROUP, anna, text);
    await store.commit(add(anna, carl));
    assert.deepEqual(await store.reader.member(GROUP, carl), { kind: "group", role: "member", firstSeq: 3 });
    const chat = await store.reader.group(GROUP, carl);
    assert.deepEqual([chat?.since_seq, chat?.last_message, chat?.unread], [3, undefined, 0]);
    await store.say(GROUP, anna, "three");
    await store.commit({ kind: "deleteMessage", chatId: GROUP, userId: anna, seq: 1 });
    const { firstSeq } = (await store.reader.member(GROUP, carl)) ?? {};
    assert.ok(firstSeq);
    for (const page of [ALL, { ...ALL, after: 0 }, { ...ALL, before: 9 }]) {
      const { messages, hasMore } = await store.reader.history(GROUP, { ...page, firstSeq });
      assert.deepEqual([messages.map(({ message }) => message), hasMore], [["three"], false]);
    }
    assert.deepEqual((await store.reader.changes(GROUP, 0, 9, firstSeq)).messages, []);
    const found = await searchToEnd(store.reader, GROUP, "t", undefined, 9, undefined, firstSeq);
    assert.deepEqual(
      found.messages.map(({ message }) => message),
      ["three"],
    );
    await store.commit(remove(carl, carl), add(anna, carl), update(anna, { history: "all" }));
    assert.equal((await store.reader.member(GROUP, carl))?.firstSeq, 1);
  });

  it("tell how far members have read, and who is told that somebody types", async () => {
    await done(create(anna, [bert, carl]));
    await store.say(GROUP, anna, "one");
    await store.commit(markRead(bert, GROUP, 1));
    const marks = await store.reader.readMarks(GROUP, 9);
    assert.deepEqual(Object.fromEntries(marks.map(({ userId, readSeq }) => [userId, readSeq])), {
      [anna]: 1,
      [bert]: 1,
      [carl]: 0,
    });
    const typing = await store.one({ kind: "typing", userId: bert, username: "bert", chatId: GROUP });
    assert.ok(typing.done && "otherIds" in typing.result && !("member" in typing.result));
    assert.deepEqual([...typing.result.otherIds].sort(), [anna, carl].sort());
  });

  it("are gone for everybody once they are deleted, for good, and all that was written with them", async () => {
    await done(create(anna, [bert]));
    for (let count = 0; count < 5; count += 1) await store.say(GROUP, bert, `secret ${count}`);
    assert.deepEqual(await fate(erase(bert)), ["roleTooLow"]);
    const { memberIds } = await done<"deleteGroup">(erase(anna) as WriteOf<"deleteGroup">);
    assert.deepEqual([...memberIds].sort(), [anna, bert].sort());
    assert.deepEqual(await listed(anna), ["common"]);
    assert.equal(await store.reader.member(GROUP, anna), undefined);
    assert.deepEqual(await fate(append(GROUP, anna, "m9", "x"), erase(anna), create(anna, [])), [
      "noChat",
      "noChat",
      "conflict",
    ]);
    await store.commit();
    await maintainAll(store.writer, store.nowMs);
    assert.deepEqual((await store.reader.history(GROUP, ALL)).messages, []);
    await store.reopen();
    assert.equal((await store.say(COMMON_CHAT, anna, "on")).seq, 1);
    assert.deepEqual(await fate(create(anna, [])), ["conflict"]);
  });

  it("are gone too when messages of them were deleted before, whether these had been indexed or not", async () => {
    await done(create(anna, [bert]));
    for (let count = 0; count < 300; count += 1) await store.say(GROUP, anna, `secret ${count}`);
    const remove = (seq: number): Write => ({ kind: "deleteMessage", chatId: GROUP, userId: anna, seq });
    assert.deepEqual(await fate(remove(300)), ["done"]);
    await maintainAll(store.writer, store.nowMs);
    assert.deepEqual(await fate(remove(1), remove(2), erase(anna)), ["done", "done", "done"]);
    await store.commit();
    await maintainAll(store.writer, store.nowMs);
    assert.equal((await store.say(COMMON_CHAT, anna, "on")).seq, 1);
  });

  it("lose an account that is deleted, and pass to another owner", async () => {
    await done(create(anna, [bert, carl]));
    await store.commit(setRole(anna, carl, "moderator"));
    const gone = { kind: "deleteAccount", userId: anna, username: "deleted-1", usernameKey: "deleted:1" } as const;
    const outcome = await store.one(gone);
    assert.ok(outcome.done && "groups" in outcome.result);
    const successor = { userId: carl, username: "carl", role: "owner" };
    assert.deepEqual(outcome.result.groups, [{ chatId: GROUP, successor }]);
    assert.deepEqual(await roles(bert), { bert: "member", carl: "owner" });
    assert.deepEqual(await fate(remove(bert, bert), remove(carl, carl)), ["done", "done"]);
  });

  it("are changed once by a batch that is committed again, and told so again", async () => {
    await done(create(anna, [bert]));
    const batch = [add(anna, carl), setRole(anna, bert, "moderator"), update(anna, { title: "Plan B" })];
    store.nowMs += 1;
    const first = await store.commit(...batch);
    const second = await store.commit(...batch);
    assert.deepEqual(
      second.map(({ done: isDone }) => isDone),
      [true, true, true],
    );
    assert.deepEqual(second[1], first[1]);
    assert.deepEqual(await roles(anna), { anna: "owner", bert: "moderator", carl: "member" });
    assert.deepEqual(await fate(add(anna, carl)), ["conflict"]);
    store.nowMs += 1;
    const left = await store.commit(remove(anna, carl));
    assert.deepEqual(await store.commit(remove(anna, carl)), left);
  });

  it("answer a batch that is committed again as if it had not taken anybody's place", async () => {
    await done(create(anna, [bert, dora]));
    await store.say(GROUP, bert, "one");
    await store.commit(setRole(anna, dora, "moderator"));
    store.nowMs += 1;
    const inTime: Write[] = [
      append(GROUP, bert, "m1", "in time"),
      { kind: "editMessage", chatId: GROUP, userId: bert, seq: 1, text: "two", sinceMs: 0 },
      { kind: "react", chatId: GROUP, userId: bert, seq: 2, reaction: "\u{1f44d}", on: true },
      add(dora, carl),
      update(dora, { title: "Plan B" }),
    ];
    const batch = [...inTime, remove(anna, bert), setRole(anna, dora, "member"), append(GROUP, bert, "m2", "too late")];
    const first = await store.commit(...batch);
    const second = await store.commit(...batch);
    const fates = (outcomes: typeof first) =>
      outcomes.map((outcome) => (outcome.done ? "done" : outcome.refusal)).join(" ");
    assert.equal(fates(first), "done done done done done done done noChat");
    assert.equal(fates(second), fates(first));
    assert.deepEqual([appended(second[0]).message.seq, appended(second[0]).isNew], [2, false]);
    assert.deepEqual(await store.texts(GROUP), ["two", "in time"]);
    assert.deepEqual(await roles(anna), { anna: "owner", carl: "member", dora: "member" });
    assert.deepEqual(await fate(inTime[0] ?? erase(anna)), ["noChat"]);
  });

  it("are told to have lost whom they lost by a batch that is committed again", async () => {
    const other = groupChatId("b".repeat(24));
    await done(create(anna, [bert, carl]));
    await done(create(bert, [anna, carl], other));
    store.nowMs += 1;
    const end = [erase(anna)];
    const who = async () => {
      const [outcome] = await store.commit(...end);
      assert.ok(outcome?.done && "memberIds" in outcome.result);
      return [...outcome.result.memberIds].sort();
    };
    assert.deepEqual([await who(), await who()], Array(2).fill([anna, bert, carl].sort()));
    await done(create(anna, [bert, carl], groupChatId("c".repeat(24))));
    await done({ kind: "removeMember", chatId: other, userId: bert, memberId: carl });
    store.nowMs += 1;
    const gone = { kind: "deleteAccount", userId: bert, username: "deleted-1", usernameKey: "deleted:1" } as const;
    const left = async () => {
      const outcome = await store.one(gone);
      assert.ok(outcome.done && "groups" in outcome.result);
      return outcome.result.groups.toSorted((one, two) => (one.chatId < two.chatId ? -1 : 1));
    };
    const groups = await left();
    assert.deepEqual(groups, [
      { chatId: other, successor: { userId: anna, username: "anna", role: "owner" } },
      { chatId: groupChatId("c".repeat(24)), successor: undefined },
    ]);
    assert.deepEqual(
      (await left()).map(({ chatId, successor }) => ({ chatId, successor })),
      groups,
    );
  });
}
