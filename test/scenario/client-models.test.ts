// The models of two people's windows, in headless clients on a real server.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { ClientPerson, states, texts } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("client models on a real server", () => {
  const server = useServer({ registrationsPerAddress: 1000 });
  const folder = tempDirPerTest();
  const people: ClientPerson[] = [];
  let lastName = 0;

  const newPerson = async (name: string, kept?: string): Promise<ClientPerson> => {
    const person = await ClientPerson.register(server().port, `${name}${(lastName += 1)}`, kept);
    people.push(person);
    return person;
  };

  afterEach(async () => {
    for (const person of people.splice(0)) await person.close();
  });

  it("shows a message as waiting, then stored, then read", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const hers = await alice.opened(alice.chatWith(bob));
    hers.send("hello");
    assert.deepEqual(states(hers), ["waiting"]);
    const [{ key } = { key: "" }] = hers.items;
    await eventually("stored", () => states(hers).join() === "stored");
    assert.equal(hers.items[0]?.key, key, "the same item");
    const his = await bob.opened(alice.chatWith(bob));
    await eventually("bob sees it", () => texts(his).join() === "hello");
    assert.equal(his.unread, 1);
    assert.equal(his.unreadFromSeq, 1);
    his.markRead();
    await eventually("read", () => states(hers).join() === "read");
    assert.equal(his.unread, 0);
  });

  it("lists a new contact at once, and somebody who is written to without being one; both until they are deleted", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const carol = await newPerson("carol");
    const title = (other: ClientPerson): unknown => alice.workspace.chats.row(alice.chatWith(other))?.title;
    assert.equal(title(bob), undefined);
    await alice.workspace.contacts.add(bob.messenger.username);
    assert.equal(title(bob), bob.messenger.username, "before any listener is told");
    await alice.workspace.contacts.delete(bob.userId);
    assert.equal(title(bob), undefined);
    alice.workspace.chats.begin(alice.chatWith(carol), carol.messenger.username);
    assert.equal(title(carol), carol.messenger.username);
    await alice.workspace.contacts.add(carol.messenger.username);
    await alice.workspace.contacts.delete(carol.userId);
    assert.equal(title(carol), undefined);
  });

  it("forgets the empty chat of a contact that is deleted, also after a restart", async () => {
    const alice = await newPerson("alice", folder());
    const bob = await newPerson("bob");
    const { username } = alice.messenger;
    await alice.workspace.contacts.add(bob.messenger.username);
    await alice.close();
    const again = await ClientPerson.start(server().port, username, folder());
    people.push(again);
    await again.messenger.resume();
    const title = (): unknown => again.workspace.chats.row(alice.chatWith(bob))?.title;
    await eventually(
      "it is listed",
      () => title() === bob.messenger.username && again.messenger.state.kind === "online",
    );
    await again.workspace.contacts.delete(bob.userId);
    assert.equal(title(), undefined);
  });

  it("knows who is blocked, in every session and before the next login", async () => {
    const alice = await newPerson("alice", folder());
    const bob = await newPerson("bob");
    const { username } = alice.messenger;
    const phone = await ClientPerson.login(server().port, username);
    people.push(phone);
    const row = (person: ClientPerson): unknown[] => {
      const { title, isContact, isBlocked } = person.workspace.chats.row(alice.chatWith(bob)) ?? {};
      return [title, isContact, isBlocked];
    };
    await alice.workspace.contacts.block(bob.userId, bob.messenger.username);
    assert.deepEqual(row(alice), [bob.messenger.username, false, true], "in the list without being a contact");
    await eventually("the phone knows", () => row(phone)[2] === true);
    await assert.rejects(alice.workspace.contacts.block(bob.userId, ""), { code: 409 });
    await alice.close();
    const again = await ClientPerson.start(server().port, username, folder());
    people.push(again);
    assert.deepEqual(row(again), [bob.messenger.username, false, true]);
    await phone.workspace.contacts.unblock(bob.userId);
    assert.deepEqual(phone.workspace.contacts.blocked(), []);
    await assert.rejects(phone.workspace.contacts.unblock(bob.userId), { code: 404 });
    await again.messenger.resume();
    await eventually("the login tells", () => again.workspace.contacts.blocked().length === 0);
  });

  it("takes an answer for a sign that all before it was read", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const hers = await alice.opened(alice.chatWith(bob));
    const his = await bob.opened(alice.chatWith(bob));
    hers.send("question");
    await eventually("it came", () => texts(his).length === 1);
    his.send("answer");
    await eventually("answered", () => states(hers).join() === "read,stored");
  });

  it("lists the chats by activity, with names, presence, unread counts and typing", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const carol = await newPerson("carol");
    await alice.workspace.contacts.add(bob.messenger.username);
    await assert.rejects(alice.workspace.contacts.add("nobody.here"), { code: 404 });
    const rows = (): string[] =>
      alice.workspace.chats.rows().map((row) => (row.kind === "everyone" ? "common" : row.title));
    await eventually("the contact is listed", () => rows().length === 2);
    bob.messenger.send(alice.chatWith(bob), "from bob");
    await eventually("bob's came", () => alice.workspace.chats.unread === 1);
    carol.messenger.send(alice.chatWith(carol), "one");
    carol.messenger.send(alice.chatWith(carol), "two");
    await eventually("carol's came", () => alice.workspace.chats.unread === 3);
    assert.deepEqual(rows(), ["common", carol.messenger.username, bob.messenger.username]);
    const row = alice.workspace.chats.row(alice.chatWith(carol));
    assert.deepEqual([row?.unread, row?.isContact, row?.lastMessage?.message], [2, false, "two"]);
    assert.deepEqual(alice.workspace.chats.rows("BOB").length, 1);
    bob.messenger.typing(alice.chatWith(bob));
    await eventually("typing", () => alice.workspace.chats.row(alice.chatWith(bob))?.typing.length === 1);
    await bob.close();
    await eventually("bob left", () => alice.workspace.contacts.get(bob.userId)?.online === false);
    assert.ok(Number(alice.workspace.contacts.get(bob.userId)?.lastSeenMs) > 0);
    await alice.workspace.contacts.delete(bob.userId);
    assert.ok(!alice.workspace.contacts.has(bob.userId));
  });

  it("loads older pages up to the beginning, and jumps into the past and back", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const chatId = alice.chatWith(bob);
    for (let count = 1; count <= 230; count += 1) alice.messenger.send(chatId, `number ${count}`);
    assert.ok(await alice.messenger.whenSent(10_000));
    const late = await ClientPerson.login(server().port, bob.messenger.username);
    people.push(late);
    const view = await late.opened(chatId);
    const shown = (): [number | undefined, number | undefined] => [view.items[0]?.seq, view.items.at(-1)?.seq];
    assert.deepEqual(shown(), [181, 230]);
    assert.ok(view.hasOlder && !view.hasNewer);
    await view.loadOlder();
    assert.deepEqual(shown(), [131, 230]);
    await view.jumpTo(20);
    assert.deepEqual(shown(), [1, 70]);
    assert.ok(!view.hasOlder && view.hasNewer);
    alice.messenger.send(chatId, "number 231");
    await eventually("it came", () => late.messenger.liveSeq(chatId) === 231);
    assert.deepEqual(shown(), [1, 70], "a view of the past stays");
    await view.loadNewer(200);
    assert.deepEqual(shown(), [1, 231]);
    await view.jumpTo(100);
    assert.deepEqual(shown(), [1, 231], "nothing to load");
  });

  it("walks through the hits of a search", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const view = await alice.opened(alice.chatWith(bob));
    for (let count = 1; count <= 120; count += 1) view.send(count % 2 === 0 ? `Straße ${count}` : "other");
    assert.ok(await alice.messenger.whenSent(10_000));
    await view.search.find("STRASSE");
    assert.deepEqual([view.search.hits.length, view.search.hasMore], [50, true]);
    assert.equal(view.search.current?.seq, 120);
    assert.equal((await view.search.older())?.seq, 118);
    assert.equal(view.search.newer()?.seq, 120);
    assert.equal(view.search.newer()?.seq, 120);
    for (let press = 0; press < 70; press += 1) await view.search.older();
    assert.deepEqual([view.search.hits.length, view.search.hasMore, view.search.current?.seq], [60, false, 2]);
    await view.search.find("");
    assert.equal(view.search.current, undefined);
  });

  it("shows history and drafts without a server, and sends later what is written then", async () => {
    const alice = await newPerson("alice", folder());
    const view = await alice.opened(COMMON_CHAT);
    for (const text of ["one", "two", "three"]) view.send(text);
    await alice.messenger.whenSent(5000);
    view.saveDraft("unfinished");
    const { username } = alice.messenger;
    await alice.close();
    people.splice(0);
    const offline = await ClientPerson.start(server().port, username, folder());
    const past = await offline.opened(COMMON_CHAT);
    assert.deepEqual(texts(past).slice(-3), ["one", "two", "three"]);
    assert.equal(past.draft, "unfinished");
    past.send("four");
    assert.deepEqual(states(past).slice(-2), ["stored", "waiting"]);
    await offline.close();
    const again = await ClientPerson.start(server().port, username, folder());
    people.push(again);
    assert.equal(await again.messenger.resume(), true);
    assert.ok(await again.messenger.whenSent(5000));
    const now = await again.opened(COMMON_CHAT);
    assert.deepEqual(texts(now).slice(-4), ["one", "two", "three", "four"]);
    assert.equal(new Set(now.items.map((item) => item.key)).size, now.items.length);
  });

  it("keeps two sessions of one user the same", async () => {
    const alice = await newPerson("alice");
    const bob = await newPerson("bob");
    const phone = await ClientPerson.login(server().port, alice.messenger.username);
    people.push(phone);
    const chatId = alice.chatWith(bob);
    await alice.workspace.contacts.add(bob.messenger.username);
    await eventually("the other session has the contact", () => phone.workspace.contacts.has(bob.userId));
    bob.messenger.send(chatId, "hi");
    await eventually("both have it", () => alice.workspace.chats.unread === 1 && phone.workspace.chats.unread === 1);
    (await phone.opened(chatId)).markRead();
    await eventually("read in both", () => alice.workspace.chats.unread === 0);
    (await phone.opened(chatId)).send("from the phone");
    const view = await alice.opened(chatId);
    await eventually("own message of the other session", () => texts(view).join() === "hi,from the phone");
    assert.ok(view.items[1]?.isOwn);
    await phone.workspace.profiles.update({ bio: "new" });
    await eventually("profile", () => alice.workspace.profiles.own?.bio === "new");
    const profile = await bob.workspace.profiles.load(alice.userId, alice.messenger.username);
    assert.equal(profile.bio, "new");
  });
});
