// Contract of users in every store: names, profiles, passwords, contacts.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { ADDED, CONFLICT, DONE, Fixture, newUser, NOBODY, NOT_FOUND, putToken } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function usersContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.open(kind);
  });
  afterEach(() => store.close());

  describe("accounts", () => accounts(() => store));
  describe("profiles", () => profiles(() => store));
  describe("passwords", () => passwords(() => store));
  describe("contacts", () => contacts(() => store));
}

function accounts(store: () => Fixture): void {
  it("finds a user under the key of the name and by id", async () => {
    const id = "0123456789abcdef01234567";
    const profile = { user_id: id, username: "Straße", first_name: "", second_name: "", bio: "", file_name: null };
    assert.deepEqual(await store().one(newUser("Straße", id)), { done: true, result: { profile } });
    const key = usernameKey("STRASSE");
    const names = { username: "Straße", usernameKey: key };
    const user = {
      userId: id,
      ...names,
      passwordHash: "hash of Straße",
      profile,
      state: "active",
      mustChangePassword: false,
    };
    assert.deepEqual(await store().reader.userByKey(key), user);
    assert.deepEqual(await store().reader.userById(id), user);
  });

  it("knows nobody else", async () => {
    await store().users("anna");
    assert.equal(await store().reader.userByKey("Anna"), undefined);
    assert.equal(await store().reader.userByKey("ann"), undefined);
    assert.equal(await store().reader.userByKey("a.*"), undefined);
    assert.equal(await store().reader.userById(NOBODY), undefined);
    assert.equal(await store().reader.userByToken("none", store().nowMs), undefined);
    assert.deepEqual(await store().contacts(NOBODY), []);
  });

  it("refuses a taken name, in another batch and in the same, and carries out the rest", async () => {
    await store().users("Anna");
    const outcomes = await store().commit(
      newUser("ANNA", "a".repeat(24)),
      newUser("Bert", "b".repeat(24)),
      newUser("bert", "c".repeat(24)),
      newUser("Carl", "d".repeat(24)),
    );
    assert.deepEqual([outcomes[0], outcomes[2]], [CONFLICT, CONFLICT]);
    assert.deepEqual([outcomes[1]?.done, outcomes[3]?.done], [true, true]);
    assert.equal((await store().reader.userByKey("bert"))?.userId, "b".repeat(24));
    assert.equal((await store().reader.userByKey("anna"))?.username, "Anna");
    assert.equal(await store().reader.userById("a".repeat(24)), undefined);
    assert.equal(await store().reader.userById("c".repeat(24)), undefined);
  });

  it("answers the same registration again as done, and refuses its id for another name", async () => {
    const first = await store().one(newUser("Anna", "a".repeat(24)));
    assert.deepEqual(await store().one(newUser("Anna", "a".repeat(24))), first);
    assert.deepEqual(await store().one(newUser("Berta", "a".repeat(24))), CONFLICT);
    assert.equal(await store().reader.userByKey("berta"), undefined);
  });

  it("lets a new user use the rest of its batch", async () => {
    const id = "a".repeat(24);
    const outcomes = await store().commit(newUser("Anna", id), putToken(id, "token"), {
      kind: "updateProfile",
      userId: id,
      changes: { bio: "new here" },
    });
    assert.deepEqual(
      outcomes.map((outcome) => outcome.done),
      [true, true, true],
    );
    assert.equal((await store().reader.userByToken("token", store().nowMs))?.profile.bio, "new here");
  });

  it("shows a new user nothing unread in the common chat", async () => {
    const [anna = ""] = await store().users("anna");
    await store().say(COMMON_CHAT, anna, "one");
    await store().say(COMMON_CHAT, anna, "two");
    const [bert = ""] = await store().users("bert");
    assert.equal((await store().chat(bert, COMMON_CHAT)).read_seq, 2);
    assert.equal((await store().chat(bert, COMMON_CHAT)).unread, 0);
    await store().say(COMMON_CHAT, anna, "three");
    assert.equal((await store().chat(bert, COMMON_CHAT)).unread, 1);
  });
}

function profiles(store: () => Fixture): void {
  it("changes what is given and keeps the rest", async () => {
    const [anna = ""] = await store().users("anna");
    const change = (changes: object) => store().one({ kind: "updateProfile", userId: anna, changes });
    await change({ first_name: "Anna\0'\"", second_name: "Ć" });
    await change({ bio: "x".repeat(1024), file_name: "a.png" });
    const profile = {
      user_id: anna,
      username: "anna",
      first_name: "Anna\0'\"",
      second_name: "",
      bio: "x".repeat(1024),
      file_name: "a.png",
    };
    assert.deepEqual(await change({ second_name: "" }), { done: true, result: { profile } });
    assert.deepEqual((await store().reader.userById(anna))?.profile, profile);
    assert.deepEqual(await change({}), { done: true, result: { profile } });
    assert.deepEqual(await change({ file_name: null }), {
      done: true,
      result: { profile: { ...profile, file_name: null } },
    });
    assert.equal((await store().reader.userById(anna))?.profile.file_name, null);
  });

  it("refuses a user that is not there", async () => {
    assert.deepEqual(await store().one({ kind: "updateProfile", userId: NOBODY, changes: { bio: "b" } }), NOT_FOUND);
  });
}

function passwords(store: () => Fixture): void {
  it("sets the password and makes all tokens void but the kept one", async () => {
    const [anna = "", bert = ""] = await store().users("anna", "bert");
    await store().commit(putToken(anna, "a1"), putToken(anna, "a2"), putToken(anna, "a3"), putToken(bert, "b1"));
    const change = { kind: "setPassword", userId: anna, passwordHash: "new", keepTokenHash: "a2" } as const;
    assert.deepEqual(await store().one(change), DONE);
    assert.equal((await store().reader.userById(anna))?.passwordHash, "new");
    assert.equal((await store().reader.userById(bert))?.passwordHash, "hash of bert");
    const holders = ["a1", "a2", "a3", "b1"].map((token) => store().reader.userByToken(token, store().nowMs));
    const names = (await Promise.all(holders)).map((user) => user?.username);
    assert.deepEqual(names, [undefined, "anna", undefined, "bert"]);
  });

  it("makes every token void when none is kept", async () => {
    const [anna = ""] = await store().users("anna");
    await store().commit(putToken(anna, "a1"), putToken(anna, "a2"));
    await store().one({ kind: "setPassword", userId: anna, passwordHash: "new", keepTokenHash: undefined });
    assert.equal(await store().reader.userByToken("a1", store().nowMs), undefined);
    assert.equal(await store().reader.userByToken("a2", store().nowMs), undefined);
  });

  it("refuses a user that is not there", async () => {
    const change = { kind: "setPassword", userId: NOBODY, passwordHash: "p", keepTokenHash: undefined } as const;
    assert.deepEqual(await store().one(change), NOT_FOUND);
  });
}

function contacts(store: () => Fixture): void {
  it("lists contacts sorted by name, one way", async () => {
    const [anna = "", carl = "", bert = ""] = await store().users("anna", "carl", "bert");
    assert.deepEqual(await store().one({ kind: "addContact", userId: anna, contactId: carl }), ADDED);
    assert.deepEqual(await store().one({ kind: "addContact", userId: anna, contactId: bert }), ADDED);
    assert.deepEqual(await store().contacts(anna), [
      { userId: bert, username: "bert" },
      { userId: carl, username: "carl" },
    ]);
    assert.deepEqual(await store().contacts(bert), []);
  });

  it("refuses a contact that is there already, and users that are not there", async () => {
    const [anna = "", bert = ""] = await store().users("anna", "bert");
    const outcomes = await store().commit(
      { kind: "addContact", userId: anna, contactId: bert },
      { kind: "addContact", userId: anna, contactId: bert },
      { kind: "addContact", userId: anna, contactId: NOBODY },
      { kind: "addContact", userId: NOBODY, contactId: anna },
    );
    assert.deepEqual(outcomes, [ADDED, CONFLICT, NOT_FOUND, NOT_FOUND]);
    assert.equal((await store().contacts(anna)).length, 1);
  });

  it("deletes a contact, once, and may add it again", async () => {
    const [anna = "", bert = ""] = await store().users("anna", "bert");
    const [add, drop] = [
      { kind: "addContact", userId: anna, contactId: bert } as const,
      { kind: "deleteContact", userId: anna, contactId: bert } as const,
    ];
    assert.deepEqual(await store().commit(drop, add, drop, drop), [NOT_FOUND, ADDED, DONE, NOT_FOUND]);
    assert.deepEqual(await store().contacts(anna), []);
    assert.deepEqual(await store().one({ ...drop, contactId: NOBODY }), NOT_FOUND);
    assert.deepEqual(await store().one({ ...drop, userId: NOBODY }), NOT_FOUND);
    assert.deepEqual(await store().one(add), ADDED);
    assert.equal((await store().contacts(anna)).length, 1);
  });
}
