// Messages that change, as headless clients see them: at once, after an absence, and from servers without changes.
import assert from "node:assert/strict";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import { ClientPerson, texts } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("changes in the client", () => {
  const server = useServer({ registrationsPerAddress: 1000 });
  const folder = tempDirPerTest();
  const clients: ClientPerson[] = [];
  let ann: Person;
  beforeEach(async () => {
    ann = await server().newPerson("ann");
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  let lastName = 0;
  const newClient = async (kept?: string): Promise<ClientPerson> => {
    const client = await ClientPerson.register(server().port, `ben${(lastName += 1)}`, kept);
    clients.push(client);
    return client;
  };
  const comesBack = async (client: ClientPerson): Promise<ClientPerson> => {
    const { username } = client.messenger;
    const again = await ClientPerson.login(server().port, username, folder());
    clients.push(again);
    return again;
  };
  const remove = (seq: number): Promise<unknown> => ann.ok("delete_message", { chat_id: COMMON_CHAT, seq });
  const kept = ({ messenger }: ClientPerson): string[] =>
    messenger.cache.before(COMMON_CHAT, undefined, 100).map(({ message }) => message);

  it("follow a deletion in conversation, list, search and cache", async () => {
    const ben = await newClient();
    const view = await ben.opened(COMMON_CHAT);
    for (const text of ["first word", "second word", "third word"]) await ann.say(text);
    await eventually("all came", () => view.items.length >= 3);
    const place = view.items.length - 3;
    const seqs = view.items.slice(place).map(({ seq = 0 }) => seq);
    await view.search.find("word");
    const [first = 0, , third = 0] = seqs;
    for (const seq of [third, first]) await remove(seq);
    await eventually("both are deleted", () => texts(view).slice(place).join() === ",second word,");
    const deleted = view.items.slice(place).map((item) => item.deleted);
    assert.deepEqual(deleted, ["author", undefined, "author"]);
    assert.deepEqual(
      view.search.hits.map(({ message }) => message),
      ["second word"],
    );
    assert.deepEqual([view.search.current?.message, view.search.index], ["second word", 0]);
    const last = ben.workspace.chats.row(COMMON_CHAT)?.lastMessage;
    assert.deepEqual([last?.seq, last?.message, last?.deleted], [third, "", "author"]);
    assert.deepEqual(kept(ben).slice(-3), ["", "second word", ""]);
    assert.equal(view.unread, 3, "a deleted message counts as unread all the same");
  });

  it("are caught up with after an absence, also those of messages that were never seen", async () => {
    const ben = await newClient(folder());
    await ben.opened(COMMON_CHAT);
    const { seq } = await ann.say("seen");
    await eventually("it came", () => kept(ben).at(-1) === "seen");
    await ben.close();
    const { seq: missed } = await ann.say("missed");
    for (const one of [missed, seq]) await remove(one);
    const offline = await ClientPerson.start(server().port, ben.messenger.username, folder());
    const before = await offline.opened(COMMON_CHAT);
    assert.equal(texts(before).at(-1), "seen", "it is not known yet");
    await offline.close();
    const again = await comesBack(ben);
    const view = await again.opened(COMMON_CHAT);
    assert.deepEqual(texts(view).slice(-2), ["", ""]);
    assert.deepEqual(kept(again).slice(-2), ["", ""]);
    await again.close();
    const later = await ClientPerson.start(server().port, ben.messenger.username, folder());
    clients.push(later);
    const row = later.workspace.chats.row(COMMON_CHAT);
    assert.deepEqual([row?.lastMessage?.message, row?.lastMessage?.deleted], ["", "author"], "without the server too");
  });

  it("reach a chat's first message whose acknowledgement was lost, made before it is sent again", async () => {
    const proxy = await TcpProxy.start(server().port);
    try {
      const ben = await ClientPerson.register(proxy.port, `ben${(lastName += 1)}`);
      clients.push(ben);
      const direct = directChatId(ben.userId, ann.userId);
      const view = await ben.opened(direct);
      const lost = proxy.loseAnswers((request) => /"(add_message|login)"/.test(request.toString()));
      view.send("hello");
      await lost;
      await ann.ok("react", { chat_id: direct, seq: 1, reaction: "👍", on: true });
      proxy.heal();
      await eventually("it is acknowledged", () => view.items[0]?.state === "stored");
      await eventually("all is caught up", () => ben.messenger.isCaughtUp);
      const [kept] = ben.messenger.cache.before(direct, undefined, 1);
      assert.deepEqual([view.items[0]?.reactions.length, kept?.rev], [1, 1]);
    } finally {
      await proxy.close();
    }
  });

  it("are a thousand after a long absence, of every kind, and end equal to a fresh fetch", async () => {
    const ben = await newClient(folder());
    for (let count = 0; count < 500; count += 1) await ann.say(`message ${count}`);
    await eventually("all came", () => kept(ben).at(-1) === "message 499");
    const first = ben.messenger.liveSeq(COMMON_CHAT) - 499;
    const revBefore = ben.messenger.cache.rev(COMMON_CHAT);
    await ben.close();
    // Each message twice: all are edited or reacted to, then a third is deleted and the rest edited.
    for (let count = 0; count < 1000; count += 1) {
      const place = { chat_id: COMMON_CHAT, seq: first + ((count * 7) % 500) };
      if (count >= 500 && place.seq % 3 === 0) await remove(place.seq);
      else if (count < 500 && count % 2 === 0) await ann.ok("react", { ...place, reaction: "👍", on: true });
      else await ann.ok("edit_message", { ...place, message: `change ${count}` });
    }
    const again = await comesBack(ben);
    assert.equal(again.messenger.cache.rev(COMMON_CHAT), revBefore + 1000);
    for (const after of [first - 1, first + 199, first + 399]) {
      const fresh = await ann.ok("history", { chat_id: COMMON_CHAT, after, limit: 200 });
      assert.deepEqual(again.messenger.cache.after(COMMON_CHAT, after, 200), fresh.messages);
    }
  }).timeout(60_000);

  it("of one's own are shown at once, made offline too, and sent once and in order", async () => {
    const ben = await newClient(folder());
    const view = await ben.opened(COMMON_CHAT);
    for (const text of ["one", "two"]) view.send(text);
    assert.ok(await ben.messenger.whenSent(10_000));
    const { username } = ben.messenger;
    await ben.close();
    const pending = (conversation: Conversation): unknown[] =>
      conversation.items.slice(-3).map(({ text, deleted, changes, state }) => [text, deleted, changes.length, state]);
    const expected = [
      ["", "author", 1, "stored"],
      ["second", undefined, 2, "stored"],
      ["three", undefined, 0, "waiting"],
    ];
    const offline = await ClientPerson.start(server().port, username, folder());
    const past = await offline.opened(COMMON_CHAT);
    const [one, two] = past.items.slice(-2);
    if (one) past.change(one, { kind: "delete" });
    for (const text of ["first", "second"]) if (two) past.change(two, { kind: "edit", text });
    past.send("three");
    assert.deepEqual(pending(past), expected);
    await offline.close();
    const again = await ClientPerson.start(server().port, username, folder());
    clients.push(again);
    const after = await again.opened(COMMON_CHAT);
    assert.deepEqual(pending(after), expected, "after a restart too");
    await again.messenger.resume();
    assert.ok(await again.messenger.whenSent(10_000));
    await eventually("confirmed", () =>
      after.items.every(({ changes, state }) => changes.length === 0 && state !== "waiting"),
    );
    const { messages, rev } = await again.messenger.history(COMMON_CHAT, { limit: 3 });
    const revs = [Number(rev) - 2, Number(rev), undefined];
    assert.deepEqual(
      messages.map((message) => [message.message, message.deleted, message.rev]),
      [
        ["", "author", revs[0]],
        ["second", undefined, revs[1]],
        ["three", undefined, undefined],
      ],
    );
  });

  it("are shown as refused with the reason, and can be dropped", async () => {
    const ben = await newClient();
    const view = await ben.opened(COMMON_CHAT);
    await ann.say("hers");
    await eventually("it came", () => texts(view).at(-1) === "hers");
    const item = (): ConversationItem | undefined => view.items.at(-1);
    const [hers] = view.items.slice(-1);
    if (hers) view.change(hers, { kind: "delete" });
    assert.deepEqual([item()?.text, item()?.deleted], ["", "author"], "until the server has answered");
    await eventually("refused", () => item()?.changes[0]?.failure !== undefined);
    assert.deepEqual([item()?.text, item()?.deleted], ["hers", undefined]);
    assert.match(item()?.changes[0]?.failure ?? "", /^seq: /);
    view.discardChange(item()?.changes[0]?.changeId ?? "");
    assert.deepEqual(item()?.changes, []);
  });

  it("show reactions, pins, answers and mentions at once, and as the server has them", async () => {
    const ben = await newClient();
    const { username } = ben.messenger;
    const direct = directChatId(ben.userId, ann.userId);
    const view = await ben.opened(direct);
    await ann.say("question", direct);
    await eventually("it came", () => view.items.length === 1);
    const first = (): ConversationItem | undefined => view.items[0];
    const [question] = view.items;
    for (const change of [
      { kind: "react", reaction: "👍", on: true },
      { kind: "pin", on: true },
    ] as const) {
      if (question) view.change(question, change);
    }
    view.send(`@${ann.username} and @${username}: answer`, 1);
    const facts = (): unknown[] => {
      const { reactions = [], isPinned } = first() ?? {};
      return [reactions.map(({ reaction, count, isOwn }) => [reaction, count, isOwn]), isPinned];
    };
    assert.deepEqual(facts(), [[["👍", 1, true]], true]);
    assert.equal(view.items[1]?.replyTo, 1);
    await ann.ok("react", { chat_id: direct, seq: 1, reaction: "👍", on: true });
    await eventually("all is confirmed", () =>
      view.items.every(({ changes, state }) => changes.length === 0 && state !== "waiting"),
    );
    await eventually("both reactions", () => first()?.reactions[0]?.count === 2);
    assert.deepEqual(first()?.reactions[0]?.userIds.toSorted(), [ann.userId, ben.userId].toSorted());
    assert.equal(view.quoted(1)?.text, "question");
    assert.deepEqual([view.items[1]?.mentions, view.items[1]?.mentionsMe], [[ann.userId, ben.userId], true]);
    const { messages } = await ben.messenger.history(direct, { limit: 10 });
    assert.deepEqual(ben.messenger.cache.before(direct, undefined, 10), messages);
    assert.deepEqual([messages[0]?.pinned, messages[1]?.reply_to], [true, 1]);
  });
});
