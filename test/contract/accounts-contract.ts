// Contract of accounts in every store: the list, disabling, deleting, blocks.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId, type UserId } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import {
  append,
  appended,
  CONFLICT,
  DONE,
  Fixture,
  markRead,
  newUser,
  NOBODY,
  NOT_FOUND,
  putToken,
} from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function accountsContract(kind: StoreKind): void {
  let store: Fixture;
  let anna: UserId;
  let bert: UserId;
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = "", bert = ""] = await store.users("Anna", "Bert");
  });
  afterEach(() => store.close());

  const names = async (contains: string, after = "", limit = 10): Promise<string[]> => {
    const { found } = await store.reader.accounts({ contains, after, limit });
    return found.map((account) => account.username);
  };
  const deletion = (userId: UserId): Write => ({
    kind: "deleteAccount",
    userId,
    username: `deleted-${userId}`,
    usernameKey: usernameKey(`deleted-${userId}`),
  });

  it("lists accounts by name, page by page", async () => {
    await store.users("carl", "annabel", "A.B");
    assert.deepEqual(await names(""), ["A.B", "Anna", "annabel", "Bert", "carl"]);
    assert.deepEqual(await names("ann"), ["Anna", "annabel"]);
    assert.deepEqual(await names("."), ["A.B"]);
    const first = await store.reader.accounts({ contains: "", after: "", limit: 2 });
    assert.equal(first.next, "anna");
    assert.deepEqual(await names("", first.next, 4), ["annabel", "Bert", "carl"]);
  });

  it("knows when an account was made and last used", async () => {
    const createdMs = store.nowMs;
    store.nowMs += 5_000;
    await store.one(putToken(anna, "a1"));
    const { found } = await store.reader.accounts({ contains: "", after: "", limit: 10 });
    assert.deepEqual(found, [
      {
        userId: anna,
        username: "Anna",
        usernameKey: "anna",
        state: "active",
        createdMs,
        lastLoginMs: createdMs + 5_000,
      },
      { userId: bert, username: "Bert", usernameKey: "bert", state: "active", createdMs, lastLoginMs: undefined },
    ]);
  });

  it("knows a one-time password from one that the user has chosen", async () => {
    const isOneTime = async (): Promise<boolean | undefined> => (await store.reader.userById(anna))?.mustChangePassword;
    const set = { kind: "setPassword", userId: anna, passwordHash: "hash", keepTokenHash: undefined } as const;
    assert.equal(await isOneTime(), false);
    await store.one({ ...set, mustChangePassword: true });
    assert.equal(await isOneTime(), true);
    await store.reopen();
    assert.equal(await isOneTime(), true);
    await store.one(set);
    assert.equal(await isOneTime(), false);
    await store.one({ ...newUser("carl", "c".repeat(24)), mustChangePassword: true });
    assert.equal((await store.reader.userByKey("carl"))?.mustChangePassword, true);
  });

  it("disables an account, which makes its tokens void, and enables it again", async () => {
    await store.commit(putToken(anna, "a1"), putToken(bert, "b1"));
    assert.deepEqual(await store.one({ kind: "setAccountState", userId: anna, state: "disabled" }), DONE);
    assert.equal((await store.reader.userByKey("anna"))?.state, "disabled");
    assert.equal(await store.reader.userByToken("a1", store.nowMs), undefined);
    assert.equal((await store.reader.userByToken("b1", store.nowMs))?.userId, bert);
    assert.deepEqual(await store.one({ kind: "setAccountState", userId: anna, state: "active" }), DONE);
    assert.equal((await store.reader.userByKey("anna"))?.state, "active");
    assert.deepEqual(await store.one({ kind: "setAccountState", userId: NOBODY, state: "active" }), NOT_FOUND);
  });

  it("refuses what was on its way when an account was disabled or deleted", async () => {
    await store.commit(putToken(anna, "a1"), append(COMMON_CHAT, anna, "first", "stays"));
    await store.one({ kind: "setAccountState", userId: anna, state: "disabled" });
    const disabled = { done: false, refusal: "disabled" };
    for (const write of [
      putToken(anna, "a2"),
      append(COMMON_CHAT, anna, "m0", "too late"),
      markRead(anna, COMMON_CHAT, 1),
      { kind: "typing", userId: anna, username: "anna", chatId: directChatId(anna, bert) },
      { kind: "deleteMessage", userId: anna, chatId: COMMON_CHAT, seq: 1 },
      { kind: "addContact", userId: anna, contactId: bert },
      { kind: "block", userId: anna, blockedId: bert },
      { kind: "updateProfile", userId: anna, changes: { bio: "about me" } },
    ] satisfies Write[]) {
      assert.deepEqual(await store.one(write), disabled, write.kind);
    }
    await store.one({ kind: "setAccountState", userId: anna, state: "active" });
    assert.equal(await store.reader.userByToken("a2", store.nowMs), undefined);
    const direct = directChatId(anna, bert);
    await store.commit(putToken(anna, "a3"), append(COMMON_CHAT, anna, "m1", "in time"), deletion(anna));
    const late: Write[] = [
      append(COMMON_CHAT, anna, "m2", "too late"),
      append(direct, anna, "m3", "too late"),
      markRead(anna, COMMON_CHAT, 1),
      { kind: "addContact", userId: anna, contactId: bert },
      { kind: "addContact", userId: bert, contactId: anna },
      { kind: "block", userId: anna, blockedId: bert },
      { kind: "block", userId: bert, blockedId: anna },
      putToken(anna, "a4"),
      { kind: "updateProfile", userId: anna, changes: { bio: "about me" } },
      { kind: "setPassword", userId: anna, passwordHash: "another", keepTokenHash: "a3" },
    ];
    for (const write of late) assert.deepEqual(await store.one(write), NOT_FOUND, write.kind);
    assert.deepEqual(await store.texts(COMMON_CHAT), ["stays", "in time"]);
    assert.deepEqual(
      (await store.chats(bert)).map((chat) => chat.chat_id),
      [COMMON_CHAT],
    );
    const user = await store.reader.userById(anna);
    assert.deepEqual([user?.profile.bio, user?.passwordHash], ["", ""]);
  });

  it("lets nobody write to who has blocked them, or to an account that is deleted; what was sent stays answered", async () => {
    const direct = directChatId(anna, bert);
    const isPrivate = async (): Promise<boolean> => {
      const outcome = await store.one(markRead(anna, direct, 1));
      assert.ok(outcome.done && "isPrivate" in outcome.result);
      return outcome.result.isPrivate;
    };
    const heard = { done: true, result: { otherIds: [bert] } };
    const typing: Write = { kind: "typing", userId: anna, username: "anna", chatId: direct };
    await store.one(append(direct, anna, "m1", "in time"));
    assert.deepEqual([await store.one(typing), await isPrivate()], [heard, false]);
    const outcomes = await store.commit(
      { kind: "block", userId: bert, blockedId: anna },
      append(direct, anna, "m1", "again"),
      append(direct, anna, "m2", "too late"),
      typing,
      append(directChatId(anna, NOBODY), anna, "m3", "to nobody"),
    );
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.done ? "done" : outcome.refusal)),
      ["done", "done", "blocked", "blocked", "noChat"],
    );
    assert.equal(await isPrivate(), true);
    const contact = await store.one({ kind: "addContact", userId: anna, contactId: bert });
    assert.deepEqual(contact, { done: true, result: { isBlocked: true } });
    await store.one({ kind: "unblock", userId: bert, blockedId: anna });
    assert.deepEqual([await store.one(typing), await isPrivate()], [heard, false]);
    await store.one(deletion(bert));
    const gone = { done: false, refusal: "partnerGone" };
    assert.deepEqual(await store.commit(append(direct, anna, "m4", "too late"), typing), [gone, gone]);
    assert.equal(appended(await store.one(append(direct, anna, "m1", "again"))).isNew, false);
    assert.equal((await store.one(markRead(anna, direct, 1))).done, true);
    assert.deepEqual(await store.texts(direct), ["in time"]);
  });

  it("changes a password, or deletes, only by the one that was verified", async () => {
    const before = (await store.reader.userById(anna))?.passwordHash ?? "";
    const change = { kind: "setPassword", userId: anna, keepTokenHash: undefined } as const;
    const stale = { done: false, refusal: "stalePassword" };
    assert.deepEqual(await store.one({ ...change, passwordHash: "second", verifiedHash: before }), DONE);
    assert.deepEqual(await store.one({ ...change, passwordHash: "second", verifiedHash: before }), DONE);
    assert.deepEqual(await store.one({ ...change, passwordHash: "third", verifiedHash: before }), stale);
    const drop = { ...deletion(anna), verifiedHash: before } as Write;
    assert.deepEqual(await store.one(drop), stale);
    assert.equal((await store.reader.userById(anna))?.passwordHash, "second");
    for (const _ of [1, 2]) assert.ok((await store.one({ ...drop, verifiedHash: "second" } as Write)).done);
  });

  it("knows what a deleted account sent before, when a batch is committed again", async () => {
    const batch = [append(COMMON_CHAT, anna, "m1", "the last word"), deletion(anna)];
    await store.commit(...batch);
    const [again, deleted] = await store.commit(...batch, append(COMMON_CHAT, bert, "m2", "the answer"));
    assert.deepEqual([appended(again).isNew, appended(again).message.seq, deleted?.done], [false, 1, true]);
    assert.deepEqual(await store.texts(COMMON_CHAT), ["the last word", "the answer"]);
  });

  it("deletes an account: the messages stay, without the name, and the name is free", async () => {
    const direct = directChatId(anna, bert);
    await store.commit(
      append(COMMON_CHAT, anna, "m1", "to all"),
      append(direct, anna, "m2", "to bert"),
      putToken(anna, "a1"),
      { kind: "addContact", userId: anna, contactId: bert },
      { kind: "addContact", userId: bert, contactId: anna },
      { kind: "block", userId: bert, blockedId: anna },
      { kind: "updateProfile", userId: anna, changes: { bio: "about me", file_name: "a.png" } },
    );
    const gone = { done: true, result: { formerName: "Anna", holders: [bert], groups: [] } };
    assert.deepEqual(await store.one(deletion(anna)), gone);
    const user = await store.reader.userById(anna);
    assert.deepEqual(user?.profile, {
      user_id: anna,
      username: `deleted-${anna}`,
      first_name: "",
      second_name: "",
      bio: "",
      file_name: null,
    });
    assert.deepEqual([user?.state, user?.passwordHash], ["deleted", ""]);
    assert.equal(await store.reader.userByKey("anna"), undefined);
    assert.equal(await store.reader.userByToken("a1", store.nowMs), undefined);
    assert.deepEqual([await store.contacts(bert), await store.contacts(anna)], [[], []]);
    assert.deepEqual((await store.reader.blocksOf(bert)).blocked, []);
    assert.deepEqual(await names(""), ["Bert"]);
    const page = { before: undefined, after: undefined, limit: 10 };
    const messages = [COMMON_CHAT, direct].map((chatId) => store.reader.history(chatId, page));
    const told = (await Promise.all(messages)).flatMap((history) => history.messages);
    assert.deepEqual(
      told.map(({ username, message }) => [username, message]),
      [
        [`deleted-${anna}`, "to all"],
        [`deleted-${anna}`, "to bert"],
      ],
    );
    store.nowMs += 1; // another batch, not this one again
    const again = { done: true, result: { formerName: `deleted-${anna}`, holders: [], groups: [] } };
    assert.deepEqual(await store.one(deletion(anna)), again);
    assert.deepEqual(await store.one({ kind: "setAccountState", userId: anna, state: "active" }), NOT_FOUND);
    assert.ok((await store.one(newUser("Anna", "e".repeat(24)))).done);
  });

  it("blocks and unblocks", async () => {
    assert.deepEqual(await store.one({ kind: "block", userId: anna, blockedId: bert }), DONE);
    store.nowMs += 1;
    assert.deepEqual(await store.one({ kind: "block", userId: anna, blockedId: bert }), CONFLICT);
    assert.deepEqual(await store.one({ kind: "block", userId: anna, blockedId: NOBODY }), NOT_FOUND);
    assert.deepEqual(await store.reader.blocksOf(anna), {
      blocked: [{ userId: bert, username: "Bert" }],
      blockedBy: [],
    });
    assert.deepEqual(await store.reader.blocksOf(bert), { blocked: [], blockedBy: [anna] });
    assert.deepEqual(
      [await store.reader.isBlocked(anna, bert), await store.reader.isBlocked(bert, anna)],
      [true, true],
    );
    assert.deepEqual(await store.one({ kind: "unblock", userId: anna, blockedId: bert }), DONE);
    store.nowMs += 1;
    assert.deepEqual(await store.one({ kind: "unblock", userId: anna, blockedId: bert }), NOT_FOUND);
    assert.equal(await store.reader.isBlocked(bert, anna), false);
  });
}
