// Marks of chats in the client: unread mentions with a count of their own, muted chats, chats marked as unread by hand.
import assert from "node:assert/strict";
import { COMMON_CHAT, type ChatId } from "../../src/protocol/ids.ts";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { ClientPerson } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("marks of chats in the client", () => {
  const server = useServer();
  const folder = tempDirPerTest();
  let ann: ClientPerson;
  let ben: ClientPerson;
  let chatId: ChatId;
  let round = 0;

  beforeEach(async () => {
    round += 1;
    ann = await ClientPerson.register(server().port, `ann${round}`);
    ben = await ClientPerson.register(server().port, `ben${round}`, folder());
    chatId = await ann.workspace.groups.create({ title: "Plans", members: [ben.messenger.username] });
    await eventually("ben is in it", () => ben.workspace.chats.row(chatId) !== undefined);
  });
  afterEach(async () => {
    for (const person of [ann, ben]) await person.close();
  });

  const row = (): ChatRow | undefined => ben.workspace.chats.row(chatId);
  async function says(...said: readonly string[]): Promise<void> {
    for (const text of said) ann.messenger.send(chatId, text);
    assert.ok(await ann.messenger.whenSent(10_000));
  }
  /** Without a connection, as a start finds it. */
  async function restart(): Promise<void> {
    const { username } = ben.messenger;
    await ben.close();
    ben = await ClientPerson.start(server().port, username, folder());
  }

  it("count mentions, also after edits and a restart, until they are read", async () => {
    const name = ben.messenger.username;
    await says(`@${name} one`, "two", "@all three", "four");
    await eventually("all came", () => row()?.unread === 4);
    assert.deepEqual([row()?.mentions, ben.workspace.book.get(chatId).mentionSeqs], [2, [1, 3]]);
    ann.messenger.change(chatId, 1, { kind: "edit", text: "one, for nobody" });
    ann.messenger.change(chatId, 4, { kind: "edit", text: `four, for @${name}` });
    await eventually("others are", () => ben.workspace.book.get(chatId).mentionSeqs.join() === "3,4");
    ann.messenger.change(chatId, 3, { kind: "delete" });
    await eventually("one is deleted", () => row()?.mentions === 1);
    await restart();
    assert.deepEqual(ben.workspace.book.get(chatId).mentionSeqs, [4]);
    await says(`@${name} five`);
    await ben.messenger.login("a long password");
    await eventually("the missed one counts", () => row()?.mentions === 2);
    const view = await ben.opened(chatId);
    view.markRead(4);
    assert.deepEqual(ben.workspace.book.get(chatId).mentionSeqs, [5]);
    view.markRead();
    assert.equal(row()?.mentions, 0);
  });

  it("leave a muted chat out of the sum but for its mentions, and stay muted", async () => {
    const unread = (): number => ben.workspace.chats.unread;
    ben.workspace.book.mute(chatId, true);
    await says("one", `@${ben.messenger.username} two`);
    await eventually("both came", () => row()?.unread === 2);
    assert.deepEqual([unread(), row()?.isMuted], [1, true]);
    await restart();
    assert.deepEqual([unread(), row()?.isMuted], [1, true]);
    ben.workspace.book.mute(chatId, false);
    assert.equal(unread(), 2);
    await restart();
    assert.equal(row()?.isMuted, false);
  });

  it("keep a chat marked as unread until it is opened, read further or written in", async () => {
    const { book } = ben.workspace;
    const isMarked = (): boolean | undefined => row()?.isMarkedUnread;
    book.markUnread(chatId);
    assert.deepEqual([isMarked(), ben.workspace.chats.unread], [true, 1]);
    await restart();
    assert.equal(isMarked(), true);
    await ben.messenger.login("a long password");
    await eventually("it is up to date", () => ben.messenger.isCaughtUp);
    assert.equal(isMarked(), true);
    await ben.opened(COMMON_CHAT);
    assert.equal(isMarked(), true);
    await ben.opened(chatId);
    assert.equal(isMarked(), false);
    ben.workspace.book.markUnread(chatId);
    ben.messenger.send(chatId, "written here");
    await eventually("it is written", () => ben.messenger.liveSeq(chatId) === 1);
    assert.equal(isMarked(), false);
    ben.workspace.book.markUnread(chatId);
    await says("another");
    await eventually("it came", () => row()?.unread === 1);
    assert.equal(isMarked(), true);
    ben.messenger.markRead(chatId, 2);
    assert.equal(isMarked(), false);
  });
});
