// Groups as headless clients see them: joining, changes, leaving, at once and after an absence.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { GoneGroup } from "../../src/client/memberships.ts";
import { AdminClient } from "../../src/client/admin-client.ts";
import { mayPost } from "../../src/client/models/chat-book.ts";
import { COMMON_CHAT, type ChatId } from "../../src/protocol/ids.ts";
import { ClientPerson, texts } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

/** Everything that is in the files of a folder. */
function bytesBelow(folder: string): Buffer {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return Buffer.concat(paths.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path)));
}

describe("groups in the client", () => {
  const server = useServer({ registrationsPerAddress: 1000 });
  const folder = tempDirPerTest();
  const clients: ClientPerson[] = [];
  let ann: ClientPerson;
  let ben: ClientPerson;
  let lastName = 0;

  const keep = (client: ClientPerson): ClientPerson => {
    clients.push(client);
    return client;
  };
  const newClient = async (name: string, kept?: string): Promise<ClientPerson> =>
    keep(await ClientPerson.register(server().port, `${name}${(lastName += 1)}`, kept));
  const title = ({ workspace }: ClientPerson, chatId: ChatId): string | undefined => workspace.chats.row(chatId)?.title;
  const knows = (client: ClientPerson, chatId: ChatId): Promise<void> =>
    eventually("it is in the list", () => client.workspace.chats.row(chatId) !== undefined);
  const kept = ({ messenger }: ClientPerson, chatId: ChatId): string[] =>
    messenger.cache.before(chatId, undefined, 200).map(({ message }) => message);

  /** A group of ann's with ben in it. */
  async function together(more: readonly ClientPerson[] = []): Promise<ChatId> {
    const members = [ben, ...more];
    const names = members.map(({ messenger }) => messenger.username);
    const chatId = await ann.workspace.groups.create({ title: "Plans", topic: "the next trip", members: names });
    for (const member of [ann, ...members]) await knows(member, chatId);
    return chatId;
  }

  /** Resolves when the server has it. */
  async function says({ messenger }: ClientPerson, chatId: ChatId, ...said: readonly string[]): Promise<void> {
    for (const text of said) messenger.send(chatId, text);
    assert.ok(await messenger.whenSent(10_000));
  }

  beforeEach(async () => {
    ann = await newClient("ann");
    ben = await newClient("ben", folder());
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  it("are listed with title, role, last message and unread count, above chats that were quiet longer", async () => {
    await says(ann, ann.chatWith(ben), "a direct message");
    const chatId = await together();
    const [, first] = ben.workspace.chats.rows();
    assert.deepEqual([first?.chatId, first?.kind, first?.title, first?.unread], [chatId, "group", "Plans", 0]);
    assert.deepEqual(first?.group, {
      title: "Plans",
      topic: "the next trip",
      role: "member",
      posting: "all",
      history: "all",
      memberCount: 2,
      isArchived: false,
    });
    await says(ann, chatId, "hello", "again");
    await eventually("ben has both", () => ben.workspace.chats.row(chatId)?.unread === 2);
    assert.equal(ben.workspace.chats.row(chatId)?.lastMessage?.message, "again");
    const view = await ben.opened(chatId);
    assert.deepEqual(texts(view), ["hello", "again"]);
    view.markRead();
    view.send("hi");
    const own = await ann.opened(chatId);
    await eventually("ann has the answer", () => texts(own).at(-1) === "hi");
    assert.equal(ben.workspace.chats.row(chatId)?.unread, 0);
  });

  it("tell their changes to everybody in them, and keep them for a start without the server", async () => {
    const chatId = await together();
    await ann.workspace.groups.update(chatId, { title: "Trips", posting: "moderators" });
    await eventually("ben sees the title", () => title(ben, chatId) === "Trips");
    assert.equal(mayPost(ben.workspace.book.get(chatId)), false);
    const { username } = ben.messenger;
    await ann.workspace.groups.setRole(chatId, username, "moderator");
    await eventually("ben may write", () => mayPost(ben.workspace.book.get(chatId)));
    const admin = await AdminClient.open(server().config.data);
    await admin.request("archive_group", { chat_id: chatId });
    for (const person of [ann, ben]) {
      await eventually("nobody may write", () => !mayPost(person.workspace.book.get(chatId)));
    }
    await admin.request("unarchive_group", { chat_id: chatId });
    await eventually("the owner may write", () => mayPost(ann.workspace.book.get(chatId)));
    admin.close();
    await ben.close();
    const offline = keep(await ClientPerson.start(server().port, username, folder()));
    const row = offline.workspace.chats.row(chatId);
    assert.deepEqual([row?.title, row?.kind, row?.group?.role], ["Trips", "group", "moderator"]);
  });

  it("hide from others what was written before they joined, once the rule says so", async () => {
    const chatId = await together();
    await says(ann, chatId, "one", "two");
    const cid = await newClient("cid");
    await ann.workspace.groups.add(chatId, cid.messenger.username);
    await knows(cid, chatId);
    await says(ann, chatId, "three");
    const view = await cid.opened(chatId);
    await eventually("cid has the third", () => texts(view).at(-1) === "three");
    assert.deepEqual(texts(view), ["one", "two", "three"]);
    assert.equal(cid.workspace.chats.row(chatId)?.unread, 1, "what was there before is not news");
    await cid.workspace.search.find("two");
    assert.equal(cid.workspace.search.hits.length, 1);
    await ann.workspace.groups.update(chatId, { history: "joined" });
    await eventually("the first two are gone", () => texts(view).join() === "three");
    assert.deepEqual([view.hasOlder, kept(cid, chatId)], [false, ["three"]]);
    assert.deepEqual(cid.workspace.search.hits, []);
    await ann.workspace.groups.update(chatId, { history: "all" });
    await eventually("there are older ones again", () => view.hasOlder);
    await view.loadOlder();
    assert.deepEqual(texts(view), ["one", "two", "three"]);
  });

  it("leave nothing behind where somebody is removed, and end what waits to be sent", async () => {
    const chatId = await together();
    await says(ann, chatId, "a secret plan");
    await eventually("ben has it", () => kept(ben, chatId).length === 1);
    const view = await ben.opened(chatId);
    view.saveDraft("a draft of it");
    const gone: GoneGroup[] = [];
    ben.messenger.events.on("gone", (one) => gone.push(one));
    await ann.workspace.groups.remove(chatId, ben.messenger.username);
    await eventually("ben is told", () => gone.length === 1);
    assert.deepEqual(gone, [{ chatId, title: "Plans", reason: "removed", unsent: [] }]);
    assert.equal(ben.workspace.chats.row(chatId), undefined);
    assert.deepEqual([view.isGone, texts(view), view.draft, kept(ben, chatId)], [true, [], "", []]);
    await assert.rejects(ben.messenger.history(chatId, {}), { reason: "no_such_chat" });
    await says(ann, chatId, "without ben");
    await ben.close();
    const bytes = bytesBelow(folder());
    assert.ok(bytes.includes(ben.messenger.username), "these are the client's files");
    for (const secret of ["a secret plan", "a draft of it", "without ben"]) assert.ok(!bytes.includes(secret), secret);
  });

  it("are gone after an absence in which somebody was removed, with what was written meanwhile", async () => {
    const chatId = await together();
    await says(ann, chatId, "a secret plan");
    await eventually("ben has it", () => kept(ben, chatId).length === 1);
    await ben.close();
    const offline = keep(await ClientPerson.start(server().port, ben.messenger.username, folder()));
    offline.messenger.send(chatId, "an answer");
    await offline.close();
    await ann.workspace.groups.remove(chatId, ben.messenger.username);
    const again = keep(await ClientPerson.start(server().port, ben.messenger.username, folder()));
    const gone: GoneGroup[] = [];
    again.messenger.events.on("gone", (one) => gone.push(one));
    assert.equal(title(again, chatId), "Plans", "it is not known yet");
    await again.messenger.login("a long password");
    await eventually("it is up to date", () => again.messenger.isCaughtUp);
    assert.deepEqual(gone, [{ chatId, title: "Plans", reason: undefined, unsent: ["an answer"] }]);
    assert.equal(again.workspace.chats.row(chatId), undefined);
    assert.deepEqual([kept(again, chatId), again.messenger.outgoing.size], [[], 0]);
    assert.ok(again.workspace.chats.row(COMMON_CHAT));
  });

  it("begin anew for whoever was removed and came back during an absence", async () => {
    const chatId = await together();
    await ann.workspace.groups.update(chatId, { history: "joined" });
    await says(ann, chatId, "before");
    await eventually("ben has it", () => kept(ben, chatId).length === 1);
    await ben.close();
    await ann.workspace.groups.remove(chatId, ben.messenger.username);
    await says(ann, chatId, "hidden from ben");
    await ann.workspace.groups.add(chatId, ben.messenger.username);
    await says(ann, chatId, "after");
    const again = keep(await ClientPerson.start(server().port, ben.messenger.username, folder()));
    const given: string[] = [];
    again.messenger.events.on("messages", ({ messages }) => given.push(...messages.map(({ message }) => message)));
    again.messenger.events.on("reset", () => assert.fail("it is the same history"));
    await again.messenger.login("a long password");
    await eventually("it is up to date", () => again.messenger.isCaughtUp);
    assert.deepEqual(given, ["after"]);
    const view = await again.opened(chatId);
    assert.deepEqual([texts(view), view.hasOlder], [["after"], false]);
    assert.deepEqual([kept(again, chatId), view.unread], [["after"], 1]);
  });

  it("come back for whoever is added again while it is there", async () => {
    const chatId = await together();
    const view = await ben.opened(chatId);
    await ann.workspace.groups.remove(chatId, ben.messenger.username);
    await eventually("ben is told", () => view.isGone);
    await says(ann, chatId, "meanwhile");
    await ann.workspace.groups.add(chatId, ben.messenger.username, "moderator");
    await eventually("ben sees it again", () => texts(view).join() === "meanwhile");
    assert.deepEqual([view.isGone, ben.workspace.chats.row(chatId)?.group?.role], [false, "moderator"]);
    await says(ben, chatId, "thanks");
    await eventually("ben has his own", () => texts(view).at(-1) === "thanks");
  });

  it("are made once, though the answer is lost", async () => {
    const proxy = await TcpProxy.start(server().port);
    try {
      const cid = keep(await ClientPerson.login(proxy.port, ann.messenger.username));
      const groupId = "a".repeat(24);
      const lost = proxy.loseAnswers((request) => request.includes('"create_group"'));
      const first = assert.rejects(cid.workspace.groups.create({ title: "Once", groupId }), {
        name: "DisconnectedError",
      });
      await lost;
      proxy.heal();
      await first;
      await eventually("cid is back", () => cid.messenger.isCaughtUp);
      const chatId = await cid.workspace.groups.create({ title: "Once", groupId });
      const made = cid.workspace.chats.rows().filter((row) => row.title === "Once");
      assert.deepEqual(
        made.map((row) => row.chatId),
        [chatId],
      );
    } finally {
      await proxy.close();
    }
  });

  it("list their members page by page, and keep the list current", async () => {
    const cid = await newClient("cid");
    const chatId = await together([cid]);
    const members = ann.workspace.members(chatId);
    await members.load();
    const shown = (): string => members.members.map(({ username, role }) => `${username} ${role}`).join();
    const names = [ann, ben, cid].map(({ messenger }) => messenger.username);
    const [annName = "", benName = "", cidName = ""] = names;
    assert.equal(shown(), `${annName} owner,${benName} member,${cidName} member`);
    assert.deepEqual([members.hasMore, members.members[1]?.online], [false, true]);
    await ann.workspace.groups.setRole(chatId, benName, "moderator");
    await ben.workspace.groups.remove(chatId, cidName);
    await eventually("both are shown", () => shown() === `${annName} owner,${benName} moderator`);
    assert.equal(ann.workspace.chats.row(chatId)?.group?.memberCount, 2);
    await ben.workspace.groups.add(chatId, cidName);
    await eventually("cid is shown", () => shown().endsWith(`${cidName} member`));
    const later = keep(await ClientPerson.login(server().port, annName));
    const heard: string[] = [];
    later.messenger.events.on("member", ({ username }) => heard.push(username));
    await ann.workspace.groups.setRole(chatId, benName, "member");
    await eventually("the role is shown", () => shown().includes(`${benName} member`));
    await eventually("the other session is told", () => heard.join() === benName);
    await later.opened(chatId);
    await eventually("it is counted, whatever the event looked like", () => {
      return later.workspace.chats.row(chatId)?.group?.memberCount === 3;
    });
    members.dispose();
  });

  it("are handed over, left and deleted", async () => {
    const chatId = await together();
    await assert.rejects(ann.workspace.groups.leave(chatId), { reason: "forbidden" });
    await assert.rejects(ben.workspace.groups.update(chatId, { title: "Mine" }), { reason: "role_too_low" });
    await ann.workspace.groups.handOver(chatId, ben.messenger.username);
    await eventually("ben owns it", () => ben.workspace.chats.row(chatId)?.group?.role === "owner");
    await eventually("ann does not", () => ann.workspace.chats.row(chatId)?.group?.role === "member");
    await ann.workspace.groups.leave(chatId);
    await eventually("it is not listed", () => ann.workspace.chats.row(chatId) === undefined);
    const reasons: unknown[] = [];
    ben.messenger.events.on("gone", ({ reason }) => reasons.push(reason));
    await ben.workspace.groups.delete(chatId);
    await eventually("it is deleted", () => reasons.join() === "deleted");
  });
});
